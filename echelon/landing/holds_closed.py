"""Does a delivery post into a period that was closed before it?"""

from collections.abc import Mapping, Sequence

import duckdb

from echelon.landing.contract import TableContract
from echelon.landing.holds import Hold
from echelon.landing.load_keys import INCOMING
from echelon.landing.load_report import LoadedFile
from echelon.landing.load_table import good_rows
from echelon.landing.manifest import Delivery
from echelon.quoting import quote_name

JOURNALS = "gl__journal_lines"
_PERIODS = "gl__periods"
# What a posting is, in which period and of whom: the document it names bears a direct
# cost. Its description and what it reverses move no amount.
_POSTED = (
    "posting_date",
    "fiscal_period",
    "account_id",
    "cost_center_id",
    "amount",
    "currency_code",
    "base_amount",
    "source_document_id",
    "customer_id",
)


def find_closed_postings(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, TableContract],
    earlier: Sequence[Delivery],
    file: LoadedFile,
) -> list[Hold]:
    """Find incoming journal lines that change what a closed period held.

    A line that is delivered again as it was changes nothing; a new line, another
    amount or account, and a move to another period do.

    Args:
        connection: Open warehouse, the lines in ``INCOMING`` and those of earlier
            deliveries in their raw table.
        contracts: Table contracts by table name.
        earlier: The deliveries before this one, in the order of loading.
        file: The file of journal lines.

    Returns:
        One hold at the first such line, or none.
    """
    closed = _closed_periods(connection, contracts[_PERIODS], earlier)
    if closed is None:
        return []
    keys = contracts[JOURNALS].key_columns
    same_key = " and ".join(f"later.{name} = earlier.{name}" for name in keys)
    later, before = (
        f"({', '.join(f'{side}.{name}' for name in _POSTED)})"
        for side in ("later", "earlier")
    )
    rows = connection.execute(f"""
        with closed as {closed}
        select
            later._source_line, later.entity_code, closed.fiscal_period,
            count(distinct later._source_line) over ()
        from {INCOMING} as later
        left join raw.{quote_name(JOURNALS)} as earlier on {same_key}
        inner join closed
            on closed.entity_code = later.entity_code
            and closed.fiscal_period in (later.fiscal_period, earlier.fiscal_period)
        where {later} is distinct from {before}
        order by later._source_line, closed.fiscal_period limit 1
    """).fetchall()
    return [
        Hold(
            "closed_period_posting",
            file,
            f"period {period} of {entity} is closed ({count} such lines in all)",
            "fiscal_period",
            line,
        )
        for line, entity, period, count in rows
    ]


def _closed_periods(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    earlier: Sequence[Delivery],
) -> str | None:
    """Write the relation of the periods that were closed as the deliveries before say.

    None if none of them says.
    """
    said = [
        "select entity_code, fiscal_period, status,"
        f" {place} as place from {good_rows(connection, contract, delivery)[0]}"
        for place, delivery in enumerate(earlier)
        if contract.name in delivery.manifest.tables
    ]
    if not said:
        return None
    return (
        "(select entity_code, fiscal_period"
        f" from ({' union all '.join(said)}) group by all"
        " having arg_max(status, place) = 'closed')"
    )
