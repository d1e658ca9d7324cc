"""What did a load take in, set aside and leave out?"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class LoadedFile:
    """One delivered file.

    Attributes:
        system: System that delivered it.
        delivery_id: Its delivery.
        table: Table it holds.
        file: Its path below the landing directory.
        sha256: Verified hash of its bytes.
        row_count: Rows in the file.
        quarantined_row_count: Rows set aside.
        superseded_row_count: Rows of earlier deliveries it replaced.
        corrected_row_count: Bad rows of earlier deliveries it put right.
        period: Period the delivery covers.
        period_end_date: Last day of that period.
        sequence: Place of the delivery among those of its system.
        missing_columns: Columns of the contract that it does not have.
    """

    system: str
    delivery_id: str
    table: str
    file: str
    sha256: str
    row_count: int
    quarantined_row_count: int
    superseded_row_count: int
    corrected_row_count: int
    period: str
    period_end_date: date
    sequence: int
    missing_columns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LoadedTable:
    """One raw table after loading.

    Attributes:
        is_available: False if the table was not delivered.
        unavailable_reason: Why not; None if it was.
        row_count: Rows in force.
        quarantined_row_count: Rows set aside.
        later_row_count: Rows left out because they were not known at the as-of date.
        quarantined_amount: Their worth by the valuation column, in local currencies
            added up as they are; None if the table has no such column.
        input_as_of_date: Latest business date; None if undated or empty.
    """

    is_available: bool
    unavailable_reason: str | None
    row_count: int
    quarantined_row_count: int
    later_row_count: int
    quarantined_amount: Decimal | None
    input_as_of_date: date | None


@dataclass(frozen=True)
class LoadReport:
    """The outcome of one load.

    Attributes:
        files: Every file, policy files included, in the order of loading.
        tables: Every contract table by name.
        orphan_counts: Rows whose reference has no match, by ``table.column``; only
            references that have any.
        waived_checks: Breaches declared by a manifest: rows or journals by check code.
    """

    files: tuple[LoadedFile, ...]
    tables: dict[str, LoadedTable]
    orphan_counts: dict[str, int]
    waived_checks: dict[str, int]
