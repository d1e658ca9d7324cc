"""Does a page show every value, as what it is?"""

from decimal import Decimal

from echelon.pages import as_html


def test_text_is_escaped_numbers_stand_right_and_none_is_empty() -> None:
    row = {"who": "A & <b>", "cost": Decimal("1234.10"), "is_new": True, "why": None}
    page = as_html("Costs", {"Lines": [row], "Faults": []})
    assert "<td>A &amp; &lt;b&gt;</td>" in page
    assert '<td class="number">1,234.10</td><td>True</td><td></td>' in page
    assert "<h2>Faults</h2>\n<p>none</p>" in page


def test_a_name_breaks_where_its_words_do() -> None:
    page = as_html("Gates", {"Lines": [{"gate": "rpt_profit_by_month", "rows": 12}]})
    assert "<td>rpt_<wbr>profit_<wbr>by_<wbr>month</td>" in page
