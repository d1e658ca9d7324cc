"""Which of the rows set aside count, and are they too many?

A key counts once, however often it is delivered. While a good row of it is in force, a
bad one is listed and not valued; of bad ones the last that was delivered is.
"""

import duckdb

from echelon.landing.contract import TableContract
from echelon.landing.load_keys import same_key
from echelon.landing.quarantine import has_quarantine, quarantine_table
from echelon.landing.refusal import refuse
from echelon.quoting import quote_name

_ANOTHER_COUNTS = " Another row of this key counts."


def check_limit(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    promised_row_count: int,
) -> None:
    """Refuse a table of which too many rows are bad.

    Args:
        connection: Open warehouse, bad rows already set aside.
        contract: The table's contract, with its limit.
        promised_row_count: Rows of the table in all deliveries together.

    Raises:
        EchelonError: QUARANTINE_OVER_LIMIT, naming the first bad row.
    """
    if not has_quarantine(connection, contract):
        return
    rows = connection.execute(
        "select count(*) over (), source_file, source_line, column_name, reason"
        " from raw.quarantined_rows where table_name = ?"
        " and (delivery_id, source_line) in"
        f" (select _delivery_id, _source_line from {_last_said(contract)})"
        " order by rowid limit 1",
        [contract.name],
    ).fetchall()
    if not rows:
        return
    count, file, line, column, reason = rows[0]
    limit = contract.quarantine_limit_ratio
    if count <= limit * promised_row_count:
        return
    message = (
        f"{count} of {promised_row_count} rows of {contract.name} are bad, more than"
        f" the limit of {limit:.2%}; the first: {reason}"
    )
    refuse("quarantine_over_limit", message, file, line, column)


def counted_rows(contract: TableContract) -> str:
    """Write the relation of the bad rows that no other row of their key stands for.

    Args:
        contract: Contract of a table with a quarantine.
    """
    return (
        f"(select later.* from {_last_said(contract)} as later"
        f" anti join raw.{quote_name(contract.name)} as earlier"
        f" on {same_key(contract)})"
    )


def value_once(connection: duckdb.DuckDBPyConnection, contract: TableContract) -> None:
    """Take the value of bad rows that another row of their key stands for.

    Args:
        connection: Open warehouse, all deliveries of the table loaded.
        contract: The table's contract.
    """
    if has_quarantine(connection, contract):
        connection.execute(
            "update raw.quarantined_rows set amount = 0, reason = reason || ?"
            " where table_name = ? and (delivery_id, source_line) not in"
            f" (select _delivery_id, _source_line from {counted_rows(contract)})",
            [_ANOTHER_COUNTS, contract.name],
        )


def _last_said(contract: TableContract) -> str:
    """Write the relation of the bad rows that no later bad one says again.

    Rows whose key could not be read are the same row if all that could be read is.
    """
    kept = quarantine_table(contract)
    has_key = " and ".join(
        f"later.{quote_name(name)} is not null" for name in contract.key_columns
    )
    same_columns = " and ".join(
        f"earlier.{quote_name(column.name)} is not distinct from"
        f" later.{quote_name(column.name)}"
        for column in contract.columns
    )
    return (
        f"(select earlier.* from {kept} as earlier anti join {kept} as later"
        f" on {same_key(contract)} and (({has_key}) or ({same_columns}))"
        " and later.rowid > earlier.rowid"
        " and later._delivery_id <> earlier._delivery_id)"
    )
