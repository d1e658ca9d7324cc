"""What has landed? Deliveries in, typed and checked raw tables out."""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from echelon.landing.checks_business import (
    JOURNALS,
    check_known_journals,
    check_ledger,
    count_orphans,
)
from echelon.landing.contract import TableContract
from echelon.landing.holds import Hold, refuse_holds
from echelon.landing.horizon import LeftOut, leave_out_later
from echelon.landing.load_deliveries import Load, load_deliveries
from echelon.landing.load_policy import check_policy_files
from echelon.landing.load_report import LoadedFile, LoadedTable, LoadReport
from echelon.landing.load_waivers import read_waivers, write_waivers
from echelon.landing.manifest import POLICY_SYSTEM, Landing, read_landing
from echelon.landing.quarantine import quarantine_table
from echelon.landing.quarantine_counts import check_limit, value_once
from echelon.landing.refusal import refuse
from echelon.quoting import quote_name

Progress = Callable[[str, int, int], None]

_LOADER_TABLES = {
    "deliveries": """
        system_code varchar, delivery_id varchar, table_name varchar,
        source_file varchar, row_count bigint, quarantined_row_count bigint,
        superseded_row_count bigint, corrected_row_count bigint,
        sha256 varchar, period varchar, period_end_date date, sequence bigint,
        customer_key varchar""",
    "table_availability": """
        table_name varchar, is_available boolean, unavailable_reason varchar,
        row_count bigint, later_row_count bigint, later_quarantined_row_count bigint,
        input_as_of_date date""",
    "quarantined_rows": """
        table_name varchar, delivery_id varchar, source_file varchar,
        source_line bigint, column_name varchar, error_code varchar, reason varchar,
        entity_code varchar, fiscal_period varchar, amount decimal(18,2)""",
    "waived_checks": """
        check_code varchar, delivery_id varchar, reason varchar, valid_to_date date,
        is_in_force boolean, breach_count bigint""",
}
_REFRESH_TABLES = {
    "refresh_parameters": """
        release_id varchar, as_of_date date, base_currency_code varchar,
        recorded_at timestamp""",
}


def create_raw_schema(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, TableContract]
) -> None:
    """Create every raw table, empty and typed; existing tables stay as they are.

    Args:
        connection: Open warehouse.
        contracts: Table contracts by table name.
    """
    connection.execute("create schema if not exists raw")
    for contract in contracts.values():
        columns = [f'"{column.name}" {column.sql_type}' for column in contract.columns]
        columns += ["_delivery_id varchar", "_source_line bigint"]
        _create_table(connection, contract.name, ", ".join(columns))
    for name, columns_sql in {**_LOADER_TABLES, **_REFRESH_TABLES}.items():
        _create_table(connection, name, columns_sql)


def _create_table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str
) -> None:
    connection.execute(f'create table if not exists raw."{name}" ({columns})')


def load_landing(
    connection: duckdb.DuckDBPyConnection,
    landing_dir: Path,
    contracts: Mapping[str, TableContract],
    as_of: date,
    progress: Progress | None = None,
) -> LoadReport:
    """Load what was known at a date into the raw schema of a fresh warehouse.

    Args:
        connection: Open warehouse; thrown away by the caller if the load fails.
        landing_dir: Directory with ``<system>/<delivery_id>/manifest.json``.
        contracts: Table contracts by table name.
        as_of: The date the refresh stands at; what came later is read, checked and
            left out.
        progress: Called before each file with its path, its number and the number of
            files.

    Returns:
        What was loaded, set aside, superseded and left out.

    Raises:
        EchelonError: INPUT_REJECTED or QUARANTINE_OVER_LIMIT, with the code of the
            check (``checks.CHECKS``) and the place where it failed.
    """
    landing = read_landing(landing_dir, contracts)
    _check_required(landing, contracts)
    create_raw_schema(connection, contracts)
    waivers = read_waivers(landing, as_of)
    announce = _counted(progress, landing, contracts)
    load = Load(connection, contracts, landing.deliveries, waivers, announce)
    files, holds = _load_files(load)
    _record_files(connection, files, landing)
    delivered = {file.table for file in files}
    waived = {waiver.check_code for waiver in waivers if waiver.is_in_force}
    ledger_breaches = check_ledger(connection, contracts, delivered, waived)
    breaches = refuse_holds(holds, waivers)
    breaches.update({("gl", code): count for code, count in ledger_breaches.items()})
    orphans = count_orphans(connection, contracts, delivered)
    left_out = leave_out_later(connection, contracts, as_of)
    if JOURNALS in left_out:
        cut = check_known_journals(connection, contracts[JOURNALS], as_of, waived)
        breaches.update({("gl", "journal_cut_by_date"): cut} if cut else {})
    write_waivers(connection, waivers, breaches)
    tables = {
        name: _close_table(connection, contract, landing, left_out.get(name, LeftOut()))
        for name, contract in contracts.items()
    }
    waived_checks: Counter[str] = Counter()
    for (_, code), count in breaches.items():
        waived_checks[code] += count
    return LoadReport(files, tables, orphans, dict(waived_checks))


