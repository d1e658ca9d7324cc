"""Which date does a refresh stand at when nobody names one?"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.contract import TableContract
from echelon.landing.load_reading import run_reading
from echelon.landing.load_sources import open_source
from echelon.landing.load_table import good_rows
from echelon.landing.manifest import Delivery, read_landing
from echelon.quoting import quote_name

ORDER_TABLE = "erp__order_lines"


def latest_business_date(
    landing_dir: Path, contracts: Mapping[str, TableContract]
) -> date:
    """Return the date of the latest event in force: nothing known lies after it.

    A row that is bad, that a later delivery replaces, or that is dated after the
    period its own delivery covers does not decide: one misread year would move the
    date for all. Where all order lines are bad, it is the end of their period: loading
    them will say what is wrong with them.

    Args:
        landing_dir: Directory of the deliveries.
        contracts: Table contracts by table name.

    Raises:
        EchelonError: ``INPUT_REJECTED`` if no order line with a date has landed, or a
            delivery cannot be read.
    """
    deliveries = read_landing(landing_dir, contracts).deliveries
    latest = {}
    with duckdb.connect() as connection:
        for contract in contracts.values():
            holding = [d for d in deliveries if contract.name in d.manifest.tables]
            try:
                found = _latest_event(connection, contract, holding)
            except EchelonError:
                # That a file is not the promised one says more than what it broke.
                _check_files(connection, contract, holding)
                raise
            if found is not None:
                latest[contract.name] = found
        orders = [d for d in deliveries if ORDER_TABLE in d.manifest.tables]
        if ORDER_TABLE not in latest and _are_bad(connection, contracts, orders):
            return max(delivery.manifest.period_end_date for delivery in orders)
    if ORDER_TABLE not in latest:
        raise EchelonError(
            ExitCode.INPUT_REJECTED,
            Fault(
                code="no_order_lines",
                message="no order line dated within its delivery's period has landed",
                file=str(landing_dir / "erp" / "<delivery>" / f"{ORDER_TABLE}.csv"),
                column="ordered_at",
                hint="land a delivery (docs/mapping.md) or write the sample company",
            ),
        )
    return max(latest.values())


def _latest_event(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    holding: Sequence[Delivery],
) -> date | None:
    """Find the latest date of the rows of a table that are in force."""
    column = contract.horizon.event_column
    if column is None:
        return None
    dates = []
    for place, delivery in enumerate(holding):
        rows, path, label = good_rows(connection, contract, delivery)
        event = f"cast(earlier.{quote_name(column)} as date)"
        query = f"select max({event}) from {rows} as earlier"
        for number, correction in enumerate(holding[place + 1 :]):
            later, *_ = good_rows(connection, contract, correction)
            alias = f"later_{number}"
            query += f" anti join {later} as {alias} on {_same_key(contract, alias)}"
        query += f" where {event} <= date '{delivery.manifest.period_end_date}'"
        dates += [row[0] for row in run_reading(connection, query, path, label)]
    return max((found for found in dates if found is not None), default=None)


def _are_bad(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, TableContract],
    orders: Sequence[Delivery],
) -> bool:
    """Whether there are order lines and all are bad."""
    for delivery in orders:
        rows, path, label = good_rows(connection, contracts[ORDER_TABLE], delivery)
        if run_reading(connection, f"select 1 from {rows} limit 1", path, label):
            return False
    return any(delivery.manifest.tables[ORDER_TABLE].rows for delivery in orders)


def _check_files(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    holding: Sequence[Delivery],
) -> None:
    for delivery in holding:
        promised = delivery.manifest.tables[contract.name]
        label = f"{delivery.label}/{promised.file}"
        open_source(connection, delivery.directory / promised.file, label, promised)


def _same_key(contract: TableContract, later: str) -> str:
    return " and ".join(
        f"earlier.{quote_name(name)} is not distinct from {later}.{quote_name(name)}"
        for name in contract.key_columns
    )
