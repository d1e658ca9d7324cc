"""Do the loaded tables make sense together, before anything is computed from them?"""

from collections.abc import Mapping
from datetime import date

import duckdb

from echelon.landing.contract import TableContract
from echelon.landing.quarantine import has_quarantine
from echelon.landing.quarantine_counts import counted_rows
from echelon.landing.refusal import refuse
from echelon.quoting import quote_name

JOURNALS = "gl__journal_lines"
_ACCOUNTS = "gl__accounts"
_BALANCES = "gl__trial_balances"
_ORDER = "deliveries.sequence, deliveries.delivery_id, _source_line"


def check_ledger(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, TableContract],
    delivered: set[str],
    waived: set[str],
) -> dict[str, int]:
    """Check that journals balance, accounts exist and trial balances close.

    Args:
        connection: Open warehouse with loaded raw tables and ``raw.deliveries``.
        contracts: Table contracts by table name.
        delivered: Names of the tables that were delivered.
        waived: Codes of the checks a ledger manifest declares not to hold.

    Returns:
        Breaches by code for the waived checks that are in fact broken.

    Raises:
        EchelonError: INPUT_REJECTED, naming the first offending row.
    """
    breaches = {}
    if JOURNALS in delivered:
        if _ACCOUNTS in delivered:
            _check_accounts(connection)
        lines = _journal_lines(connection, contracts[JOURNALS])
        place, message, count = _unbalanced(connection, lines)
        if count and "unbalanced_journal" not in waived:
            message += f" ({count} unbalanced journals in all)"
            refuse("unbalanced_journal", message, *place, "amount")
        breaches["unbalanced_journal"] = count
    if _BALANCES in delivered:
        breaches["trial_balance_untied"] = _untied_balances(
            connection, "trial_balance_untied" in waived
        )
    return {code: count for code, count in breaches.items() if count}


def check_known_journals(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    as_of: date,
    waived: set[str],
) -> int:
    """Check that leaving out what came later has cut no journal in two.

    Args:
        connection: Open warehouse, in whose raw tables nothing is later than the date.
        contract: Contract of the journal lines.
        as_of: The date the refresh stands at.
        waived: Codes of the checks a ledger manifest declares not to hold; one that
            holds unbalanced journals holds these too.

    Returns:
        Such journals, if that is waived.

    Raises:
        EchelonError: INPUT_REJECTED, naming the first line of such a journal that was
            kept.
    """
    if "unbalanced_journal" in waived:
        return 0
    place, message, count = _unbalanced(
        connection, _journal_lines(connection, contract)
    )
    if count and "journal_cut_by_date" not in waived:
        message += f" without its lines after {as_of} ({count} such journals in all)"
        refuse("journal_cut_by_date", message, *place, "posting_date")
    return count


def count_orphans(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, TableContract],
    delivered: set[str],
) -> dict[str, int]:
    """Count rows whose declared reference finds nothing; they are kept.

    Args:
        connection: Open warehouse with loaded raw tables.
        contracts: Table contracts by table name.
        delivered: Names of the tables that were delivered.

    Returns:
        Row counts by ``table.column``, only where there are any.
    """
    counts: dict[str, int] = {}
    for contract in contracts.values():
        for column in contract.columns:
            parent, _, key = (column.references or "").partition(".")
            if contract.name not in delivered or parent not in delivered:
                continue
            orphans = connection.execute(
                f"select count(*) from raw.{quote_name(contract.name)} as child"
                f" anti join raw.{quote_name(parent)} as parent"
                f" on child.{quote_name(column.name)} = parent.{quote_name(key)}"
                f" where child.{quote_name(column.name)} is not null"
            ).fetchall()[0][0]
            if orphans:
                counts[f"{contract.name}.{column.name}"] = orphans
    return counts


def _check_accounts(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(f"""
        select source_file, _source_line, account_id, count(*) over ()
        from raw.{JOURNALS}
        anti join raw.{_ACCOUNTS} using (account_id)
        {_with_deliveries(JOURNALS)}
        order by {_ORDER} limit 1
    """).fetchall()
    for file, line, account_id, count in rows:
        message = f"account {account_id} is not in {_ACCOUNTS} ({count} lines in all)"
        refuse("unknown_account", message, file, line, "account_id")


def _journal_lines(
    connection: duckdb.DuckDBPyConnection, contract: TableContract
) -> str:
    """Write the relation of all journal lines: a bad line still belongs to its journal.

    Its amount counts if it could be read; ``is_unknown`` marks lines without one.
    """
    columns = (
        "entity_code, journal_id, amount, base_amount, currency_code,"
        " _delivery_id, _source_line"
    )
    good = f"select {columns}, false as is_unknown from raw.{JOURNALS}"
    if not has_quarantine(connection, contract):
        return f"({good})"
    bad = f"select {columns}, amount is null from {counted_rows(contract)}"
    return f"({good} union all {bad})"


def _unbalanced(
    connection: duckdb.DuckDBPyConnection, lines: str
) -> tuple[tuple[str, int], str, int]:
    """Find journals that do not balance: file and line of the first, what, count."""
    # Each currency balances, or the whole in the base currency where all lines say it.
    rows = connection.execute(f"""
        with currencies as (
            select
                entity_code,
                journal_id,
                currency_code,
                sum(amount) as amount_off,
                sum(base_amount) as base_amount_off,
                count(*) = count(base_amount) as is_based,
                bool_or(is_unknown) as is_unknown
            from {lines}
            group by all
        ),

        journals as (
            select
                entity_code,
                journal_id,
                min(currency_code) filter (where amount_off <> 0) as currency_off,
                arg_min(amount_off, currency_code) filter (where amount_off <> 0)
                    as amount_off
            from currencies
            group by all
            having
                bool_or(amount_off <> 0)
                and not bool_or(is_unknown)
                and not (
                    count(*) > 1 and bool_and(is_based) and sum(base_amount_off) = 0
                )
        )

        select
            source_file, _source_line, entity_code, journal_id, amount_off,
            currency_off, count(distinct (entity_code, journal_id)) over ()
        from {lines} as lines
        inner join journals using (entity_code, journal_id)
        {_with_deliveries(JOURNALS)}
        order by {_ORDER} limit 1
    """).fetchall()
    if not rows:
        return ("", 0), "", 0
    file, line, entity, journal, amount_off, currency, count = rows[0]
    message = f"journal {journal} of {entity} is off by {amount_off} {currency}"
    return (file, line), message, int(count)


def _untied_balances(connection: duckdb.DuckDBPyConnection, is_waived: bool) -> int:
    off = "opening_amount + debit_amount - credit_amount - closing_amount"
    rows = connection.execute(f"""
        select
            source_file, _source_line, entity_code, account_id, fiscal_period,
            {off}, count(*) over ()
        from raw.{_BALANCES}
        {_with_deliveries(_BALANCES)}
        where {off} <> 0
        order by {_ORDER} limit 1
    """).fetchall()
    if not rows:
        return 0
    file, line, entity, account, period, amount_off, count = rows[0]
    if not is_waived:
        message = (
            f"balance of {entity} account {account} in {period} is off by {amount_off}"
            f" ({count} rows in all)"
        )
        refuse("trial_balance_untied", message, file, line, "closing_amount")
    return int(count)


def _with_deliveries(table: str) -> str:
    return (
        f"inner join raw.deliveries as deliveries on deliveries.table_name = '{table}'"
        " and deliveries.delivery_id = _delivery_id"
    )
