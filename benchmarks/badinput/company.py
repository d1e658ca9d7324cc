"""A tiny good company: three systems, one delivery each, every promise kept."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.badinput.rows import (
    ACCOUNTS,
    BALANCES,
    CUSTOMERS,
    JOURNALS,
    ORDERS,
    PERIODS,
    PRODUCTS,
    shipments,
)

CONTRACTS = Path(__file__).parents[2] / "contracts" / "landing"
ERP, GL, TMS = "erp/erp-0001", "gl/gl-0001", "tms/tms-0001"
MANIFEST = "manifest.json"
TOTALS = ("net_amount", "ordered_qty", "amount", "closing_amount", "weight_kg")


@dataclass
class Landing:
    """A landing area in memory, to be spoilt and written.

    Attributes:
        files: Bytes by ``<system>/<delivery>/<file>``, manifests left out.
        manifests: Manifest by ``<system>/<delivery>``.
        raw_manifests: Bytes to write instead of a manifest.
        links: Target by path: symbolic links to write.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)
    raw_manifests: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def deliver(
        self, label: str, tables: dict[str, bytes | pa.Table], **said: object
    ) -> None:
        """Add a delivery whose manifest is honest in every respect."""
        system, delivery_id = label.split("/")
        self.manifests[label] = {
            "manifest_version": 1,
            "company": "tiny",
            "system": system,
            "delivery_id": delivery_id,
            "sequence": int(delivery_id[-4:]),
            "period": "2024-01/2024-06",
            "time_zone": "UTC",
            "tables": {},
            "absent": {},
            **said,
        }
        for table, content in tables.items():
            self.put(label, table, content)

    def put(self, label: str, table: str, content: bytes | pa.Table) -> None:
        """Deliver one table, and promise what it is."""
        is_parquet = isinstance(content, pa.Table)
        name = f"{table}.parquet" if is_parquet else f"{table}.csv"
        for suffix in (".csv", ".parquet"):
            self.files.pop(f"{label}/{table}{suffix}", None)
        self.files[f"{label}/{name}"] = parquet(content) if is_parquet else content
        self.manifests[label]["tables"][table] = {"file": name}
        self.promise(label, table)

    def promise(self, label: str, table: str) -> None:
        """Write down rows, hash, totals and checksum of a file as it now is."""
        entry = self.manifests[label]["tables"][table]
        content = self.files[f"{label}/{entry['file']}"]
        names, rows = read(content, entry["file"])
        entry["sha256"] = hashlib.sha256(content).hexdigest()
        entry["rows"] = len(rows)
        entry["control_totals"] = {
            name: str(sum(filter(None, map(_number, column)), Decimal(0)))
            for name, column in zip(names, zip(*rows, strict=True), strict=False)
            if name in TOTALS
        }
        entry["control_totals"]["*"] = str(checksum(names, rows))

    def reseal(self, label: str, *tables: str) -> None:
        """Hash files and manifest again; rows, totals and checksum stay as promised."""
        for table in tables:
            entry = self.manifests[label]["tables"][table]
            content = self.files[f"{label}/{entry['file']}"]
            entry["sha256"] = hashlib.sha256(content).hexdigest()
        self.seal(label)

    def seal(self, label: str) -> None:
        """Hash the manifest into itself, as docs/mapping.md describes."""
        manifest = self.manifests[label]
        manifest.pop("seal", None)
        plain = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
        manifest["seal"] = hashlib.sha256(plain.encode()).hexdigest()

    def write(self, root: Path) -> Path:
        """Write the area below a directory."""
        area = root / "landing"
        area.mkdir()
        for name, content in self.files.items():
            (area / name).parent.mkdir(parents=True, exist_ok=True)
            (area / name).write_bytes(content)
        for label, manifest in self.manifests.items():
            text = self.raw_manifests.get(label, json.dumps(manifest).encode())
            (area / label).mkdir(parents=True, exist_ok=True)
            (area / label / MANIFEST).write_bytes(text)
        for name, target in self.links.items():
            (area / name).parent.mkdir(parents=True, exist_ok=True)
            (area / name).symlink_to(target)
        return area


def good_company() -> Landing:
    """Return the company as it should land, sealed."""
    landing = Landing()
    landing.deliver(
        ERP,
        {
            "erp__customers": text(CUSTOMERS),
            "erp__products": text(PRODUCTS),
            "erp__order_lines": text(ORDERS),
        },
    )
    landing.deliver(
        GL,
        {
            "gl__accounts": text(ACCOUNTS),
            "gl__journal_lines": text(JOURNALS),
            "gl__trial_balances": text(BALANCES),
            "gl__periods": text(PERIODS),
        },
    )
    landing.deliver(TMS, {"tms__shipments": shipments()})
    for label in landing.manifests:
        landing.seal(label)
    return landing


def text(rows: Iterable[Iterable[object]]) -> bytes:
    """Write rows, header first, as CSV."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode()


def parquet(table: pa.Table) -> bytes:
    """Write a Parquet file."""
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()


def read(content: bytes, name: str) -> tuple[list[str], list[list[str]]]:
    """Read a file as a source would: column names, and every value as text."""
    if name.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(content))
        with duckdb.connect() as connection:
            connection.register("delivered", table)
            rows = connection.execute(
                "select coalesce(columns(*)::varchar, '') from delivered"
            ).fetchall()
        return table.column_names, [list(row) for row in rows]
    decoded = content.decode("utf-8-sig", errors="replace").replace("\0", "")
    limit = csv.field_size_limit(1 << 30)
    lines = [row for row in csv.reader(io.StringIO(decoded, newline="")) if row]
    csv.field_size_limit(limit)
    return (lines[0], lines[1:]) if lines else ([], [])


def checksum(names: list[str], rows: list[list[str]]) -> int:
    """Add up the rows' digests; the values are written as their types are."""
    total = 0
    for row in rows:
        pairs = sorted(zip(names, row, strict=False))
        line = "\x1f".join(f"{name}={value}" for name, value in pairs if value)
        total += int(
            hashlib.md5(line.encode(), usedforsecurity=False).hexdigest()[:15], 16
        )
    return total


def _number(value: str) -> Decimal | None:
    try:
        number = Decimal(value)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None
