"""Which rows are bad, and how are they set aside without being lost?"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from echelon.landing.casts import Cast, bad_code
from echelon.landing.checks import CHECKS
from echelon.landing.contract import ColumnContract, TableContract
from echelon.quoting import quote_name, quote_text

RULE_COLUMN = "_broken_rule"
# All but tab, line feed and carriage return.
_CONTROL_CHARACTERS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
_LONGEST_TEXT_BYTES = 65_535


@dataclass(frozen=True)
class RowRule:
    """One reason to set a row aside.

    Attributes:
        column: Column the rule looks at.
        code: Its check.
        reason: What was expected; never the value that was found.
        predicate: SQL that is true for a bad row.
    """

    column: str
    code: str
    reason: str
    predicate: str


def row_rules(contract: TableContract, casts: Mapping[str, Cast]) -> list[RowRule]:
    """List what every row of a table is held to, in contract order.

    Args:
        contract: The table's contract.
        casts: Cast of every delivered column by name.

    Returns:
        The rules; a row is filed under the first one it breaks.
    """
    return [
        rule
        for column in contract.columns
        if column.name in casts
        for rule in _column_rules(column, casts[column.name])
    ]


def broken_rule(rules: list[RowRule]) -> str:
    """Write the SQL that gives the 1-based number of the first broken rule, or null."""
    if not rules:
        return "cast(null as smallint)"
    cases = " ".join(
        f"when {rule.predicate} then {number}"
        for number, rule in enumerate(rules, start=1)
    )
    return f"cast(case {cases} end as smallint)"


def given_name(column: str) -> str:
    """Name the column that keeps what was delivered, as an SQL identifier."""
    return quote_name(f"given {column}")


def quarantine_table(contract: TableContract) -> str:
    """Name the temporary table that keeps the bad rows of a table, typed."""
    return quote_name(f"quarantined {contract.name}")


def has_quarantine(
    connection: duckdb.DuckDBPyConnection, contract: TableContract
) -> bool:
    """Say whether any row of a table was bad, so that there is such a table."""
    found = connection.execute(
        "select 1 from duckdb_tables() where temporary and table_name = ?",
        [f"quarantined {contract.name}"],
    ).fetchall()
    return bool(found)


def set_aside(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    incoming: str,
    label: str,
    rules: list[RowRule],
) -> None:
    """Move the bad rows of a loaded file to ``raw.quarantined_rows``.

    Args:
        connection: Open warehouse.
        contract: The table's contract.
        incoming: Table with the file's rows and the number of the rule each breaks.
        label: The file's path below the landing directory.
        rules: The rules the numbers stand for.
    """
    numbered = ", ".join(
        f"({number}, {quote_text(rule.column)}, {quote_text(rule.code)},"
        f" {quote_text(rule.reason)})"
        for number, rule in enumerate(rules, start=1)
    )
    amount = (
        quote_name(contract.valuation_column) if contract.valuation_column else "null"
    )
    connection.execute(f"""
        insert into raw.quarantined_rows
        select
            {quote_text(contract.name)}, _delivery_id, {quote_text(label)},
            _source_line,
            rules.column_name, rules.error_code, rules.reason,
            {_column_or_null(contract, "entity_code")},
            {_column_or_null(contract, "fiscal_period")},
            cast({amount} as decimal(18,2))
        from {incoming}
        inner join (values {numbered}) as rules(number, column_name, error_code, reason)
            on rules.number = {RULE_COLUMN}
        order by _source_line
    """)
    kept = quarantine_table(contract)
    connection.execute(
        f"create temp table if not exists {kept} as"
        f" select * exclude ({RULE_COLUMN}) from {incoming} limit 0"
    )
    connection.execute(
        f"insert into {kept} select * exclude ({RULE_COLUMN}) from {incoming}"
        f" where {RULE_COLUMN} is not null order by _source_line"
    )
    connection.execute(f"delete from {incoming} where {RULE_COLUMN} is not null")


def _column_rules(column: ColumnContract, cast: Cast) -> list[RowRule]:
    """List the rules of a column; what the register of checks lacks is no rule."""
    name = quote_name(column.name)
    broken: list[tuple[str, str]] = []
    if cast.given is not None:
        given = f"{given_name(column.name)} is not null and {name} is null"
        broken.append((bad_code(column.sql_type), given))
    if column.is_required:
        broken.append(("missing_value", f"{name} is null"))
    if column.valid_values:
        allowed = ", ".join(quote_text(value) for value in column.valid_values)
        broken.append(("value_not_allowed", f"{name} not in ({allowed})"))
    elif column.sql_type == "varchar":
        odd = f"regexp_matches({name}, '{_CONTROL_CHARACTERS}')"
        broken.append(("bad_text", f"{odd} or strlen({name}) > {_LONGEST_TEXT_BYTES}"))
    return [
        RowRule(column.name, code, _reason(column, code), predicate)
        for code, predicate in broken
        if code in CHECKS
    ]


def _reason(column: ColumnContract, code: str) -> str:
    if code == "value_not_allowed":
        return f"The value is not one of: {', '.join(column.valid_values)}."
    meaning = CHECKS[code].meaning
    return (
        meaning
        if code in ("missing_value", "bad_text")
        else f"{meaning} ({column.sql_type})"
    )


def _column_or_null(contract: TableContract, name: str) -> str:
    return quote_name(name) if contract.column(name) else "null"
