"""What does finance sign at the close of a period?"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from echelon.reconciliation.change_sections import change_sections
from echelon.reconciliation.control_sections import control_sections
from echelon.reconciliation.ledger_sections import VARIANCE, ledger_sections
from echelon.reconciliation.reading import Source, books_of, open_source
from echelon.reconciliation.sections import Section, refuse_unless_exact
from echelon.release.layout import PUBLISHED_NAME, releases_dir
from echelon.release.proof import PROOF_NAME
from echelon.release.reader import Row, open_database
from echelon.release.store import Release

SIGNATORIES = ("Preparer", "Reviewer", "Controller")

FLOWS = """
    with destinations as (
        select
            pools.cost_pool_name as pool, destinations.destination_code,
            destinations.activity_code, destinations.customer_id,
            destinations.amount_base_ccy
        from finance.fct_cost_destinations as destinations
        inner join finance.{mart} as pools
            using (entity_code, fiscal_period, cost_pool_code)
        where fiscal_period = $period and pools.treatment != 'excluded'
    ),

    names as (
        select segment_code, segment_code || ' ' || segment_name as segment
        from core.dim_segments
        where is_current
    )

    select
        destinations.pool,
        replace(
            coalesce(destinations.activity_code, destinations.destination_code),
            '_', ' '
        ) as activity,
        if(
            destinations.customer_id is null, null,
            coalesce(names.segment, 'without a segment')
        ) as segment,
        sum(destinations.amount_base_ccy) as amount_base_ccy
    from destinations
    left join core.dim_customer_segments as members
        on destinations.customer_id = members.customer_id and members.is_current
    left join names using (segment_code)
    group by all
    having sum(destinations.amount_base_ccy) != 0
    order by all
"""


@dataclass(frozen=True)
class Released:
    """The release a report is about, and the one before it.

    Attributes:
        release_id: The release.
        as_of_date: The day it speaks of.
        database: Its published file.
        proof: Content of its proof; empty for a release without one.
        previous_release_id: The release before it, if any.
        previous_database: The published file of that; None where it is not kept.
    """

    release_id: str
    as_of_date: date
    database: Path
    proof: dict[str, Any]
    previous_release_id: str | None
    previous_database: Path | None


@dataclass(frozen=True)
class Report:
    """The reconciliation of one fiscal period.

    Attributes:
        released: What it was read from.
        period: The fiscal period.
        booked_in: ``general ledger``, or ``charges`` where the company has none.
        base_currency_code: Currency of every amount that names no other.
        entities: One row per entity: days of the period and whether it is closed.
        sections: The tables, in the order they are read.
        flows: What each pool, activity and segment passed on, for the picture.
    """

    released: Released
    period: str
    booked_in: str
    base_currency_code: str
    entities: list[Row]
    sections: tuple[Section, ...]
    flows: list[Row]

    @property
    def verdict(self) -> str:
        """Say in one sentence whether the period ties."""
        proof = self.sections[0]
        off = [row for row in proof.rows if row[VARIANCE] != Decimal(0)]
        lines = f"{len(proof.rows)} lines of entity and cost pool"
        if off:
            return f"{len(off)} of {lines} DO NOT TIE."
        return f"All {lines} tie: variance 0.00 on each."

    @property
    def is_closed(self) -> bool:
        """Whether every entity has closed the period."""
        return all(row["is_closed"] for row in self.entities)


def released_of(data_dir: Path, release: Release) -> Released:
    """Name a kept release, its proof and the release before it."""
    proof = release.directory / PROOF_NAME
    previous_id = release.previous_release_id
    former = releases_dir(data_dir) / (previous_id or "none") / PUBLISHED_NAME
    return Released(
        release_id=release.release_id,
        as_of_date=release.as_of_date,
        database=release.database,
        proof=json.loads(proof.read_text(encoding="utf-8")) if proof.is_file() else {},
        previous_release_id=previous_id,
        previous_database=former if former.is_file() else None,
    )


def read_report(released: Released, asked: str | None = None) -> Report | None:
    """Read the reconciliation of a period from a release.

    Args:
        released: The release and the one before it.
        asked: Fiscal period; None for the last that every entity has closed.

    Returns:
        The report; None where no period was asked for and none is closed.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing was booked in the period;
            ``INTEGRITY`` if a published difference is not that of its own columns.
    """
    with open_database(released.database) as connection:
        source = open_source(connection, asked)
        if source is None:
            return None
        sections = [*ledger_sections(source), *control_sections(source)]
        sections += _changes(source, released)
        return Report(
            released=released,
            period=source.period,
            booked_in=source.books.label,
            base_currency_code=source.rows(
                "select base_currency_code from governance.dim_releases"
            )[0]["base_currency_code"],
            entities=_entities(source),
            sections=tuple(refuse_unless_exact(section) for section in sections),
            flows=read_flows(source),
        )


def read_flows(source: Source) -> list[Row]:
    """List what each cost pool of a period passed on, through which activity, to whom.

    Args:
        source: The release and the period.

    Returns:
        Rows of ``pool``, ``activity`` (or what became of a part nobody bears),
        ``segment`` (None where nobody bears it) and ``amount_base_ccy``.
    """
    return source.rows(FLOWS.format(mart=source.books.mart))


def _entities(source: Source) -> list[Row]:
    booked = f"""
        select distinct entity_code from finance.{source.books.mart}
        where fiscal_period = $period
    """
    if not source.has("finance.dim_fiscal_periods"):
        unknown = "'not recorded' as period_status, false as is_closed"
        return source.rows(
            f"select entity_code, null as starts_on_date, null as ends_on_date,"
            f" null as closed_at, {unknown} from ({booked}) order by entity_code"
        )
    return source.rows(
        f"""
        select
            booked.entity_code, periods.starts_on_date, periods.ends_on_date,
            replace(periods.period_status, '_', ' ') as period_status,
            periods.closed_at, coalesce(periods.is_closed, false) as is_closed
        from ({booked}) as booked
        left join finance.dim_fiscal_periods as periods
            on
                booked.entity_code = periods.entity_code
                and periods.fiscal_period = $period
        order by booked.entity_code
        """
    )


def _changes(source: Source, released: Released) -> list[Section]:
    former = released.previous_database
    if former is None:
        name = released.previous_release_id
        why = (
            f"The release before, {name}, is no longer kept."
            if name
            else "There was no release before this one."
        )
        return change_sections(source, None, why)
    with open_database(former) as connection:
        books = books_of(connection)
        before = Source(connection, source.period, books) if books else None
        return change_sections(
            source, before, "" if before else "The release before holds no cost."
        )
