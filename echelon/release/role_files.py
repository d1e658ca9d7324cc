"""How does each role get a file that holds what it may see, and nothing else?

A row or column that a role may not see is never written to its file: nothing is copied
and deleted afterwards. A view is written out as the table it shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.quoting import quote_name, quote_text
from echelon.release.content import quoted
from echelon.release.published_file import PUBLISHED_SCHEMAS, STORAGE_VERSION
from echelon.release.reader import open_database
from echelon.release.role_access import (
    AccessRule,
    RoleTable,
    RoleTables,
    plan_roles,
    refused,
)
from echelon.release.small_cells import cells_to_hide

ROLES_NAME = "roles"
CONTENT_TABLE = "governance.rpt_role_access"
SOURCE = "published"


@dataclass(frozen=True)
class RoleFile:
    """The file of one role.

    Attributes:
        file: Path below the release directory.
        tables: Rows by ``schema.table``; empty for who reads the published file itself.
    """

    file: str
    tables: dict[str, int]


@dataclass(frozen=True)
class Publication:
    """The published file that the roles' files are taken from.

    Attributes:
        database: Its path.
        release_id: The release.
        as_of_date: The day it speaks of.
    """

    database: Path
    release_id: str
    as_of_date: date


def write_role_files(
    publication: Publication, policy: Path, settings: dict[str, Any]
) -> dict[str, RoleFile]:
    """Write ``roles/<role>/published.duckdb`` for each role of a policy.

    Args:
        publication: The published file.
        policy: The ``policy_role_access.csv`` of the release.
        settings: Configuration of the engine.

    Returns:
        The file of each role. Who sees everything reads the published file itself.

    Raises:
        EchelonError: ``CONFIGURATION`` as ``plan_roles``, or if a condition cannot be
            evaluated; ``INTEGRITY`` if a file read back differs from the plan.
    """
    database = publication.database
    with duckdb.connect(config=settings) as connection:
        connection.execute(
            f"attach {quote_text(str(database))} as {SOURCE} (read_only); use {SOURCE}"
        )
        catalog = {
            address: columns
            for address, columns in _catalog(connection, SOURCE).items()
            if address.split(".")[0] in PUBLISHED_SCHEMAS
        }
        plans = plan_roles(policy, publication.as_of_date, catalog)
        apart = {
            role: tables
            for role, tables in plans.items()
            if tables.keys() < catalog.keys() or not _all_whole(tables)
        }
        paths = {
            # The file's name is its catalog's: a query for one file fits them all.
            role: database.parent / ROLES_NAME / role / database.name
            for role in apart
        }
        _attach(connection, paths)
        written = {
            role: _write(connection, publication.release_id, role, tables)
            for role, tables in apart.items()
        }
    for role, tables in apart.items():
        _refuse_unless_planned(paths[role], tables)
    return {
        role: RoleFile(f"{ROLES_NAME}/{role}/{database.name}", written[role])
        if role in apart
        else RoleFile(database.name, {})
        for role in plans
    }


def _attach(connection: duckdb.DuckDBPyConnection, paths: Mapping[str, Path]) -> None:
    """Attach a new file for each role; from then on no condition can read a file."""
    for role, path in paths.items():
        path.parent.mkdir(parents=True)
        connection.execute(
            f"attach {quote_text(str(path))} as {_target(role)}"
            f" (storage_version '{STORAGE_VERSION}')"
        )
    connection.execute("set enable_external_access = false")


def _target(role: str) -> str:
    return quote_name(f"role {role}")


def _all_whole(tables: RoleTables) -> bool:
    return all(table.is_whole for table in tables.values())


def _catalog(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[str, list[str]]:
    """List the columns of every table and view of an attached file, in order."""
    rows = connection.execute(
        """
        select schema_name || '.' || table_name, list(column_name order by column_index)
        from duckdb_columns()
        where database_name = ? and not internal
        group by all
        order by all
        """,
        [database],
    ).fetchall()
    return dict(rows)


def _write(
    connection: duckdb.DuckDBPyConnection,
    release_id: str,
    role: str,
    tables: RoleTables,
) -> dict[str, int]:
    schemas = {address.split(".")[0] for address in [*tables, CONTENT_TABLE]}
    for schema in sorted(schemas):
        connection.execute(f"create schema {_target(role)}.{quote_name(schema)}")
    rows, suppressed = {}, {}
    for address, table in tables.items():
        suppressed[address] = _hide_cells(connection, address, table)
        rows[address] = _copy(connection, role, address, table)
    content = [
        [
            release_id,
            *address.split("."),
            rows[address],
            " ".join(table.left_out),
            bool(table.conditions),
            suppressed[address],
        ]
        for address, table in tables.items()
    ]
    _write_content(connection, role, content)
    return {**rows, CONTENT_TABLE: len(rows)}


def _copy(
    connection: duckdb.DuckDBPyConnection, role: str, address: str, table: RoleTable
) -> int:
    columns = ", ".join(map(quote_name, table.columns))
    conditions = [f"({condition}\n)" for condition in table.conditions]
    conditions += [
        f"not exists (select 1 from {_hidden_table(rule)} as cells where "
        + " and ".join(
            f"cells.{quote_name(key)} is not distinct from seen.{quote_name(key)}"
            for key in rule.cell_columns
        )
        + ")"
        for rule in table.suppress
    ]
    written = _evaluated(
        connection,
        f"create table {_target(role)}.{quoted(address)} as"
        f" select {columns} from {SOURCE}.{quoted(address)} as seen"
        f" where {' and '.join(conditions) or 'true'}",
        address,
    )
    return int(written[0][0])


def _hide_cells(
    connection: duckdb.DuckDBPyConnection, address: str, table: RoleTable
) -> int:
    """List the cells to leave out in a temporary table for each rule; count them."""
    hidden_count = 0
    for rule in table.suppress:
        keys = ", ".join(map(quote_name, rule.cell_columns))
        seen = " and ".join(f"({condition}\n)" for condition in table.conditions)
        source = f"{SOURCE}.{quoted(address)} as seen where {seen or 'true'}"
        count = quote_name(rule.columns[0])
        rows = _evaluated(connection, f"select {keys}, {count} from {source}", address)
        if any(not isinstance(row[-1], int | None) for row in rows):
            message = f"{rule.columns[0]} of {address} is no column of whole numbers"
            raise refused(message, "columns", rule.line)
        counts = {tuple(row[:-1]): row[-1] or 0 for row in rows}
        if len(counts) < len(rows):
            message = f"several rows of {address} have equal cell_columns"
            raise refused(message, "cell_columns", rule.line)
        axes = [rule.cell_columns.index(name) for name in rule.total_columns]
        hidden = cells_to_hide(counts, rule.minimum_count, axes)
        name = _hidden_table(rule)
        connection.execute(
            f"create or replace temp table {name} as"
            f" select {keys} from {source} limit 0"
        )
        _insert(connection, name, [list(cell) for cell in hidden])
        hidden_count += len(hidden)
    return hidden_count


def _hidden_table(rule: AccessRule) -> str:
    return f"temp.hidden_cells_{rule.line}"


def _write_content(
    connection: duckdb.DuckDBPyConnection, role: str, content: list[list[Any]]
) -> None:
    """Write what the file holds, so that a reader knows that something is left out."""
    table = f"{_target(role)}.{CONTENT_TABLE}"
    connection.execute(
        f"""
        create table {table} (
            release_id varchar,
            schema_name varchar,
            table_name varchar,
            row_count bigint,
            left_out_columns varchar,
            is_row_filtered boolean,
            suppressed_row_count bigint
        )
        """
    )
    _insert(connection, table, content)


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows in one statement: one for each takes half of a second in all."""
    if rows:
        marks = f"({', '.join('?' for _ in rows[0])})"
        connection.execute(
            f"insert into {table} values {', '.join([marks] * len(rows))}",
            [value for row in rows for value in row],
        )


def _evaluated(
    connection: duckdb.DuckDBPyConnection, sql: str, address: str
) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(sql).fetchall()
    except (
        duckdb.BinderException,
        duckdb.CatalogException,
        duckdb.PermissionException,
    ) as error:
        # These speak of columns, types and files, never of the values of rows.
        reason = str(error).splitlines()[0]
        raise refused(f"the rules on {address}: {reason}", "row_condition") from error
    except duckdb.OperationalError:
        raise  # memory and disk, not the rules
    except duckdb.Error as error:
        reason = f"the rules on {address} meet a value they cannot take"
        raise refused(reason, "row_condition") from error


def _refuse_unless_planned(path: Path, tables: RoleTables) -> None:
    """Read a role's file as its readers will, and compare its columns with the plan."""
    with open_database(path) as connection:
        found = _catalog(connection, path.stem)
    found.pop(CONTENT_TABLE)
    if found != {address: list(table.columns) for address, table in tables.items()}:
        raise EchelonError(
            ExitCode.INTEGRITY,
            Fault(
                "role_file_differs",
                "holds other columns than planned",
                path.name,
                rule="a role's file holds the columns its policy shows it, no others",
                hint="nothing was published: refresh again; look after disk and memory"
                " if it happens again",
            ),
        )
