"""Does the policy on roles fit what will be published, before a minute is spent on it?

The rules are those of publishing, asked of tables that are still empty.
"""

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
from echelon.release.role_values import ClosedLists, Types, object_to_values


def check_role_access(
    policy_dir: Path, as_of: date, published: Types, closed_lists: ClosedLists
) -> None:
    """Refuse a policy that publishing would refuse, or that names no possible value.

    Args:
        policy_dir: The policy as assembled for the refresh.
        as_of: Day whose rules hold.
        published: Type by column of each table to be published, by ``schema.table``.
        closed_lists: The values of a column that has no others, by the same.

    Raises:
        EchelonError: ``CONFIGURATION`` naming line and column of a rule that cannot be
            read, names a table or column that will not be there, or whose condition
            cannot be evaluated or names a value that its column cannot have.
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
                    query = f"select 1 from {table} as seen where {rule.row_condition}"
                    problem = _object_to_binding(connection, query)
                    problem = problem or object_to_values(
                        connection, query, published, closed_lists
                    )
                    if problem is not None:
                        message = f"the rule on {table}: {problem}"
                        raise refused(message, "row_condition", rule.line)


def _create_empty(connection: duckdb.DuckDBPyConnection, published: Types) -> None:
    for schema in sorted({table.split(".")[0] for table in published}):
        connection.execute(f"create schema {quote_name(schema)}")
    for table, types in published.items():
        columns = ", ".join(f"{quote_name(name)} {types[name]}" for name in types)
        connection.execute(f"create table {quoted(table)} ({columns})")


def _object_to_binding(connection: duckdb.DuckDBPyConnection, query: str) -> str | None:
    try:
        connection.execute(query)
    except duckdb.Error as error:
        # It speaks of columns, types and files: there is no row whose value it could.
        return str(error).splitlines()[0]
    return None
