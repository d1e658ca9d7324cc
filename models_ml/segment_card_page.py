"""How are segment cards read on a screen, on paper and by keyboard, offline?"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import jinja2

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Segment cards {{ version }}</title>
<style>
body { font: 1rem/1.45 system-ui, sans-serif; color: #1a1a1a; margin: 1.5rem auto;
  max-width: 60rem; padding: 0 1rem; }
a { color: #0072b2; }
a:focus, section:focus { outline: 3px solid #d55e00; outline-offset: 3px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
section { border-top: 3px solid #0072b2; margin-top: 2rem; padding-top: .5rem; }
table { border-collapse: collapse; margin: .75rem 0; width: 100%; }
caption { font-weight: bold; text-align: left; }
th, td { border-bottom: 1px solid #bbb; padding: .2rem .5rem; text-align: right;
  font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, .text { text-align: left; }
@media print {
  nav, .skip { display: none; }
  body { max-width: none; margin: 0; font-size: 10pt; }
  section { break-after: page; }
  tr { break-inside: avoid; }
}
</style>
</head>
<body>
<a class="skip" href="#cards">Skip to the cards</a>
<h1>Segment cards</h1>
<p>Model {{ version }}. Amounts are net sales in base currency over the feature
window.</p>
<nav aria-label="Segments"><ul>
{%- for card in cards %}
<li><a href="#{{ card.segment_code }}">{{ card.segment_code }}
{{ card.segment_name }}</a></li>
{%- endfor %}
</ul></nav>
<main id="cards" tabindex="-1">
{%- for card in cards %}
<section id="{{ card.segment_code }}" tabindex="-1"
  aria-labelledby="{{ card.segment_code }}-name">
<h2 id="{{ card.segment_code }}-name">{{ card.segment_code }}
{{ card.segment_name }}</h2>
<p>{{ card.definition }}</p>
<p>{{ "{:,}".format(card.customer_count) }} customers, net sales
{{ card.net_sales_amount_base_ccy | money }}
{%- if card.bootstrap_jaccard is not none %}, bootstrap Jaccard
{{ "%.2f" | format(card.bootstrap_jaccard) }}{% endif %}.</p>
{%- if card.rules %}
<table><caption>What the name claims</caption>
<thead><tr><th scope="col">Word</th><th scope="col" class="text">Claim</th>
<th scope="col">True of members</th></tr></thead><tbody>
{%- for rule in card.rules %}
<tr><th scope="row">{{ rule.word }}</th><td class="text">{{ rule.claim }}</td>
<td>{{ rule.true_ratio | share }}</td></tr>
{%- endfor %}
</tbody></table>
{%- endif %}
{%- if card.attributes %}
<table><caption>Centre and spread</caption>
<thead><tr><th scope="col">Attribute</th><th scope="col">Centre</th>
<th scope="col">Lower quartile</th><th scope="col">Median</th>
<th scope="col">Upper quartile</th><th scope="col">Median of all</th>
<th scope="col">Deviation, robust sd</th></tr></thead><tbody>
{%- for each in card.attributes %}
<tr><th scope="row">{{ each.measure }}</th><td>{{ each.centre | number }}</td>
<td>{{ each.lower_quartile | number }}</td><td>{{ each.median | number }}</td>
<td>{{ each.upper_quartile | number }}</td>
<td>{{ each.all_customers_median | number }}</td>
<td>{{ "%+.1f" | format(each.deviation_robust_sd) }}</td></tr>
{%- endfor %}
</tbody></table>
{%- endif %}
<p>Examples: {{ card.example_customer_ids | join(", ") or "none" }}.</p>
</section>
{%- endfor %}
</main>
</body>
</html>
"""


def cards_page(cards: Sequence[dict[str, Any]]) -> str:
    """Lay the cards out as one page, a sheet of paper each when printed.

    Args:
        cards: What ``segment_cards`` returned.

    Returns:
        HTML without scripts or links to elsewhere; headings, links and table heads
        serve keyboard and screen reader.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters.update(number=_number, share=_share, money=_money)
    version = cards[0]["model_version"] if cards else "without segments"
    return environment.from_string(PAGE).render(cards=cards, version=version) + "\n"


def _number(value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _share(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}".replace("%", " %")


def _money(amount: str | None) -> str:
    return "unknown" if amount is None else f"{Decimal(amount):,}"
