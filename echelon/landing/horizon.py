"""What was known at the as-of date? Nothing later stays in the raw tables.

A refresh of today's deliveries as of a past date must give what a refresh of the
deliveries of that date gave. So rows dated after it are left out; dates of an earlier
row that were filled in after it (delivered, paid, closed) become unknown again; rows by
period are left out until their period has begun, and, where later events have landed,
until it has ended: what came in for a period under way is its figure to date. A row
without a date goes with the row it refers to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from echelon.landing.contract import TableContract
from echelon.landing.quarantine import has_quarantine, quarantine_table
from echelon.quoting import quote_name


@dataclass(frozen=True)
class LeftOut:
    """Rows of one table that were not known at the as-of date.

    Attributes:
        row_count: Good rows.
        quarantined_row_count: Rows that had been set aside.
    """

    row_count: int = 0
    quarantined_row_count: int = 0


def leave_out_later(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, TableContract],
    as_of: date,
) -> dict[str, LeftOut]:
    """Take out of the raw tables what was not known at the end of a date.

    Args:
        connection: Open warehouse with loaded raw tables and ``raw.deliveries``.
        contracts: Table contracts by table name.
        as_of: Last day that is known.

    Returns:
        What was left out, by table; tables that kept everything are missing.
    """
    first_unknown = f"(date '{as_of}' + 1)"
    left_out: dict[str, LeftOut] = {}
    for contract in contracts.values():
        if contract.horizon.date_column:
            dated = f"{_own(contract.horizon.date_column)} >= {first_unknown}"
            _leave_out(connection, contract, dated, left_out)
        for column in contract.horizon.later_columns:
            connection.execute(
                f"update {_raw(contract.name)} set {quote_name(column)} = null"
                f" where {quote_name(column)} >= {first_unknown}"
            )
    looks_back = any(
        _has_plausible(connection, contracts[table]) for table in sorted(left_out)
    )
    for contract in contracts.values():
        if contract.horizon.period_column:
            later = _of_later_period(contract, first_unknown, looks_back=looks_back)
            _leave_out(connection, contract, later, left_out)
    for contract in contracts.values():
        for column in contract.horizon.left_out_with:
            parent = _parent_of(contract, column)
            if parent[0] in left_out:
                _leave_out(
                    connection, contract, _goes_with(contract, column, parent), left_out
                )
    for table in sorted(left_out):
        connection.execute(f"drop table if exists temp.{_later(table)}")
    return left_out


def _leave_out(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    is_later: str,
    left_out: dict[str, LeftOut],
) -> None:
    """Delete the rows that meet a condition and keep them in a temporary table."""
    count = _move(connection, contract.name, _raw(contract.name), is_later)
    bad_count = 0
    if has_quarantine(connection, contract):
        kept = quarantine_table(contract)
        later = (
            f"select _delivery_id, _source_line from {kept} as landed where {is_later}"
        )
        connection.execute(
            "delete from raw.quarantined_rows where table_name = ?"
            f" and (delivery_id, source_line) in ({later})",
            [contract.name],
        )
        bad_count = connection.execute(
            f"delete from {kept} as landed where {is_later}"
        ).fetchall()[0][0]
    if count or bad_count:
        before = left_out.get(contract.name, LeftOut())
        left_out[contract.name] = LeftOut(
            before.row_count + count, before.quarantined_row_count + bad_count
        )


def _move(
    connection: duckdb.DuckDBPyConnection, table: str, relation: str, is_later: str
) -> int:
    counted = connection.execute(
        f"select count(*) from {relation} as landed where {is_later}"
    ).fetchall()
    if counted[0][0]:
        connection.execute(
            f"create temp table if not exists {_later(table)} as"
            f" select * from {relation} limit 0"
        )
        connection.execute(
            f"insert into {_later(table)}"
            f" select * from {relation} as landed where {is_later}"
        )
        connection.execute(f"delete from {relation} as landed where {is_later}")
    return int(counted[0][0])


def _has_plausible(
    connection: duckdb.DuckDBPyConnection, contract: TableContract
) -> bool:
    """Whether an event after the as-of date lies in the period of its delivery."""
    column = contract.horizon.event_column
    if column is None or not _exists(connection, contract.name):
        return False
    found = connection.execute(
        f"select 1 from {_later(contract.name)} as later"
        " inner join raw.deliveries as deliveries"
        " on deliveries.delivery_id = later._delivery_id"
        " and deliveries.table_name = ?"
        f" where later.{quote_name(column)} < deliveries.period_end_date + 1 limit 1",
        [contract.name],
    ).fetchall()
    return bool(found)


def _of_later_period(
    contract: TableContract, first_unknown: str, *, looks_back: bool
) -> str:
    """Write the condition that an undated row's period had not begun, or not ended."""
    period = _own(contract.horizon.period_column or "")
    same = f"periods.fiscal_period = {period}"
    if contract.column("entity_code") is not None:
        same += f" and periods.entity_code = {_own('entity_code')}"
    month = f"try_cast({period} || '-01' as date)"
    bound, written = (
        ("max(ends_on)", f"last_day({month})")
        if looks_back
        else ("min(starts_on)", month)
    )
    declared = f"select {bound} from raw.gl__periods as periods where {same}"
    later = f"coalesce(({declared}), {written}) >= {first_unknown}"
    dated = contract.horizon.date_column
    return f"{_own(dated)} is null and {later}" if dated else later


def _goes_with(contract: TableContract, column: str, parent: tuple[str, str]) -> str:
    """Write the condition that an undated row refers to a row that was left out."""
    table, key = parent
    own, key = _own(column), quote_name(key)
    gone = (
        f"{own} in (select {key} from {_later(table)})"
        f" and {own} not in (select {key} from {_raw(table)})"
    )
    dated = contract.horizon.date_column
    return f"{_own(dated)} is null and {gone}" if dated else gone


def _parent_of(contract: TableContract, column: str) -> tuple[str, str]:
    found = contract.column(column)
    table, _, key = ((found and found.references) or "").partition(".")
    return table, key


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute(
        "select 1 from duckdb_tables() where temporary and table_name = ?",
        [f"later {table}"],
    ).fetchall()
    return bool(found)


def _own(column: str) -> str:
    """Name a column of the table at hand: a subquery may have one of the same name."""
    return f"landed.{quote_name(column)}"


def _raw(table: str) -> str:
    return f"raw.{quote_name(table)}"


def _later(table: str) -> str:
    return quote_name(f"later {table}")
