"""What must each control catch?"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import duckdb
import pandas as pd

from echelon.release.tie_out import Sheet, compare
from echelon.release.ties import Term, Tie
from expectations.gate import examine, run_gate
from expectations.register import Gate
from tests.unit.expectations.corruptions import (
    CLEAN,
    TABLE_CORRUPTIONS,
    VALUE_CORRUPTIONS,
)
from tests.unit.expectations.flaws import FLAWS, WAREHOUSE

ODD = "'nobody knows this'"
DRIVERS = "policy.policy_activity_drivers"
POOLS = "policy.policy_cost_pools"
PLANS = "policy.policy_cost_plans"
LEDGER = "finance.rpt_gl_reconciliation_by_cost_pool_month"
CUSTOMER_POOLS = "finance.rpt_cost_to_serve_by_customer_pool_month"
SEGMENTS = "core.dim_customer_segments"
# What each test across models must catch.
ACROSS_MODELS = {
    "assert_activity_drivers_are_usable": f"update {DRIVERS} set driver_code = 'x'",
    "assert_cost_activities_share_their_pool": (
        f"update {DRIVERS} set resource_share = 0.4"
    ),
    "assert_cost_pool_attributes_agree": (
        f"insert into {POOLS} select * replace (cost_pool_name || 'x'"
        f" as cost_pool_name) from {POOLS}"
    ),
    "assert_cost_plans_are_usable": f"update {PLANS} set driver_code = 'x'",
    "assert_cost_steps_are_usable": (
        "insert into policy.policy_cost_steps by name"
        " select 'x' as cost_pool_code, 1 as step_qty"
    ),
    "assert_cost_postings_have_a_rate": (
        "update intermediate.int_ledger_lines_converted set amount_base_ccy = null"
    ),
    "assert_cost_reconciliation_covers_every_posting": (
        f"update {LEDGER} set gl_amount_base_ccy = gl_amount_base_ccy + 0.01"
    ),
    "assert_cost_to_serve_agrees_across_marts": (
        f"update {CUSTOMER_POOLS}"
        " set allocated_amount_base_ccy = allocated_amount_base_ccy + 0.01"
    ),
    "assert_cost_variance_is_zero": (
        f"update {LEDGER} set variance_amount_base_ccy = 0.01"
    ),
    "assert_customer_levels_are_known": (
        "update policy.policy_settings set setting_value = 'planet'"
    ),
    "assert_driver_runs_are_whole": (
        "update intermediate.int_activity_drivers_accumulated"
        " set running_driver_qty = running_driver_qty + 1"
    ),
    "assert_pool_services_are_known": (
        "insert into policy.policy_pool_services by name"
        " select 'x' as from_pool_code, 'x' as to_pool_code"
    ),
    "assert_service_charging_is_known": (
        "update policy.policy_settings set setting_value = 'nobody'"
    ),
    "assert_stated_drivers_are_not_counted": (
        "insert into policy.policy_driver_quantities by name"
        " select 'stops' as driver_code"
    ),
    "assert_segment_intervals_do_not_overlap": (
        f"insert into {SEGMENTS} select * replace (valid_from_date - 1"
        f" as valid_from_date) from {SEGMENTS}"
    ),
}


def caught_by_gate(gate: Gate) -> tuple[int, list[str]]:
    """Corrupt what a gate examines, frame by frame and flaw by flaw.

    Returns:
        Number of defects, and those that passed unnoticed; a gate that also refuses a
        sound frame is listed as ``sound``.
    """
    suites = import_module(f"expectations.suites.{gate.schema}")
    suite = getattr(suites, gate.name)()
    clean = pd.DataFrame(CLEAN[gate.name])
    missed = [] if run_gate(suite, clean).detail == "" else ["sound"]
    frames = {
        f"{column} = {value}": _with(clean, column, value)
        for name, column, value, _ in VALUE_CORRUPTIONS
        if name == gate.name
    }
    frames |= {
        expectation: corrupt(clean)
        for name, corrupt, expectation in TABLE_CORRUPTIONS
        if name == gate.name
    }
    missed += [
        label for label, frame in frames.items() if not run_gate(suite, frame).detail
    ]
    flaws = [(flaw, column) for name, flaw, column in FLAWS if name == gate.name]
    for flaw, column in flaws:
        with duckdb.connect() as connection:
            connection.execute(WAREHOUSE)
            connection.execute(flaw)
            if f": {column} " not in examine(gate, connection).detail:
                missed.append(flaw)
    return len(frames) + len(flaws), missed


def _with(clean: pd.DataFrame, column: str, value: object) -> pd.DataFrame:
    frame = clean.astype({column: object})
    frame.loc[0, column] = value
    return frame


def rows_of_test(
    connection: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    entry: Mapping[str, Any],
) -> int:
    """Count the rows of what a test reads."""
    return sum(
        connection.execute(f"select count(*) from {address}").fetchall()[0][0]
        for address in _parents(manifest, entry)
    )


def caught_by_test(
    connection: duckdb.DuckDBPyConnection,
    manifest: Mapping[str, Any],
    entry: Mapping[str, Any],
) -> list[str]:
    """Spoil what a test reads and undo it; the test must find something then only."""
    missed = []
    with _undone(connection):
        for address in _parents(manifest, entry):
            _make_writable(connection, address)
        if _failing(connection, entry):
            missed.append("sound")
        metadata = entry.get("test_metadata")
        if metadata is None:
            if entry["name"] not in ACROSS_MODELS:
                return ["no defect is known"]
            connection.execute(ACROSS_MODELS[entry["name"]]).fetchall()
        else:
            tested = _address(manifest["nodes"][entry["attached_node"]])
            _spoil(connection, tested, metadata)
        if not _failing(connection, entry):
            missed.append("defect")
    return missed


def _spoil(
    connection: duckdb.DuckDBPyConnection, table: str, metadata: Mapping[str, Any]
) -> None:
    column = metadata["kwargs"].get("column_name")
    (rows,) = connection.execute(f"select count(*) from {table}").fetchall()[0]
    if rows == 0:
        connection.execute(f"insert into {table} default values").fetchall()
    if metadata["name"] in ("unique_combination", "unique"):
        if rows:
            # All of them: a test may look at some rows only.
            connection.execute(f"insert into {table} from {table}").fetchall()
        return
    if metadata["name"] in ("within", "not_before"):
        connection.execute(f"update {table} set {_beyond(metadata)}").fetchall()
        return
    value = "null" if metadata["name"] == "not_null" else ODD
    connection.execute(f"alter table {table} alter {column} type varchar").fetchall()
    connection.execute(f"update {table} set {column} = {value}").fetchall()


def _beyond(metadata: Mapping[str, Any]) -> str:
    """Set a value just outside its bounds, or an end a day before its beginning."""
    asked = metadata["kwargs"]
    column = asked["column_name"]
    if metadata["name"] == "not_before":
        return f"{asked['begins']} = date '2000-01-02', {column} = date '2000-01-01'"
    if "most" in asked:
        return f"{column} = {asked['most'] + 1}"
    return f"{column} = {asked['above'] if 'above' in asked else asked['least'] - 1}"


def caught_by_tie(connection: duckdb.DuckDBPyConnection, tie: Tie) -> list[str]:
    """Move a cent in the tables of a tie, in turn, until the tie tells of it."""
    if compare(Sheet(connection), tie)[1]:
        return ["sound"]
    for term in (*tie.left, *tie.right):
        for statement in _cents(connection, term):
            with _undone(connection):
                for table in sorted(term.tables):
                    _make_writable(connection, table)
                connection.execute(statement).fetchall()
                if compare(Sheet(connection), tie)[1]:
                    return []
    return ["a cent"]


def _cents(connection: duckdb.DuckDBPyConnection, term: Term) -> Iterator[str]:
    known = {
        (f"{schema}.{table}", column)
        for schema, table, column in connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
        ).fetchall()
    }
    names = sorted({name.lstrip("-") for part in term.amounts for name in part})
    for table in sorted(term.tables):
        columns = [c for t, c in sorted(known) if t == table and c.endswith("_ccy")]
        where = term.where if term.relation == table else "true"
        for column in [*(n for n in names if (table, n) in known), *columns]:
            yield (
                f"update {table} set {column} = {column} + 0.01 where rowid = (select"
                f" min(rowid) from {table} where {column} is not null and {where})"
            )
        # Where the sample has no such row, one that the tie's condition lets in.
        rest = "".join(f", 0 as {column}" for column in columns if column != names[0])
        said = re.search(r"(\w+) = '(\w+)'", where)
        if said and names[0] in {c for t, c in known if t == table}:
            value = "other" if where.startswith("not ") else said[2]
            yield (
                f"insert into {table} by name"
                f" select 0.01 as {names[0]}, '{value}' as {said[1]}{rest}"
            )
        elif where == "true" and names[0] in {c for t, c in known if t == table}:
            yield f"insert into {table} by name select 0.01 as {names[0]}{rest}"


def _failing(connection: duckdb.DuckDBPyConnection, entry: Mapping[str, Any]) -> int:
    sql = entry["compiled_code"]
    return int(connection.execute(f"select count(*) from ({sql})").fetchall()[0][0])


def _parents(manifest: Mapping[str, Any], entry: Mapping[str, Any]) -> list[str]:
    return [
        _address(manifest["nodes"][parent]) for parent in entry["depends_on"]["nodes"]
    ]


def _address(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node['alias']}"


def _make_writable(connection: duckdb.DuckDBPyConnection, address: str) -> None:
    """Put a table without constraints in the place of a table or view."""
    schema, name = address.split(".")
    is_view = connection.execute(
        "select 1 from duckdb_views() where schema_name = ? and view_name = ?",
        [schema, name],
    ).fetchall()
    for statement in (
        f"create table {schema}.writable as select * from {address}",
        f"drop {'view' if is_view else 'table'} {address}",
        f"alter table {schema}.writable rename to {name}",
    ):
        connection.execute(statement).fetchall()


@contextmanager
def _undone(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("begin")
    try:
        yield
    finally:
        connection.execute("rollback")
