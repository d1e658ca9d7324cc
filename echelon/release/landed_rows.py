"""Which rows of the deliveries count in a release, read row by row without an engine?

A row counts if no later delivery holds its key and if the release does not list it as
set aside while landing.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from echelon.hashing import sha256_of_file

BATCH_ROWS = 50_000

Row = Mapping[str, str]


@dataclass(frozen=True)
class Deliveries:
    """What landed for a release.

    Attributes:
        landing: Directory of the deliveries.
        files: Recorded files of the release, as in its manifest.
        set_aside: Lines the release lists as set aside, by file.
    """

    landing: Path
    files: Sequence[Mapping[str, Any]]
    set_aside: Mapping[str, frozenset[int]]

    def of(self, table: str) -> list[Mapping[str, Any]]:
        """List the recorded files of one table."""
        return [file for file in self.files if file["table_name"] == table]

    def fault(self, table: str) -> str | None:
        """Say why the files of a table cannot be read as they were; None if they can.

        Args:
            table: Contract table.

        Returns:
            A file that is gone or changed, or with more lines set aside than were when
            it landed: that would hide postings.
        """
        for file in self.of(table):
            name = file["source_file"]
            path = self.landing / name
            if not path.is_file() or sha256_of_file(path) != file["sha256"]:
                return f"{name} is no longer here as it was delivered"
            listed = len(self.set_aside.get(name, frozenset()))
            if listed > file["quarantined_row_count"]:
                return f"{name}: {listed} lines are listed as set aside, more than were"
        return None

    def rows(self, table: str, key: tuple[str, ...]) -> Iterator[Row]:
        """Yield each key's row of the last delivery that holds it."""
        files = self.of(table)
        seen: set[tuple[str, ...]] = set()
        for file in sorted(files, key=lambda file: -int(file["sequence"])):
            left_out = self.set_aside.get(file["source_file"], frozenset())
            for line, row in _rows(self.landing / file["source_file"]):
                if line in left_out:
                    continue
                if len(files) > 1:
                    identity = tuple(_key_part(name, row[name]) for name in key)
                    if identity in seen:
                        continue
                    seen.add(identity)
                yield row


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield rows as text with the number their line has in a list of bad rows."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            for row in reader:
                breaks = sum(str(value).count("\n") for value in row.values())
                yield reader.line_num - breaks, row
        return
    number = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            for row in batch.to_pylist():
                number += 1
                texts = {
                    name: "" if value is None else str(value)
                    for name, value in row.items()
                }
                yield number, texts


def _key_part(name: str, text: str) -> str:
    # A line number may be written ``007`` or ``7``; an identifier is what it is.
    return str(int(text)) if name == "line_no" else text
