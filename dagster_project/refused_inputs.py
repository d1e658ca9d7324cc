"""Do the loaded rows have the exchange rates and cost pools they need?"""

import re
from collections.abc import Sequence

import duckdb

from echelon.landing.refusal import refuse

DATE_AND_CURRENCY = {
    "erp__order_lines": "cast(ordered_at as date)",
    "erp__charges": "charged_on",
    "tms__freight_charges": "invoiced_on",
}
JOURNAL_LINES = "gl__journal_lines"
POSTING = "entity_code = ? and journal_id = ? and line_no = ?"
PROBLEMS = {
    "not_in_chart_of_accounts": "is not in gl__accounts",
    "no_mapping_rule": "belongs to no cost pool",
    "several_mapping_rules": "belongs to more than one cost pool",
}


def check_rates_and_pools(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse amounts without a rate and ledger accounts without exactly one pool.

    Both are known only once dbt has converted and mapped the rows, so this looks at
    what the first pass built; a model that was not built is passed over.

    Args:
        connection: Warehouse after the first dbt pass.

    Raises:
        EchelonError: INPUT_REJECTED, naming file, line and column of the first row.
    """
    built = {
        row[0]
        for row in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'intermediate'"
            " and database_name = current_database()"
        ).fetchall()
    }
    if "int_missing_exchange_rates" in built:
        _check_rates(connection)
    if "int_unmapped_accounts" in built:
        _check_pools(connection)


def _check_rates(connection: duckdb.DuckDBPyConnection) -> None:
    missing = connection.execute(
        """
        select table_name, currency_code, calendar_date, sum(row_count) over ()
        from intermediate.int_missing_exchange_rates
        order by table_name, currency_code, calendar_date
        limit 1
        """
    ).fetchall()
    if not missing:
        return
    table, currency, day, count = missing[0]
    place = (currency, day)
    if table == JOURNAL_LINES:
        # Others of the day state their base amount, or are no profit or loss.
        posting = connection.execute(
            """
            select entity_code, document_id, line_no
            from intermediate.int_ledger_lines_converted
            where ledger_code = 'general_ledger' and amount_base_ccy is null
                and local_currency_code = ? and posting_date = ?
            order by all
            limit 1
            """,
            place,
        ).fetchall()[0]
        file, line = _first_row(connection, table, POSTING, posting)
    else:
        condition = f"currency_code = ? and {DATE_AND_CURRENCY[table]} = ?"
        file, line = _first_row(connection, table, condition, place)
    # What is no code may be anything, a customer's name too.
    is_code = re.fullmatch(r"[A-Za-z]{3}", currency)
    shown = currency if is_code else "what is no currency code"
    refuse(
        "currency_without_rate",
        f"no exchange rate for {shown} on {day} ({count} rows without one)",
        file,
        line,
        "currency_code",
    )


def _check_pools(connection: duckdb.DuckDBPyConnection) -> None:
    unmapped = connection.execute(
        """
        select
            ledger_code, entity_code, account_id, problem_code, first_document_id,
            first_line_no, amount_base_ccy, count(*) over ()
        from intermediate.int_unmapped_accounts
        order by all
        limit 1
        """
    ).fetchall()
    if not unmapped:
        return
    ledger, entity, account, problem, document, line_no, amount, count = unmapped[0]
    file, line = None, None
    if ledger == "general_ledger":
        posting = (entity, document, line_no)
        file, line = _first_row(connection, JOURNAL_LINES, POSTING, posting)
    refuse(
        "unmapped_account",
        f"account {account} of {entity} {PROBLEMS[problem]}; {amount} in base currency "
        f"is posted to it ({count} such accounts)",
        file,
        line,
        "account_id",
    )


def _first_row(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    condition: str,
    values: Sequence[object],
) -> tuple[str | None, int | None]:
    """Find file and line of the first row that meets a condition."""
    found = connection.execute(
        f"""
        select deliveries.source_file, landed._source_line
        from raw.{table} as landed
        inner join raw.deliveries as deliveries
            on deliveries.table_name = '{table}'
            and deliveries.delivery_id = landed._delivery_id
        where {condition}
        order by deliveries.sequence, landed._source_line
        limit 1
        """,
        values,
    ).fetchall()
    return found[0] if found else (None, None)
