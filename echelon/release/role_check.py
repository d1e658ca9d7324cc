"""Does the policy on roles fit what will be published, before a minute is spent on it?

The rules are those of publishing, asked of tables that are still empty.
"""

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from echelon.quoting import quote_name
from echelon.release.content import quoted
from echelon.release.role_access import (
    KEEP,
    POLICY_NAME,
    plan_roles,
    read_rules,
    refused,
)

Types = Mapping[str, Mapping[str, str]]


def check_role_access(policy_dir: Path, as_of: date, published: Types) -> None:
    """Refuse a policy that publishing would refuse.

    Args:
        policy_dir: The policy as assembled for the refresh.
        as_of: Day whose rules hold.
        published: Type by column of each table to be published, by ``schema.table``.

    Raises:
        EchelonError: ``CONFIGURATION`` naming line and column of a rule that cannot be
            read, names a table or column that will not be there, or whose condition
            cannot be evaluated.
    """
    path = policy_dir / POLICY_NAME
    columns = {table: list(types) for table, types in published.items()}
    plans = plan_roles(path, as_of, columns)
    conditions = [rule for rule in read_rules(path, as_of) if rule.access == KEEP]
    if not conditions:
        return
    with duckdb.connect(config={"enable_external_access": "false"}) as connection:
        _create_empty(connection, published)
        for rule in conditions:
            for table in plans[rule.role]:
                is_meant = fnmatchcase(table, rule.relation)
                if is_meant and rule.columns[0] in published[table]:
                    _bind(connection, table, rule.row_condition, rule.line)


def _create_empty(connection: duckdb.DuckDBPyConnection, published: Types) -> None:
    for schema in sorted({table.split(".")[0] for table in published}):
        connection.execute(f"create schema {quote_name(schema)}")
    for table, types in published.items():
        columns = ", ".join(f"{quote_name(name)} {types[name]}" for name in types)
        connection.execute(f"create table {quoted(table)} ({columns})")


def _bind(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str, line: int
) -> None:
    try:
        connection.execute(f"select 1 from {quoted(table)} as seen where {condition}")
    except duckdb.Error as error:
        # It speaks of columns, types and files: there is no row whose value it could.
        reason = str(error).splitlines()[0]
        message = f"the rule on {table}: {reason}"
        raise refused(message, "row_condition", line) from error
