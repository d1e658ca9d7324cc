"""Is every key delivered once, and what happens when a later delivery corrects it?"""

import duckdb

from echelon.landing.contract import TableContract
from echelon.landing.quarantine import has_quarantine, quarantine_table
from echelon.landing.refusal import refuse
from echelon.quoting import quote_name

INCOMING = '"incoming delivery"'


def check_keys(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    table: str,
    label: str,
) -> None:
    """Refuse a file in which a key occurs twice.

    Args:
        connection: Open warehouse.
        contract: The table's contract, with its key.
        table: Table with the file's good rows, as SQL.
        label: The file's path below the landing directory.

    Raises:
        EchelonError: INPUT_REJECTED, naming the line of the first repetition.
    """
    keys = ", ".join(quote_name(name) for name in contract.key_columns)
    counted = connection.execute(
        f"select count(*) = count(distinct hash({keys})) from {table}"
    ).fetchall()
    if counted[0][0]:
        return
    # Equal hashes only raise the suspicion; the keys themselves decide.
    repeated = connection.execute(f"""
        select _source_line from (
            select
                _source_line,
                row_number() over (partition by {keys} order by _source_line) as nth
            from {table}
            where hash({keys}) in (
                select hash({keys}) from {table} group by all having count(*) > 1
            )
        ) where nth > 1 order by _source_line limit 1
    """).fetchall()
    if repeated:
        names = ", ".join(contract.key_columns)
        message = f"the key ({names}) is already on an earlier line"
        refuse("duplicate_key", message, label, repeated[0][0], names)


def supersede(
    connection: duckdb.DuckDBPyConnection, contract: TableContract
) -> tuple[int, int]:
    """Let the incoming rows take the place of earlier ones with the same key.

    Args:
        connection: Open warehouse with the later delivery in ``INCOMING``.
        contract: The table's contract, with its key.

    Returns:
        Number of earlier rows replaced, and of bad earlier rows that left the
        quarantine because the delivery corrects them.
    """
    target = f"raw.{quote_name(contract.name)}"
    corrected = _release_corrected(connection, contract)
    deleted = connection.execute(
        f"delete from {target} as earlier using {INCOMING} as later"
        f" where {same_key(contract)}"
    ).fetchall()
    connection.execute(f"insert into {target} select * from {INCOMING}")
    connection.execute(f"drop table {INCOMING}")
    return int(deleted[0][0]), corrected


def same_key(contract: TableContract) -> str:
    """Write that rows ``earlier`` and ``later`` have the same key, as SQL."""
    return " and ".join(
        f"earlier.{quote_name(name)} is not distinct from later.{quote_name(name)}"
        for name in contract.key_columns
    )


def _release_corrected(
    connection: duckdb.DuckDBPyConnection, contract: TableContract
) -> int:
    """Take rows out of the quarantine that the incoming delivery corrects."""
    kept = quarantine_table(contract)
    if not has_quarantine(connection, contract):
        return 0
    corrected = (
        f"select earlier._delivery_id, earlier._source_line from {kept} as earlier"
        f" inner join {INCOMING} as later"
        f" on {same_key(contract)} and earlier._delivery_id <> later._delivery_id"
    )
    connection.execute(
        "delete from raw.quarantined_rows where table_name = ?"
        f" and (delivery_id, source_line) in ({corrected})",
        [contract.name],
    )
    released = connection.execute(
        f"delete from {kept} where (_delivery_id, _source_line) in ({corrected})"
    ).fetchall()
    return int(released[0][0])
