"""Which files does finance get of a period, and where do they lie?"""

import re
from pathlib import Path

from echelon.reconciliation.drawing import flow_frame, flow_title
from echelon.reconciliation.page import report_page
from echelon.reconciliation.report import Released, Report, read_report
from echelon.reconciliation.workbook import report_workbook
from models_ml.cost_pictures import cost_flow, cost_flow_sentence
from models_ml.pictures import to_svg

PACK_NAME = "reconciliation"


def write_pack(
    released: Released, directory: Path, period: str | None = None
) -> list[Path]:
    """Write the reconciliation of a period for people to read and sign.

    Args:
        released: The release and the one before it.
        directory: Where the files go; made where there are any.
        period: Fiscal period; None for the last that every entity has closed.

    Returns:
        The files; none where no period was asked for and none is closed.

    Raises:
        EchelonError: As ``read_report``.
    """
    report = read_report(released, period)
    if report is None:
        return []
    directory.mkdir(parents=True, exist_ok=True)
    period = re.sub(r"[^\w.-]", "-", report.period)  # a company names it as it likes
    page = directory / f"reconciliation_{period}.html"
    page.write_text(as_page(report), encoding="utf-8")
    workbook = page.with_suffix(".xlsx")
    workbook.write_bytes(report_workbook(report))
    return [page, workbook]


def as_page(report: Report) -> str:
    """Lay a report out as HTML, its picture drawn inside."""
    flows = flow_frame(report.flows)
    drawing = to_svg(cost_flow(flows, flow_title(report.period)))
    return report_page(report, drawing, cost_flow_sentence(flows))
