import io
import re
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pytest

from echelon.reconciliation.report import read_report
from echelon.reconciliation.workbook import report_workbook
from tests.unit.reconciliation.tiny_release import CMD, LINES, released, write_release

CENT = Decimal("0.01")


@pytest.fixture
def written(tmp_path):
    report = read_report(released(write_release(tmp_path / "r.duckdb")))
    return openpyxl.load_workbook(io.BytesIO(report_workbook(report)))


def computed(sheet, place):
    """Compute a cell as a spreadsheet would: ROUND, SUM, + and - over cells."""
    value = sheet[place].value
    if not isinstance(value, str) or sheet[place].data_type != "f":
        return Decimal(str(value or 0))
    other = re.fullmatch(r"='(.+)'!(\w+)", value)
    if other:
        return computed(sheet.parent[other[1]], other[2])
    formula = re.fullmatch(r"=ROUND\((.+),2\)", value)[1]
    total = Decimal(0)
    for sign, block, cell in re.findall(
        r"([+-]?)(?:SUM\((\w+:\w+)\)|([A-Z]+\d+))", formula
    ):
        places = (
            [c.coordinate for row in sheet[block] for c in row] if block else [cell]
        )
        part = sum(computed(sheet, each) for each in places)
        total += -part if sign == "-" else part
    return total.quantize(CENT, ROUND_HALF_UP)


def lines_of(sheet):
    """The rows under the head: first cell and the others by heading."""
    heads = [cell.value for cell in sheet[4]]
    for row in sheet.iter_rows(min_row=5):
        yield row[0].value, dict(zip(heads, row, strict=True))


def test_every_formula_recomputes_to_the_cent(written):
    proof = dict(lines_of(written["Proof"]))
    sums = {
        name: computed(written["Proof"], cells["General ledger"].coordinate)
        for name, cells in proof.items()
    }
    # 100.10 + 33.33 + 7.07 - 300.20 and 0.30
    assert sums["Sum of E1"] == Decimal("-159.70")
    assert sums["Sum of E2"] == Decimal("0.30")
    assert sums["Total"] == Decimal("-159.40")
    variances = [
        computed(written["Proof"], cells["Variance"].coordinate)
        for _, cells in lines_of(written["Proof"])
    ]
    assert variances == [0] * 8
    cover = {row[0].value: row[1].coordinate for row in written["Cover"].iter_rows()}
    assert computed(written["Cover"], cover["Allocated"]) == Decimal("125.30")
    assert computed(written["Cover"], cover["Variance"]) == 0


def test_whoever_only_shows_the_workbook_shows_what_the_formulas_give(tmp_path):
    report = read_report(released(write_release(tmp_path / "r.duckdb")))
    content = report_workbook(report)
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    results = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    places = [
        (sheet.title, cell.coordinate)
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    for sheet, place in places:
        stored = Decimal(str(results[sheet][place].value)).quantize(CENT)
        assert stored == computed(formulas[sheet], place), (sheet, place)


def test_a_cent_lost_in_the_release_is_computed_by_the_workbook(tmp_path):
    change = """
        update finance.rpt_gl_reconciliation_by_cost_pool_month
        set allocated_amount_base_ccy = 24.99, variance_amount_base_ccy = 0.01
        where cost_pool_code = 'picking'
    """
    report = read_report(released(write_release(tmp_path / "r.duckdb", changes=change)))
    sheet = openpyxl.load_workbook(io.BytesIO(report_workbook(report)))["Proof"]
    total = dict(lines_of(sheet))["Total"]["Variance"]
    assert computed(sheet, total.coordinate) == CENT


def test_text_that_looks_like_a_formula_stays_text(written):
    cells = [cell for row in written["Sustaining"].iter_rows() for cell in row]
    (name,) = [cell for cell in cells if cell.value == CMD]
    assert name.data_type == "s"
    assert name.quotePrefix
    formulas = [
        cell.value
        for sheet in written
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    safe = r"=(ROUND\([A-Z0-9+:()SUM-]+,2\)|'Proof'!\w+)"
    assert len(formulas) > 50
    assert all(re.fullmatch(safe, formula) for formula in formulas)


def test_amounts_are_numbers_with_a_format_and_print_with_their_heads(written):
    sheet = written["Proof"]
    amount = sheet["E5"]
    assert (amount.data_type, amount.value) == ("n", 100.1)
    assert amount.number_format.startswith("#,##0.00")
    assert sheet.freeze_panes == "C5"
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.oddFooter.left.text.endswith("f" * 64)


def test_the_same_report_gives_the_same_bytes(tmp_path, monkeypatch):
    files = set()
    for zone, lines in (("UTC", LINES), ("Asia/Tokyo", LINES[::-1])):
        monkeypatch.setenv("TZ", zone)
        path = write_release(tmp_path / f"{zone[:3]}.duckdb", lines)
        files.add(report_workbook(read_report(released(path))))
    assert len(files) == 1
