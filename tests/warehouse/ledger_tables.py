"""Ledgers and their policy as the tables that the allocation's models read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from tests.warehouse.random_ledgers import (
    ACTIVITIES,
    PERIODS,
    POOLS,
    RATES,
    SERVICES,
    STEPS,
    Ledger,
)

MONEY = "decimal(18, 2)"
RATIO = "decimal(18, 6)"
ALWAYS = date(2000, 1, 1)


@dataclass(frozen=True)
class Table:
    """Rows of a table, and its columns with their types."""

    columns: dict[str, str]
    rows: list[tuple[Any, ...]]

    def write(self, warehouse: duckdb.DuckDBPyConnection, address: str) -> None:
        """Create the table."""
        frame = pd.DataFrame(self.rows, columns=list(self.columns), dtype=object)
        warehouse.register("frame", frame)
        casts = ", ".join(f"cast({n} as {t}) as {n}" for n, t in self.columns.items())
        warehouse.execute(f"create table {address} as select {casts} from frame")
        warehouse.unregister("frame")


def ledger_tables(ledgers: list[Ledger]) -> dict[str, Table]:
    """State the ledgers table by table."""
    return _policy_tables() | {
        "stg_gl__accounts": Table(
            _texts("account_id", "account_name", "account_type"),
            [(pool, pool, "expense") for pool in POOLS],
        ),
        "stg_gl__journal_lines": Table(
            {
                **_texts("entity_code", "journal_id", "fiscal_period", "account_id"),
                **_texts("cost_center_id", "local_currency_code"),
                **_texts("source_document_id", "customer_id"),
                "line_no": "bigint",
                "posting_date": "date",
                "amount_local_ccy": "decimal(18, 4)",
                "amount_base_ccy": MONEY,
            },
            [row for ledger in ledgers for row in _journal_rows(ledger)],
        ),
        "int_exchange_rates_daily": Table(
            {
                **_texts("rate_type", "currency_code"),
                "calendar_date": "date",
                "base_ccy_per_local_ccy": "decimal(28, 12)",
            },
            list(_rate_rows()),
        ),
        "int_ledger_lines_quarantined": Table(
            {
                **_texts("entity_code", "fiscal_period", "local_currency_code"),
                "row_count": "bigint",
                "unvalued_row_count": "bigint",
                "amount_local_ccy": MONEY,
                "base_ccy_per_local_ccy": "decimal(28, 12)",
                "amount_base_ccy": MONEY,
            },
            [
                (ledger.entity, period, "EUR", 1, 0, _money(cents), 1, _money(cents))
                for ledger in ledgers
                for period, cents in ledger.quarantined.items()
            ],
        ),
        "int_customers_resolved": Table(
            _texts("source_system", "source_customer_id", "customer_id")
            | _texts("cost_level_id"),
            [
                ("erp", customer, customer, customer)
                for ledger in ledgers
                for customer in sorted({name for name, _, _ in ledger.objects})
            ],
        ),
        "int_order_lines_converted": Table(
            {
                **_texts("customer_id", "cost_level_id", "order_id", "product_id"),
                **_texts("entity_code", "fiscal_period"),
                "line_no": "bigint",
                "is_demand": "boolean",
            },
            [
                (name, name, order, "P", ledger.entity, "2024-11", line, True)
                for ledger in ledgers
                for name, order, line in ledger.objects
                if order is not None
            ],
        ),
        "quantities": Table(
            {
                **_texts("entity_code", "fiscal_period", "driver_code", "customer_id"),
                "order_id": "varchar",
                "line_no": "bigint",
                "driver_qty": "bigint",
            },
            [row for ledger in ledgers for row in _quantity_rows(ledger)],
        ),
        "int_capacity_minutes_aggregated": Table(
            {
                **_texts("entity_code", "fiscal_period", "worker_group"),
                "practical_capacity_minutes": "decimal(18, 4)",
                "productive_minutes": "decimal(18, 4)",
            },
            [
                (ledger.entity, *place, *minutes)
                for ledger in ledgers
                for place, minutes in ledger.hours.items()
            ],
        ),
    }


def _policy_tables() -> dict[str, Table]:
    undated = (1, 0, ALWAYS, None)
    moves = {pool: "step" if pool in STEPS else "variable" for pool in POOLS}
    return {
        "policy_cost_pools": Table(
            {
                **_texts("cost_pool_code", "cost_pool_name", "account_pattern"),
                **_texts("cost_center_id", "entity_code", "treatment", "behaviour"),
                "reason": "varchar",
                "avoidable_ratio": RATIO,
                "avoidability_months": "bigint",
                "valid_from": "date",
                "valid_to": "date",
            },
            [
                (pool, pool, pool, None, None, treatment, moves[pool], "why", *undated)
                for pool, treatment in POOLS.items()
            ],
        ),
        "policy_activity_drivers": Table(
            {
                **_texts("cost_pool_code", "activity_code", "driver_code"),
                **_texts("driver_unit", "capacity_worker_group"),
                "unit_minutes": RATIO,
                "resource_share": RATIO,
                "standard_rate_base_ccy": RATIO,
                "valid_from": "date",
            },
            [
                (
                    pool,
                    name,
                    activity.driver,
                    activity.unit,
                    activity.group,
                    _ratio(activity.unit_minutes),
                    _ratio(activity.share),
                    _ratio(activity.rate),
                    ALWAYS,
                )
                for pool, activities in ACTIVITIES.items()
                for name, activity in activities.items()
            ],
        ),
        "policy_cost_steps": Table(
            {"cost_pool_code": "varchar", "step_qty": RATIO, "valid_from": "date"},
            [(pool, size, ALWAYS) for pool, size in STEPS.items()],
        ),
        "policy_pool_services": Table(
            {
                **_texts("from_pool_code", "to_pool_code", "entity_code"),
                "service_qty": RATIO,
                "valid_from": "date",
            },
            [
                (service, pool, None, quantity, ALWAYS)
                for service, users in SERVICES.items()
                for pool, quantity in users.items()
            ],
        ),
    }


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "varchar")


def _ratio(millionths: int | None) -> Decimal | None:
    return None if millionths is None else Decimal(millionths).scaleb(-6)


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


def _journal_rows(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    for line in ledger.lines:
        yield (
            ledger.entity,
            line.journal,
            line.period,
            line.pool,
            None,
            line.currency,
            line.document,
            line.customer,
            line.line_no,
            line.day,
            Decimal(line.amount).scaleb(-4),
            _money(line.base_cents),
        )


def _rate_rows() -> Iterator[tuple[Any, ...]]:
    for month, days in PERIODS.values():
        for currency, rate in RATES.items():
            for day in days:
                yield "average", currency, date(2024, month, day), Decimal(rate)


def _quantity_rows(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    for (period, driver, position), quantity in ledger.quantities.items():
        nobody = ("nobody", None, None)
        named = nobody if position < 0 else ledger.objects[position]
        yield (ledger.entity, period, driver, *named, quantity)
