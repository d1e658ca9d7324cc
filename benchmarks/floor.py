"""The floor: a refresh's own SQL, run bare in one DuckDB process."""

import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.resources.compiled_project import compiled_manifest
from echelon.config import CONTRACTS_DIR, load_settings
from echelon.landing.contract import TableContract, load_contracts
from echelon.release.previous import CARRIED_OVER, COST_LEVELS
from echelon.warehouse.nodes import TABLE, VIEW, Node, read_nodes

STAGES = {
    "before_identity": ("staging", "identity_inputs"),
    "before_segmentation": ("identity", "intermediate", "features"),
    "after_segmentation": ("segmentation", "marts"),
}
COPIED_SCHEMAS = ("policy", "reference", "identity", "segmentation", "costing")
REFRESH_TABLES = (
    "refresh_parameters",
    "deliveries",
    "table_availability",
    "quarantined_rows",
    *CARRIED_OVER,
    COST_LEVELS,
)


def run_floor(candidate_dir: Path) -> dict[str, float]:
    """Time the compiled models of the last refresh on a fresh DuckDB file.

    Args:
        candidate_dir: The kept candidate; its small policy and segmentation tables
            are copied, everything else is built again from the landed files.

    Returns:
        Seconds per stage: ``deliveries`` and the three dbt passes.
    """
    settings = load_settings()
    manifest = compiled_manifest(settings)
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=settings.data_dir) as scratch:
        connection = duckdb.connect(str(Path(scratch) / "warehouse.duckdb"))
        connection.execute(f"set memory_limit = '{settings.memory_limit}'")
        connection.execute("set preserve_insertion_order = false")
        started = time.perf_counter()
        _read_deliveries(connection, settings.landing_dir)
        seconds["deliveries"] = time.perf_counter() - started
        _copy_inputs(connection, candidate_dir / "warehouse.duckdb")
        for stage, layers in STAGES.items():
            started = time.perf_counter()
            for node in _in_order(manifest, layers):
                address = f"{node.schema}.{node.name}"
                connection.execute(f"create schema if not exists {node.schema}")
                connection.execute(
                    f"create or replace {node.kind} {address} as {node.sql}"
                )
            seconds[stage] = time.perf_counter() - started
    return seconds


def _read_deliveries(connection: duckdb.DuckDBPyConnection, landing_dir: Path) -> None:
    """Read each landed file in one statement, without a check, a hash or a count."""
    connection.execute("create schema raw")
    for contract in load_contracts(CONTRACTS_DIR).values():
        files = sorted(landing_dir.glob(f"{contract.system}/*/{contract.name}.*"))
        reading = _reading(connection, contract, files)
        connection.execute(f"create table raw.{contract.name} as {reading}")


def _reading(
    connection: duckdb.DuckDBPyConnection, contract: TableContract, files: list[Path]
) -> str:
    source, given = "", set()
    if files:
        names = [str(file) for file in files]
        is_parquet = files[0].suffix == ".parquet"
        options = "" if is_parquet else ", all_varchar = true"
        source = f"{'read_parquet' if is_parquet else 'read_csv'}({names}{options})"
        described = connection.execute(f"describe from {source}").fetchall()
        given = {name for name, *_ in described}
    typed = ", ".join(
        f"cast({column.name if column.name in given else 'null'} as {column.sql_type})"
        f" as {column.name}"
        for column in contract.columns
    )
    return f"select {typed} from {source}" if files else f"select {typed} limit 0"


def _copy_inputs(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    connection.execute(f"attach '{warehouse}' as candidate (read_only)")
    tables = connection.execute(
        """
        select schema_name, table_name from duckdb_tables()
        where database_name = 'candidate'
            and (list_contains(?, schema_name) or list_contains(?, table_name))
        order by all
        """,
        [list(COPIED_SCHEMAS), list(REFRESH_TABLES)],
    ).fetchall()
    for schema, table in tables:
        connection.execute(f"create schema if not exists {schema}")
        connection.execute(
            f"create or replace table {schema}.{table} as "
            f"select * from candidate.{schema}.{table}"
        )
    connection.execute("detach candidate")


def _in_order(manifest: Mapping[str, Any], layers: tuple[str, ...]) -> list[Node]:
    """Models of the layers, parents first."""
    return [
        node
        for node in read_nodes(manifest)
        if node.kind in (TABLE, VIEW)
        and _layer(manifest["nodes"][node.unique_id]["fqn"]) in layers
    ]


def _layer(address: list[str]) -> str:
    """Name the folder by which the selectors tell the passes apart."""
    folder = address[2]
    has_own_pass = folder in ("identity_inputs", "segmentation") or (
        address[1] == "staging" and folder == "identity"
    )
    return folder if has_own_pass else address[1]


if __name__ == "__main__":
    print(json.dumps(run_floor(Path(sys.argv[1]))))