def _load_files(load: Load) -> tuple[tuple[LoadedFile, ...], list[Hold]]:
    """Load table by table in contract order, then look at the policy files."""
    files: list[LoadedFile] = []
    holds: list[Hold] = []
    for contract in load.contracts.values():
        loaded, found = load_deliveries(load, contract)
        files += loaded
        holds += found
    for contract in load.contracts.values():
        rows = sum(file.row_count for file in files if file.table == contract.name)
        check_limit(load.connection, contract, rows)
    for delivery in load.deliveries:
        if delivery.manifest.system == POLICY_SYSTEM:
            files += check_policy_files(load.connection, delivery)
    return tuple(files), holds


def _check_required(landing: Landing, contracts: Mapping[str, TableContract]) -> None:
    delivered = {
        table for delivery in landing.deliveries for table in delivery.manifest.tables
    }
    for contract in contracts.values():
        if contract.is_required and contract.name not in delivered:
            reason = _unavailable_reason(landing, contract)
            message = f"required table {contract.name}: {reason}"
            if landing.incomplete:
                message += f"; without a manifest: {', '.join(landing.incomplete)}"
            refuse("missing_table", message, contract.system)


def _unavailable_reason(landing: Landing, contract: TableContract) -> str:
    reasons = [
        delivery.manifest.absent[contract.name]
        for delivery in landing.deliveries
        if contract.name in delivery.manifest.absent
    ]
    return reasons[-1] if reasons else "not delivered"


def _counted(
    progress: Progress | None, landing: Landing, contracts: Mapping[str, TableContract]
) -> Callable[[str], None]:
    """Tell each file with its number and the number of files."""
    if progress is None:
        return lambda _: None
    file_count = sum(
        table in contracts
        for delivery in landing.deliveries
        for table in delivery.manifest.tables
    )
    numbers = itertools.count(1)
    return lambda file: progress(file, next(numbers), file_count)


def _record_files(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[LoadedFile],
    landing: Landing,
) -> None:
    customer_keys = {
        (delivery.manifest.system, delivery.manifest.delivery_id): (
            delivery.manifest.customer_key
        )
        for delivery in landing.deliveries
    }
    for file in files:
        connection.execute(
            f"insert into raw.deliveries values ({', '.join('?' * 13)})",
            [
                file.system,
                file.delivery_id,
                file.table,
                file.file,
                file.row_count,
                file.quarantined_row_count,
                file.superseded_row_count,
                file.corrected_row_count,
                file.sha256,
                file.period,
                file.period_end_date,
                file.sequence,
                customer_keys[file.system, file.delivery_id],
            ],
        )


def _close_table(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    landing: Landing,
    left_out: LeftOut,
) -> LoadedTable:
    """Count what is in force and say whether the table is available."""
    # greatest() passes over columns that hold no date at all.
    latest = "".join(
        f", cast(max({quote_name(name)}) as date)"
        for name in contract.business_date_columns
    )
    row_count, as_of_date = connection.execute(
        f"select count(*), greatest(cast(null as date){latest})"
        f" from raw.{quote_name(contract.name)}"
    ).fetchall()[0]
    value_once(connection, contract)
    bad_count, amount = connection.execute(
        "select count(*), sum(amount) from raw.quarantined_rows where table_name = ?",
        [contract.name],
    ).fetchall()[0]
    is_available = any(
        contract.name in delivery.manifest.tables for delivery in landing.deliveries
    )
    reason = None if is_available else _unavailable_reason(landing, contract)
    connection.execute(
        "insert into raw.table_availability values (?, ?, ?, ?, ?, ?, ?)",
        [
            contract.name,
            is_available,
            reason,
            row_count,
            left_out.row_count,
            left_out.quarantined_row_count,
            as_of_date,
        ],
    )
    connection.execute(f"drop table if exists temp.{quarantine_table(contract)}")
    return LoadedTable(
        is_available=is_available,
        unavailable_reason=reason,
        row_count=row_count,
        quarantined_row_count=bad_count,
        later_row_count=left_out.row_count,
        quarantined_amount=amount,
        input_as_of_date=as_of_date,
    )
