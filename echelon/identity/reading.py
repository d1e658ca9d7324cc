"""Which records does a file hold? Reads CSV and Parquet as text, by roles."""

from pathlib import Path

import duckdb
import pyarrow as pa

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.files import rejected
from echelon.identity.roles import INPUT_COLUMN, JOINED, Roles
from echelon.identity.settings import Role
from echelon.identity.sql import arrow, count

COMPARED_ROLES = set(Role.__args__) - {"record_id", "source"}  # type: ignore[attr-defined]


def read_records(
    connection: duckdb.DuckDBPyConnection, path: Path, table: pa.Table, roles: Roles
) -> pa.Table:
    """Make the matcher's records: roles to columns, one identifier per row."""
    if not COMPARED_ROLES.intersection(roles.columns):
        raise rejected(
            "nothing_to_compare",
            f"no column is recognised among {', '.join(table.column_names)}",
            path,
            hint="say which is which under columns: in the settings file",
        )
    connection.register("match_file_view", table)
    selected = [
        f"{_role_sql(role, columns)} as {INPUT_COLUMN.get(role, role)}"
        for role, columns in roles.columns.items()
        if role != "record_id"
    ]
    records = arrow(
        connection,
        f"select {_id_sql(connection, roles)} as identifier_key, {', '.join(selected)} "
        "from match_file_view",
    )
    connection.unregister("match_file_view")
    _check_ids(path, roles, records["identifier_key"].to_pylist())
    return records


def _id_sql(connection: duckdb.DuckDBPyConnection, roles: Roles) -> str:
    """Say what identifies a row; the source does too where ids repeat without it."""
    if "record_id" not in roles.columns:
        return "cast(row_number() over () as varchar)"
    record_id = _role_sql("record_id", roles.columns["record_id"])
    if "source" in roles.columns and count(
        connection,
        f"select count(*) > count(distinct {record_id}) from match_file_view",
    ):
        source = _role_sql("source", roles.columns["source"])
        return f"coalesce({source}, '') || ':' || {record_id}"
    return record_id


def _role_sql(role: Role, columns: list[str]) -> str:
    quoted = [
        'nullif(trim(cast("' + name.replace('"', '""') + "\" as varchar)), '')"
        for name in columns
    ]
    if role in JOINED and len(quoted) > 1:
        return f"nullif(concat_ws(' ', {', '.join(quoted)}), '')"
    return f"coalesce({', '.join(quoted)})" if len(quoted) > 1 else quoted[0]


def _check_ids(path: Path, roles: Roles, keys: list[str | None]) -> None:
    """Refuse a row without an id, or with that of an earlier row."""
    seen: dict[str | None, int] = {}
    for line, key in enumerate(keys, start=2):
        first = seen.setdefault(key, line)
        if key is not None and first == line:
            continue
        what = "has no id" if key is None else f"has the id of line {first}"
        fault = Fault(
            "duplicate_record_id",
            f"the row {what}",
            str(path),
            line,
            roles.columns["record_id"][0],
            hint="name a unique column as record_id under columns: in the settings",
        )
        raise EchelonError(ExitCode.INPUT_REJECTED, fault)
