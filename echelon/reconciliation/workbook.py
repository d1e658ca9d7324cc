"""How does the report become a workbook whose figures recompute, cent for cent?

Text is written as text, whatever it looks like; sums and differences are formulas over
the cells above and beside them. The same report gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime, time
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from echelon.reconciliation.page import RIGHT, facts, shown
from echelon.reconciliation.report import SIGNATORIES, Report
from echelon.reconciliation.sections import Column, Section, sums

FORMATS = {
    "money": "#,##0.00;[Red]-#,##0.00",
    "count": "#,##0",
    "quantity": "#,##0",
    "ratio": "0.0%",
    "rate": "0.000000",
    "date": "yyyy-mm-dd",
}
HEAD_ROW = 4
# What a spreadsheet would run as a formula if someone typed it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What XML 1.0 cannot hold.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
FONT = "Calibri"
BOLD = Font(name=FONT, bold=True)
HEAD = PatternFill("solid", fgColor="E3ECF3")
THIN, DOUBLE = Side(style="thin"), Side(style="double")
FORMULA_CELL = re.compile(
    r'(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v\s*(?:/>|></v>)</c>'
)
# What each formula gives, by sheet and cell.
Figures = dict[tuple[str, str], Decimal]
EPOCH = (1980, 1, 1, 0, 0, 0)


def report_workbook(report: Report) -> bytes:
    """Write the report as a workbook, a sheet for each table.

    Args:
        report: The reconciliation.

    Returns:
        The XLSX file.
    """
    book = Workbook()
    cover = book.active
    assert isinstance(cover, Worksheet)
    cover.title = "Cover"
    figures: Figures = {}
    totals = {
        section.key: _write_section(
            book.create_sheet(section.key), section, report, figures
        )
        for section in report.sections
    }
    _write_cover(cover, report, totals["Proof"], figures)
    moment = datetime.combine(report.released.as_of_date, time())
    book.properties.created = book.properties.modified = moment
    book.properties.creator = "Echelon"
    book.properties.title = f"Reconciliation {report.period}"
    book.calculation.fullCalcOnLoad = True
    dated = io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(dated, "w")).save()
    return _finished(dated, book.sheetnames, figures)


def _finished(dated: io.BytesIO, sheets: list[str], figures: Figures) -> bytes:
    """Pack a file anew without the dates of its entries, formulas with their results.

    Whoever only shows a workbook, such as a mail program, shows the stored results.
    """
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(dated) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = source.read(name).decode()
            numbered = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
            if numbered:
                content = _with_results(content, sheets[int(numbered[1]) - 1], figures)
            target.writestr(entry, content)
    return packed.getvalue()


def _with_results(content: str, sheet: str, figures: Figures) -> str:
    def result(found: re.Match[str]) -> str:
        return f"{found[1]}<v>{figures[sheet, found[2]]}</v></c>"

    return FORMULA_CELL.sub(result, content)


def _write_section(
    sheet: Worksheet, section: Section, report: Report, figures: Figures
) -> dict[str, str]:
    """Write one table; where each sum over all of it stands, by column."""
    _put(sheet.cell(1, 1), section.title).font = Font(name=FONT, bold=True, size=13)
    _put(sheet.cell(2, 1), section.note if section.rows else section.nothing)
    _set_up_print(sheet, report)
    if not section.rows:
        return {}
    for at, column in enumerate(section.columns, 1):
        head = _put(sheet.cell(HEAD_ROW, at), column.label)
        head.font, head.fill, head.border = BOLD, HEAD, Border(bottom=THIN)
        side = "right" if column.kind in RIGHT else "left"
        head.alignment = Alignment(horizontal=side, vertical="bottom", wrap_text=True)
        width = max(len(shown(row[column.name], column)) for row in section.rows)
        longest = max(width + 2, *(len(word) + 2 for word in column.label.split()))
        sheet.column_dimensions[get_column_letter(at)].width = min(longest, 60)
    sheet.freeze_panes = sheet.cell(HEAD_ROW + 1, 3).coordinate
    sheet.print_title_rows = f"1:{HEAD_ROW}"
    return _write_rows(sheet, section, figures)


def _write_rows(sheet: Worksheet, section: Section, figures: Figures) -> dict[str, str]:
    row_no, sum_rows = HEAD_ROW, []
    for name, rows in section.groups():
        first = row_no + 1
        for row in rows:
            row_no += 1
            for at, column in enumerate(section.columns, 1):
                cell = sheet.cell(row_no, at)
                if column.less and row[column.name] is not None:
                    _put_difference(cell, section, column)
                    figures[sheet.title, cell.coordinate] = row[column.name]
                else:
                    _put(cell, row[column.name], column)
        if section.added_up and section.group:
            formula = f"SUM({{0}}{first}:{{0}}{row_no})"
            row_no += 1
            places = _write_sums(sheet, section, row_no, (f"Sum of {name}", formula))
            _enter(figures, sheet, places, sums(section, rows))
            sum_rows.append(row_no)
    if not (section.added_up and section.has_total):
        return {}
    formula = "+".join(f"{{0}}{row}" for row in sum_rows)
    formula = formula or f"SUM({{0}}{HEAD_ROW + 1}:{{0}}{row_no})"
    places = _write_sums(sheet, section, row_no + 1, ("Total", formula))
    _enter(figures, sheet, places, sums(section, section.rows))
    return places


def _enter(
    figures: Figures,
    sheet: Worksheet,
    places: dict[str, str],
    results: dict[str, Decimal],
) -> None:
    for name, place in places.items():
        figures[sheet.title, place] = results[name]


def _write_sums(
    sheet: Worksheet, section: Section, row_no: int, named: tuple[str, str]
) -> dict[str, str]:
    """Write a row of sums: its label, and its formula with {0} for the column."""
    label, formula = named
    _put(sheet.cell(row_no, 1), label)
    places = {}
    for at, column in enumerate(section.columns, 1):
        cell = sheet.cell(row_no, at)
        cell.font = BOLD
        cell.border = Border(top=THIN, bottom=DOUBLE if label == "Total" else THIN)
        if column.is_added_up:
            _put_formula(cell, formula.format(get_column_letter(at)), column)
            places[column.name] = cell.coordinate
    return places


def _put_difference(cell: Cell, section: Section, column: Column) -> None:
    names = [each.name for each in section.columns]
    letters = [get_column_letter(names.index(name) + 1) for name in column.less]
    _put_formula(cell, "-".join(f"{letter}{cell.row}" for letter in letters), column)


def _put_formula(cell: Cell, formula: str, column: Column) -> None:
    # Binary floating point: without rounding 0.1 + 0.2 - 0.3 is no zero.
    cell.value = f"=ROUND({formula},2)"
    cell.number_format = FORMATS[column.kind]


def _put(cell: Cell, value: object, column: Column | None = None) -> Cell:
    """Write a value; what is text stays text."""
    if isinstance(value, str):
        text = UNWRITABLE.sub("\ufffd", value)
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(FORMULA_STARTS)
    else:
        cell.value = value
    if column is not None and column.kind in FORMATS:
        cell.number_format = FORMATS[column.kind]
    return cell


def _write_cover(
    cover: Worksheet, report: Report, totals: dict[str, str], figures: Figures
) -> None:
    _put(cover.cell(1, 1), f"Reconciliation of period {report.period}").font = Font(
        name=FONT, bold=True, size=15
    )
    lines: Iterable[tuple[str, str]] = [
        ("Cost to serve against", f"{report.booked_in}, {report.base_currency_code}"),
        ("Result", report.verdict),
        *facts(report),
    ]
    row = 2
    for row, (name, value) in enumerate(lines, 3):
        _put(cover.cell(row, 1), name).font = BOLD
        _put(cover.cell(row, 2), value).alignment = Alignment(wrap_text=True)
    row += 2
    proof = report.sections[0]
    for column in proof.added_up:
        _put(cover.cell(row, 1), column.label).font = BOLD
        cell = cover.cell(row, 2)
        cell.value = f"='{proof.key}'!{totals[column.name]}"
        figures[cover.title, cell.coordinate] = figures[proof.key, totals[column.name]]
        cell.number_format = FORMATS["money"]
        cell.alignment = Alignment(horizontal="left")
        row += 1
    row += 1
    for at, head in enumerate(("Sign-off", "Name", "Signature", "Date"), 1):
        cell = _put(cover.cell(row, at), head)
        cell.font, cell.fill = BOLD, HEAD
    for each, role in enumerate(SIGNATORIES, row + 1):
        _put(cover.cell(each, 1), role)
        cover.row_dimensions[each].height = 36
        for at in range(1, 5):
            cover.cell(each, at).border = Border(bottom=THIN)
    for letter, width in zip("ABCD", (24, 90, 30, 16), strict=True):
        cover.column_dimensions[letter].width = width
    _set_up_print(cover, report)


def _set_up_print(sheet: Worksheet, report: Report) -> None:
    page = sheet.page_setup
    page.orientation, page.paperSize = "landscape", "9"
    page.fitToWidth, page.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    release = report.released
    proof = release.proof.get("proof_sha256", "none")
    sheet.oddFooter.left.text = f"{release.release_id}, proof {proof}"
    sheet.oddFooter.right.text = "&A, &P / &N"
    sheet.oddFooter.left.size = sheet.oddFooter.right.size = 7
