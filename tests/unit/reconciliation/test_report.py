import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.reconciliation.pack import as_page, write_pack
from echelon.reconciliation.report import read_report
from tests.unit.reconciliation.tiny_release import LINES, released, write_release

RECONCILIATION = "finance.rpt_gl_reconciliation_by_cost_pool_month"


@pytest.fixture
def report(tmp_path):
    return read_report(released(write_release(tmp_path / "r.duckdb")))


def section(report, key):
    return next(each for each in report.sections if each.key == key)


def test_the_last_period_every_entity_has_closed_is_reported(report):
    assert report.period == "2025-02"
    assert report.is_closed
    assert report.verdict == (
        "All 5 lines of entity and cost pool tie: variance 0.00 on each."
    )


def test_without_a_closed_period_there_is_no_pack(tmp_path):
    path = write_release(tmp_path / "r.duckdb", closed=[("E1", "2025-02")])
    assert write_pack(released(path), tmp_path / "pack") == []
    assert not (tmp_path / "pack").exists()


def test_an_open_period_can_be_asked_for(tmp_path):
    report = read_report(released(write_release(tmp_path / "r.duckdb")), "2025-03")
    assert not report.is_closed
    assert len(section(report, "Proof").rows) == 1


def test_a_period_without_postings_is_refused(tmp_path):
    path = write_release(tmp_path / "r.duckdb")
    with pytest.raises(EchelonError, match="nothing was booked in period '2031-01'"):
        read_report(released(path), "2031-01")


def test_a_lost_cent_is_said_to_be_lost(tmp_path):
    change = f"""
        update {RECONCILIATION}
        set allocated_amount_base_ccy = 24.99, variance_amount_base_ccy = 0.01
        where cost_pool_code = 'picking'
    """
    report = read_report(released(write_release(tmp_path / "r.duckdb", changes=change)))
    assert report.verdict == "1 of 5 lines of entity and cost pool DO NOT TIE."
    assert 'class="verdict off"' in as_page(report)


def test_a_variance_its_own_columns_do_not_give_is_refused(tmp_path):
    change = f"""
        update {RECONCILIATION} set allocated_amount_base_ccy = 24.99
        where cost_pool_code = 'picking'
    """
    path = write_release(tmp_path / "r.duckdb", changes=change)
    with pytest.raises(EchelonError, match=r"E1 picking is 0.00.* give 0.01") as caught:
        read_report(released(path))
    assert caught.value.exit_code == ExitCode.INTEGRITY


def test_what_is_not_allocated_has_its_reason(report):
    (revenue,) = section(report, "Exclusions").rows
    assert (revenue["accounts"], revenue["reason"]) == ("4000", "because")
    assert revenue["excluded_amount_base_ccy"] == Decimal("-300.20")
    (picking,) = section(report, "Idle capacity").rows
    assert picking["used_ratio"] == Decimal("0.7500")
    assert picking["unused_capacity_amount_base_ccy"] == Decimal("8.33")
    (freight,) = section(report, "Unallocated").rows
    assert freight["unallocated_amount_base_ccy"] == Decimal("0.10")
    assert section(report, "Completeness").nothing == (
        "Not available: gl__trial_balances (kept on paper)."
    )


def test_what_changed_since_the_release_before_is_listed(tmp_path):
    """Freight of February was 99.00, of January 90.00; rent was not there."""
    former = [
        (*line[:4], "99.00", "99.00", *line[6:]) if line[4] == "100.10" else line
        for line in LINES
        if line[2] != "rent"
    ]
    former[0] = (*LINES[0][:4], "90.00", "90.00", *LINES[0][6:])
    before = write_release(tmp_path / "before.duckdb", former)
    report = read_report(released(write_release(tmp_path / "r.duckdb"), before))
    restated = section(report, "Restated").rows
    assert [(row["cost_pool_code"], row["booked_change"]) for row in restated] == [
        ("freight", Decimal("1.10")),
        ("rent", Decimal("7.07")),
    ]
    (january,) = section(report, "Earlier periods").rows
    assert (january["fiscal_period"], january["booked_change"]) == (
        "2025-01",
        Decimal("0.10"),
    )


def test_the_period_before_is_compared_line_by_line(report):
    rows = section(report, "Period before").rows
    freight = next(row for row in rows if row["cost_pool_code"] == "freight")
    assert freight["booked_change"] == Decimal("10.00")
    assert len(rows) == 5


def test_the_same_rows_in_any_order_give_the_same_page(tmp_path):
    pages = {
        as_page(read_report(released(write_release(tmp_path / name, lines))))
        for name, lines in (("a.duckdb", LINES), ("b.duckdb", LINES[::-1]))
    }
    assert len(pages) == 1


class Outline(HTMLParser):
    """What a browser without a screen would know of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def of(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def test_the_page_can_be_read_without_a_mouse_or_a_network(report):
    page = as_page(report)
    outline = Outline(page)
    anchors = {link["href"].removeprefix("#") for link in outline.of("a")}
    assert anchors <= {tag[1]["id"] for tag in outline.tags if "id" in tag[1]}
    assert all("scope" in heading for heading in outline.of("th"))
    assert len(outline.of("caption")) == len(outline.of("table"))
    assert outline.of("figure")[0]["aria-label"].startswith("140.80 of cost")
    assert outline.of("script") + outline.of("img") + outline.of("link") == []
    requests = re.findall(r"(?:src|href)=\"(?!#)[^\"]*|url\([^)]*|@import", page)
    assert requests == []


def test_a_name_is_text_on_the_page_whatever_it_looks_like(tmp_path):
    change = f"update {RECONCILIATION} set cost_pool_name = '<script>alert(1)</script>'"
    path = write_release(tmp_path / "r.duckdb", changes=change)
    page = as_page(read_report(released(path)))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_period_is_text_on_the_page_whatever_it_looks_like(report):
    page = as_page(replace(report, period="2025/02</style><script>"))
    assert "<script>" not in page
    assert r"Reconciliation 2025\2f 02\3c \2f style\3e \3c script\3e " in page


def test_the_sign_off_names_the_proof_and_nobody(report):
    page = as_page(report)
    assert page.count("f" * 64) == 2
    for role in ("Preparer", "Reviewer", "Controller"):
        assert f'<th scope="row">{role}</th><td></td><td></td><td></td>' in page
