"""What does the landed ledger itself add up to, read without the pipeline?

The second half of the independent check: ``tie_out`` compares what a release publishes
with itself, this compares it with the journals as they were delivered. Files are read
row by row and added up as Python integers; no engine and none of the pipeline's SQL.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from echelon.hashing import sha256_of_file

JOURNALS = "gl__journal_lines"
ACCOUNTS = "gl__accounts"
PROFIT_AND_LOSS = frozenset({"revenue", "cogs", "expense"})
BATCH_ROWS = 50_000
CENT = Decimal("0.01")

Period = tuple[str, str]
Row = dict[str, Any]


@dataclass(frozen=True)
class LandedLedger:
    """The ledger as delivered, in cents.

    Attributes:
        cents: Profit-and-loss postings by entity and fiscal period.
        reason: Why it could not be added up; None if it was.
    """

    cents: dict[Period, int]
    reason: str | None = None


def add_up_journals(
    landing: Path, deliveries: Sequence[Mapping[str, Any]], as_of: date
) -> LandedLedger:
    """Add up the landed journals a release was made of.

    Args:
        landing: Directory of the deliveries.
        deliveries: Recorded files of the release, as in its manifest.
        as_of: The day the release speaks of; later postings are none of its.

    Returns:
        The sums, or the reason there are none: a file that has gone or changed, a line
        that was quarantined or that needs an exchange rate.
    """
    files = {
        table: [file for file in deliveries if file["table_name"] == table]
        for table in (JOURNALS, ACCOUNTS)
    }
    if not files[JOURNALS] or not files[ACCOUNTS]:
        return LandedLedger({}, "no ledger was delivered")
    for file in (*files[JOURNALS], *files[ACCOUNTS]):
        path = landing / file["source_file"]
        if not path.is_file() or sha256_of_file(path) != file["sha256"]:
            return LandedLedger({}, f"{file['source_file']} is no longer here")
        if file["quarantined_row_count"]:
            return LandedLedger({}, f"{file['source_file']} has quarantined rows")
    types = {
        row["account_id"]: row["account_type"]
        for row in _rows_in_force(landing, files[ACCOUNTS], ("account_id",))
    }
    cents: dict[Period, int] = {}
    key = ("entity_code", "journal_id", "line_no")
    for row in _rows_in_force(landing, files[JOURNALS], key):
        if row["posting_date"] > as_of.isoformat():
            continue
        if types.get(row["account_id"]) not in PROFIT_AND_LOSS:
            continue
        if not row.get("base_amount"):
            return LandedLedger({}, "a journal line has no base amount")
        period = (row["entity_code"], row["fiscal_period"])
        cents[period] = cents.get(period, 0) + _cents(row["base_amount"])
    return LandedLedger(cents)


def compare_with_journals(
    ledger: LandedLedger, published: Mapping[Period, int]
) -> list[str]:
    """Compare the landed ledger with what a release reconciles.

    Args:
        ledger: What ``add_up_journals`` returned.
        published: Reconciled ledger amounts in cents by entity and fiscal period.

    Returns:
        One sentence per entity and period that differs; none without a landed ledger.
    """
    if ledger.reason is not None:
        return []
    return [
        f"{' '.join(period)}: {ledger.cents.get(period, 0)} cents in the landed"
        f" journals, {published.get(period, 0)} cents reconciled"
        for period in sorted(ledger.cents.keys() | published.keys())
        if ledger.cents.get(period, 0) != published.get(period, 0)
    ]


def _rows_in_force(
    landing: Path, files: Sequence[Mapping[str, Any]], key: tuple[str, ...]
) -> Iterator[Row]:
    """Yield each key's row of the last delivery that holds it."""
    seen: set[tuple[str, ...]] = set()
    for file in sorted(files, key=lambda file: -int(file["sequence"])):
        for row in _rows(landing / file["source_file"]):
            if len(files) > 1:
                identity = tuple(_key_part(name, row[name]) for name in key)
                if identity in seen:
                    continue
                seen.add(identity)
            yield row


def _rows(path: Path) -> Iterator[Row]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.DictReader(stream)
        return
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            for row in batch.to_pylist():
                yield {
                    name: "" if value is None else str(value)
                    for name, value in row.items()
                }


def _key_part(name: str, text: str) -> str:
    # A line number may be written ``007`` or ``7``; an identifier is what it is.
    return str(int(text)) if name == "line_no" else text


def _cents(text: str) -> int:
    return int(Decimal(text).quantize(CENT, ROUND_HALF_UP).scaleb(2))
