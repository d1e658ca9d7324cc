"""A landing area that a test fills line by line."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from echelon.errors import EchelonError
from echelon.landing.contract import load_contracts
from echelon.landing.load import load_landing

CONTRACTS = Path(__file__).parents[3] / "contracts" / "landing"
REQUIRED = {
    "erp__customers": "customer_id,name\nC1,Ada\nC2,Bo\n",
    "erp__products": "product_id,valid_from,name\nP1,2024-01-01,Bolt\n",
    "erp__order_lines": (
        "order_id,line_no,document_type,entity_code,sold_to_id,product_id,"
        "ordered_at,ordered_qty,net_amount,currency_code\n"
        "O1,1,sale,DE01,C1,P1,2024-02-01 08:00:00,2,10.50,EUR\n"
        "O1,2,sale,DE01,C1,P1,2024-02-03 09:30:00,1,5.25,EUR\n"
    ),
}


@cache
def _contracts() -> dict:
    return load_contracts(CONTRACTS)


@dataclass
class LandingArea:
    """Writes deliveries with true manifests, and loads them."""

    root: Path
    connection: duckdb.DuckDBPyConnection
    contracts: dict = field(default_factory=lambda: dict(_contracts()))

    def deliver(
        self,
        tables: dict[str, str | bytes | pa.Table],
        system: str = "erp",
        sequence: int = 1,
        amend: Callable[[dict], object] = lambda manifest: None,
    ) -> Path:
        """Write one delivery; ``amend`` may falsify its manifest."""
        delivery_id = f"{system}-{sequence:04}"
        directory = self.root / system / delivery_id
        directory.mkdir(parents=True)
        manifest = {
            "manifest_version": 1,
            "company": "testing",
            "system": system,
            "delivery_id": delivery_id,
            "sequence": sequence,
            "period": "2024-01/2024-12",
            "time_zone": "UTC",
            "units": {"weight": "kg", "volume": "m3", "distance": "km"},
            "tables": {
                table: _write(directory, table, content)
                for table, content in tables.items()
            },
            "absent": {},
        }
        amend(manifest)
        (directory / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        return directory

    def deliver_required(self, **replaced: str | bytes | pa.Table) -> Path:
        """Write the required tables, some of them replaced or added to."""
        return self.deliver({**REQUIRED, **replaced})

    def load(self, as_of: date = date(2099, 12, 31)):
        return load_landing(self.connection, self.root, self.contracts, as_of)

    def fault(self):
        """Load and return the refusal."""
        with pytest.raises(EchelonError) as caught:
            self.load()
        return caught.value

    def query(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()


def _write(directory: Path, table: str, content: str | bytes | pa.Table) -> dict:
    if isinstance(content, pa.Table):
        path = directory / f"{table}.parquet"
        pq.write_table(content, path)
        rows = content.num_rows
    else:
        path = directory / f"{table}.csv"
        raw = content.encode() if isinstance(content, str) else content
        path.write_bytes(raw)
        text = raw.decode("utf-8-sig", errors="replace")
        rows = max(sum(bool(row) for row in csv.reader(io.StringIO(text))) - 1, 0)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"file": path.name, "rows": rows, "sha256": sha256}
