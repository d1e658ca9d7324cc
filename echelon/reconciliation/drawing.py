"""Which pictures show where cost goes and what is left of sales?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from echelon.customer_ids import WHERE_THEY_ARE, persistent_ids
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.reconciliation.reading import Source, open_source
from echelon.reconciliation.report import read_flows
from echelon.release.reader import Row, open_database, read_rows
from echelon.release.store import release_in_force
from models_ml.cost_pictures import cost_flow, waterfall, waterfalls
from models_ml.pictures import Picture, to_html, to_png, to_svg

# Whose profit and loss there is: the key of its table.
SUBJECTS = {
    "customer": "customer_id",
    "segment": "segment_code",
    "product": "product_id",
    "lane": "lane_code",
}


@dataclass(frozen=True)
class Span:
    """Fiscal periods from the first to the last, both in it."""

    first: str
    last: str

    def __str__(self) -> str:
        """Name one period, or both ends."""
        return self.last if self.first == self.last else f"{self.first} to {self.last}"


def flow_frame(flows: list[Row]) -> pd.DataFrame:
    """Turn what ``read_flows`` returned into what the cost flow is drawn from."""
    columns = ["pool", "activity", "segment", "amount_base_ccy"]
    frame = pd.DataFrame(flows, columns=columns)
    return frame.rename(columns={"amount_base_ccy": "amount"})


def flow_title(period: str) -> str:
    """Head the cost flow of a period."""
    return f"Where the cost of {period} went"


def closed_period_pictures(connection: duckdb.DuckDBPyConnection) -> dict[str, Picture]:
    """Draw the last closed period: cost flow, and a waterfall per segment.

    Args:
        connection: A database with the marts.

    Returns:
        Charts by name; none where no period is closed.
    """
    source = open_source(connection, None)
    if source is None:
        return {}
    steps = read_steps(connection, "segment", None, Span(source.period, source.period))
    return {
        "cost_flow": _flow(source).picture,
        "segment_waterfalls": waterfalls(
            pd.DataFrame(steps, columns=["subject", "step", "amount", "is_result"]),
            f"From sales to contribution by segment, {source.period}",
            "Base currency; each segment to its own scale",
        ),
    }


@dataclass(frozen=True)
class Drawing:
    """A picture and the figures it shows.

    Attributes:
        span: The periods.
        rows: The figures, for whoever cannot see the picture.
        picture: The chart.
    """

    span: Span
    rows: list[Row]
    picture: Picture


def draw_release(
    data_dir: Path, subject: tuple[str, str], asked: tuple[str | None, str | None]
) -> Drawing:
    """Draw from the release in force.

    Args:
        data_dir: Directory of everything a run writes.
        subject: A key of ``SUBJECTS`` and whose, or ``flow`` and nothing.
        asked: First and last fiscal period; None for the last, or the last closed.

    Returns:
        The picture.

    Raises:
        EchelonError: ``CONFIGURATION`` if there is nothing to draw.
    """
    kind, key = subject
    with open_database(release_in_force(data_dir).database) as connection:
        source = open_source(connection, asked[1])
        if source is None:
            raise _nothing("no period is closed", "name one with --period")
        if kind == "flow":
            return _flow(source)
        if not source.has(f"finance.rpt_profit_and_loss_by_{kind}_month"):
            message = f"the release has no profit and loss by {kind}"
            raise _nothing(message, "refresh: an earlier version made the release")
        span = Span(asked[0] or source.period, source.period)
        rows = read_steps(connection, kind, key, span)
        if not rows:
            raise _nothing_of(connection, (kind, key), span)
    frame = pd.DataFrame(rows, columns=["step", "amount", "is_result"])
    title = f"From sales to contribution: {kind} {key}"
    picture = waterfall(frame, title, f"{span}, base currency; cost by activity")
    figures = [{"step": row["step"], "amount": row["amount"]} for row in rows]
    return Drawing(span, figures, picture)


def _nothing_of(
    connection: duckdb.DuckDBPyConnection, subject: tuple[str, str], span: Span
) -> EchelonError:
    """Say that a subject has nothing, or which customer a source system means by it."""
    kind, key = subject
    meant = persistent_ids(connection, key) if kind == "customer" else None
    if meant:
        return _nothing(meant, f"draw that one; {WHERE_THEY_ARE}")
    hint = f"finance.rpt_profit_and_loss_by_{kind}_month lists who has, and when"
    if kind == "customer":
        hint += f"; {WHERE_THEY_ARE}"
    return _nothing(f"{kind} {key!r} has neither sales nor cost in {span}", hint)


def write_drawing(drawing: Drawing, path: Path) -> None:
    """Write a picture as the suffix of its file asks: HTML, PNG or SVG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        path.write_bytes(to_png(drawing.picture))
    elif path.suffix == ".svg":
        path.write_text(to_svg(drawing.picture), encoding="utf-8")
    else:
        path.write_text(to_html(drawing.picture), encoding="utf-8")


def _flow(source: Source) -> Drawing:
    flows = read_flows(source)
    picture = cost_flow(flow_frame(flows), flow_title(source.period))
    return Drawing(Span(source.period, source.period), flows, picture)


def read_steps(
    connection: duckdb.DuckDBPyConnection, kind: str, key: str | None, span: Span
) -> list[Row]:
    """Read the lines of a profit and loss in their order.

    Args:
        connection: A database with the marts.
        kind: A key of ``SUBJECTS``.
        key: Whose profit and loss, its cost by activity; None for everyone's, by line.
        span: The periods.

    Returns:
        Rows of ``subject``, ``step``, ``amount`` and ``is_result``; a line whose amount
        is unknown in a period, and every result below it, is left out.
    """
    column = SUBJECTS[kind]
    asked: dict[str, Any] = {"first": span.first, "last": span.last}
    step, only = "line_name", f"{column} != 'none'"
    if key is not None:
        step = "coalesce(replace(activity_code, '_', ' '), line_name)"
        only, asked["key"] = f"{column} = $key", key
    return read_rows(
        connection,
        f"""
        select
            {column} as subject, waterfall_order, {step} as step,
            line_type = 'result' as is_result, sum(amount_base_ccy) as amount
        from finance.rpt_profit_and_loss_by_{kind}_month
        where
            {only} and fiscal_period between $first and $last
            -- The company's result: no customer bears what leads to it.
            and (line_code != 'operating_result' or {column} = 'none')
        group by all
        having
            count(*) = count(amount_base_ccy)
            and (is_result or sum(amount_base_ccy) != 0)
        order by subject, waterfall_order, abs(amount) desc, step
        """,
        asked,
    )


def _nothing(message: str, hint: str) -> EchelonError:
    fault = Fault("nothing_to_draw", message, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)
