"""What does a release say in one screen?"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from echelon.decisions.reviews import Review, read_review
from echelon.release.reader import open_database
from echelon.release.store import Release, release_in_force


@dataclass(frozen=True)
class SegmentLine:
    """One segment in the release."""

    segment_code: str
    segment_name: str
    customer_count: int
    net_sales_amount_base_ccy: Decimal | None
    cost_to_serve_amount_base_ccy: Decimal | None


@dataclass(frozen=True)
class TieOut:
    """The cost side of the books, every pool and period added up.

    Attributes:
        against: ``general ledger``, or ``charges`` where the company has none.
        checked_count: Entity, pool and period lines.
        variance_count: Lines that do not tie.
        amounts: Amount in base currency by kind of line; ``booked`` is the total.
    """

    against: str
    checked_count: int
    variance_count: int
    amounts: dict[str, Decimal]


@dataclass(frozen=True)
class Summary:
    """The figures people ask for first."""

    release_id: str
    as_of_date: str
    input_as_of: dict[str, str]
    base_currency_code: str
    levels: dict[str, str]
    segments: list[SegmentLine]
    tie_out: TieOut | None
    unavailable: dict[str, str]
    refused_attributes: dict[str, str]
    review: Review | None
    gates: dict[str, int]
    taken_over: dict[str, int]
    published_path: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; money as text so that no cent is lost."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        return plain


BOOKS = {
    "general ledger": ("rpt_gl_reconciliation_by_cost_pool_month", "gl"),
    "charges": ("rpt_charge_reconciliation_by_cost_pool_month", "charged"),
}
AMOUNTS = (
    "allocated",
    "unused_capacity",
    "sustaining",
    "excluded",
    "unallocated",
    "quarantined",
    "variance",
)


def summarise(data_dir: Path) -> Summary:
    """Read the summary of the release in force.

    Args:
        data_dir: Directory of everything a run writes.

    Returns:
        The summary.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing has been published yet.
    """
    release = release_in_force(data_dir)
    with open_database(release.database) as connection:
        return _summary(connection, data_dir, release)


def _summary(
    connection: duckdb.DuckDBPyConnection, data_dir: Path, released: Release
) -> Summary:
    release = connection.execute(
        "select release_id, as_of_date, base_currency_code from governance.dim_releases"
    ).fetchall()[0]
    freshness = connection.execute(
        """
        select source_system, max(input_as_of_date)
        from governance.rpt_input_freshness_by_source
        where input_as_of_date is not null
        group by source_system
        order by source_system
        """
    ).fetchall()
    unavailable = connection.execute(
        """
        select schema_name || '.' || mart_name, availability_status
        from governance.rpt_mart_availability
        where not is_available
        order by all
        """
    ).fetchall()
    gates = connection.execute(
        """
        select outcome, count(*)
        from governance.rpt_gate_results
        group by outcome
        order by outcome
        """
    ).fetchall()
    return Summary(
        release_id=release[0],
        as_of_date=str(release[1]),
        input_as_of={system: str(day) for system, day in freshness},
        base_currency_code=release[2],
        levels=_levels(connection),
        segments=_segments(connection),
        tie_out=_tie_out(connection),
        unavailable=dict(unavailable),
        refused_attributes=_refused_attributes(connection),
        review=read_review(connection, data_dir),
        gates=dict(gates),
        taken_over=released.manifest().get("taken_over", {}),
        published_path=str(released.database),
    )


def _levels(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Say whom orders name, who is segmented and whom profit is shown for."""
    if not _is_published(connection, "rpt_customer_levels_by_use"):
        return {}
    return dict(
        connection.execute(
            "from governance.rpt_customer_levels_by_use order by level_use"
        ).fetchall()
    )


def _refused_attributes(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Say which attributes policy kept out, and why; none before there was a policy."""
    if not _is_published(connection, "rpt_attribute_admissions"):
        return {}
    return dict(
        connection.execute(
            """
            select attribute, admission_reason
            from governance.rpt_attribute_admissions
            where not is_admitted
            order by attribute
            """
        ).fetchall()
    )


def _is_published(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Say whether a release has a table: one made by an earlier version may lack it."""
    tables = connection.execute(
        "select count(*) from duckdb_tables() where table_name = ?", [table]
    ).fetchall()
    return bool(tables[0][0])


def _segments(connection: duckdb.DuckDBPyConnection) -> list[SegmentLine]:
    rows = connection.execute(
        """
        with costs as (
            select
                segments.segment_code,
                sum(net_sales_amount_base_ccy) as net_sales_amount_base_ccy,
                sum(cost_to_serve_amount_base_ccy) as cost_to_serve_amount_base_ccy
            from finance.rpt_cost_to_serve_by_customer
            inner join core.dim_customer_segments as segments using (customer_id)
            where segments.is_current
            group by all
        )
        select
            segments.segment_code,
            segments.segment_name,
            segments.customer_count,
            costs.net_sales_amount_base_ccy,
            costs.cost_to_serve_amount_base_ccy
        from core.dim_segments as segments
        left join costs using (segment_code)
        where segments.is_current
        order by segments.segment_code
        """
    ).fetchall()
    return [SegmentLine(*row) for row in rows]


def _tie_out(connection: duckdb.DuckDBPyConnection) -> TieOut | None:
    """Add up the reconciliation; None where the company delivered no cost at all."""
    for against, (mart, booked) in BOOKS.items():
        sums = ", ".join(f"sum({name}_amount_base_ccy)" for name in (booked, *AMOUNTS))
        row = connection.execute(
            f"""
            select
                count(*), count(*) filter (where variance_amount_base_ccy <> 0), {sums}
            from finance.{mart}
            """
        ).fetchall()[0]
        if row[0] > 0:
            amounts = dict(zip(("booked", *AMOUNTS), row[2:], strict=True))
            return TieOut(against, row[0], row[1], amounts)
    return None


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value
