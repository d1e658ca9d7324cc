"""Does every cent of the ledger have a place? Counted again in plain Python integers.

This is the independent check: it shares no SQL with the pipeline. The engine only reads
rows and, for the order-line grain, adds them up per block of customers; every
comparison is between Python integers of cents.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from echelon.release.content import columns_of, current_catalog
from echelon.release.store import open_database

# Reconciliation and the amount it explains: the ledger's, or the charges' of a company
# without a ledger.
LEDGER = "finance.rpt_gl_reconciliation_by_cost_pool_month"
RECONCILIATIONS = {
    LEDGER: "gl_amount_base_ccy",
    "finance.rpt_charge_reconciliation_by_cost_pool_month": "charged_amount_base_ccy",
}
COST_TO_SERVE = "core.fct_cost_to_serve"
KEY = ("entity_code", "fiscal_period", "cost_pool_code")
PARTS = (
    "allocated_amount_base_ccy",
    "unused_capacity_amount_base_ccy",
    "sustaining_amount_base_ccy",
    "excluded_amount_base_ccy",
    "unallocated_amount_base_ccy",
    "quarantined_amount_base_ccy",
)
CUSTOMER_BLOCKS = 256
BATCH_ROWS = 100_000

Pool = tuple[str, ...]


@dataclass(frozen=True)
class TieOut:
    """The ledger against the allocation, in cents.

    Attributes:
        pools: Number of entity x period x pool rows compared.
        ledger_cents: Sum of the amounts of the ledger, or of the charges without one.
        allocated_cents: Sum of the allocated amounts.
        differences: One sentence per row that does not tie; empty when all do.
    """

    pools: int
    ledger_cents: int
    allocated_cents: int
    differences: tuple[str, ...]


def tie_out(connection: duckdb.DuckDBPyConnection, catalog: str) -> TieOut:
    """Compare ledger, reconciliation and cost-to-serve to the cent.

    Without a ledger and without charges there is nothing to tie to.

    Args:
        connection: Connection that has the published file attached.
        catalog: Name under which it is attached.

    Returns:
        What was compared and every difference found.
    """
    differences: list[str] = []
    allocated: dict[Pool, int] = {}
    ledger_cents = 0
    for row in _reconciliation(connection, catalog):
        pool = tuple(str(part) for part in row[: len(KEY)])
        amounts = [_cents(amount) for amount in row[len(KEY) :]]
        ledger, variance, parts = amounts[0], amounts[1], amounts[2:]
        if pool in allocated:
            differences.append(f"{' '.join(pool)} is reconciled twice")
        if ledger != sum(parts) or variance != 0:
            differences.append(
                f"{' '.join(pool)}: ledger {ledger} cents, parts {sum(parts)} cents,"
                f" variance {variance} cents"
            )
        allocated[pool] = allocated.get(pool, 0) + parts[0]
        ledger_cents += ledger
    if columns_of(connection, catalog, COST_TO_SERVE):
        differences += _allocation_differences(connection, catalog, allocated)
    total = sum(allocated.values())
    return TieOut(len(allocated), ledger_cents, total, tuple(differences))


def reconciled_by_period(database: Path) -> dict[tuple[str, str], int]:
    """Add up the reconciled ledger of a published file.

    Args:
        database: A published database.

    Returns:
        Cents by entity and fiscal period; empty without a ledger.
    """
    cents: dict[tuple[str, str], int] = {}
    with open_database(database) as connection:
        if not columns_of(connection, current_catalog(connection), LEDGER):
            return cents
        rows = connection.execute(
            f"select entity_code, fiscal_period, {RECONCILIATIONS[LEDGER]}"
            f" from {LEDGER} order by all"
        ).fetchall()
    for entity, period, amount in rows:
        cents[entity, period] = cents.get((entity, period), 0) + _cents(amount)
    return cents


def _reconciliation(
    connection: duckdb.DuckDBPyConnection, catalog: str
) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for address, explained in RECONCILIATIONS.items():
        if columns_of(connection, catalog, address):
            columns = (*KEY, explained, "variance_amount_base_ccy", *PARTS)
            rows += connection.execute(
                f"select {', '.join(columns)} from {catalog}.{address} order by all"
            ).fetchall()
    return rows


def _allocation_differences(
    connection: duckdb.DuckDBPyConnection, catalog: str, allocated: dict[Pool, int]
) -> Iterator[str]:
    served: dict[Pool, int] = {}
    for *pool_parts, amount in _cost_to_serve(connection, catalog):
        pool = tuple(str(part) for part in pool_parts)
        served[pool] = served.get(pool, 0) + _cents(amount)
    for pool in sorted(allocated.keys() | served.keys()):
        expected, found = allocated.get(pool, 0), served.get(pool, 0)
        if expected != found:
            yield (
                f"{' '.join(pool)}: {expected} cents allocated,"
                f" {found} cents in {COST_TO_SERVE}"
            )


def _cost_to_serve(
    connection: duckdb.DuckDBPyConnection, catalog: str
) -> Iterator[tuple[Any, ...]]:
    keys = ", ".join(KEY)
    # Blocks of customers keep 100 M rows readable: the engine adds up within a block.
    connection.execute(
        f"""
        select {keys}, sum(allocated_amount_base_ccy)
        from {catalog}.{COST_TO_SERVE}
        group by {keys}, hash(customer_id) % {CUSTOMER_BLOCKS}
        """
    )
    while rows := connection.fetchmany(BATCH_ROWS):
        yield from rows


def _cents(amount: Decimal | None) -> int:
    if amount is None:
        return 0
    cents = amount.scaleb(2)
    if cents != int(cents):
        raise ValueError(f"an amount has a fraction of a cent: {amount}")
    return int(cents)
