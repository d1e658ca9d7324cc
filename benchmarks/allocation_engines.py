"""The same allocation three times: the project's SQL, Polars, and pandas with NumPy.

Each engine reads order lines with their driver quantities and pools in cents from
Parquet, allocates every pool to order lines by cascade rounding, adds the cents up by
customer, period and pool, and refuses to end where a pool lacks a cent. What the SQL
leaves is then traced, a customer back and a journal forward.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from echelon.release.store import open_database
from echelon.trace import CUSTOMER_STEPS, DESTINATIONS, POSTINGS

DRIVER_COUNT = 5
TRACED = {"customer": "C0000333", "period": "2025-06"}
COSTS = "intermediate/cost_to_serve"
MODELS = (
    (f"{COSTS}/int_activity_drivers_adjusted", "view"),
    (f"{COSTS}/int_activity_drivers_totalled", "table"),
    (f"{COSTS}/int_activity_drivers_accumulated", "table"),
    (f"{COSTS}/int_activity_drivers_versioned", "view"),
    (f"{COSTS}/int_cost_activities_driven", "table"),
    ("marts/core/dim_cost_objects", "table"),
    ("marts/core/fct_carried_costs", "table"),
    ("marts/core/fct_cost_activities", "table"),
    ("marts/core/fct_cost_pools", "table"),
    ("marts/core/fct_activity_driver_events", "view"),
    ("marts/core/fct_cost_to_serve", "view"),
    ("marts/finance/rpt_cost_to_serve_by_cost_level_pool_month", "table"),
    ("marts/finance/rpt_cost_to_serve_by_customer_pool_month", "table"),
    ("marts/finance/rpt_gl_reconciliation_by_cost_pool_month", "table"),
    ("marts/finance/fct_cost_destinations", "view"),
    ("marts/finance/fct_cost_traces", "view"),
)
INPUTS = """
    create schema intermediate;
    create schema staging;
    create schema policy;
    create schema core;
    create schema finance;
    create table intermediate.lines as from read_parquet('lines.parquet');
    create view intermediate.int_cost_objects_enumerated as
    select cost_object_key, customer_id, customer_id as cost_level_id, order_id,
        substr(customer_id, 2)::bigint as cost_level_key, line_no, 'P' as product_id
    from intermediate.lines;
    create table intermediate.int_cost_levels_enumerated as
    select distinct cost_level_key, customer_id, cost_level_id
    from intermediate.int_cost_objects_enumerated;
    create table intermediate.int_cost_pools_aggregated as
    select 'general_ledger' as ledger_code, 'E1' as entity_code, fiscal_period,
        cost_pool_code, cost_pool_code as cost_pool_name, 'allocate' as treatment,
        'benchmark' as reason, 'variable' as behaviour,
        1::decimal(18, 6) as avoidable_ratio, 0::bigint as avoidability_months,
        date '2025-12-31' as last_posting_date, 1 as posting_count,
        (pool_cents * 0.01::decimal(3, 2))::decimal(18, 2) as pool_amount_base_ccy
    from read_parquet('pools.parquet');
    create table policy.policy_activity_drivers as
    select distinct cost_pool_code, 'activity' as activity_code, driver_code,
        'units' as driver_unit, null::varchar as capacity_worker_group,
        null::decimal(18, 6) as unit_minutes, null::decimal(18, 6) as resource_share,
        null::decimal(18, 6) as standard_rate_base_ccy, date '2000-01-01' as valid_from
    from read_parquet('pools.parquet');
    create table intermediate.int_adjusting_periods_found (entity_code varchar,
        fiscal_period varchar);
    create table intermediate.int_capacity_minutes_chosen (entity_code varchar,
        fiscal_period varchar, worker_group varchar,
        practical_capacity_minutes decimal(18, 4), productive_minutes decimal(18, 4));
    create table core.fct_direct_costs (entity_code varchar, fiscal_period varchar,
        cost_pool_code varchar, cost_object_key bigint, behaviour varchar,
        allocated_amount_base_ccy decimal(18, 2));
    create table finance.fct_ledger_lines as
    select 'E1' as entity_code, fiscal_period, cost_pool_code,
        printf('%s-%s-%d', cost_pool_code, fiscal_period, half) as document_id,
        1::bigint as line_no, 'general_ledger' as ledger_code,
        date '2025-12-31' as posting_date, cost_pool_code as account_id,
        cost_pool_code as account_name, null::varchar as cost_center_id,
        cost_pool_code as account_pattern, date '2000-01-01' as rule_valid_from_date,
        'EUR' as local_currency_code,
        ((pool_cents + half) // 2 * 0.01::decimal(3, 2))::decimal(18, 2)
            as amount_base_ccy
    from read_parquet('pools.parquet'), range(2) as halves (half);
    create table core.dim_customers as
    select distinct customer_id, customer_id as customer_name
    from intermediate.lines;
    create table staging.stg_costing__service_charges (ledger_code varchar,
        entity_code varchar, fiscal_period varchar, cost_pool_code varchar,
        carried_by_pool_code varchar, amount_base_ccy decimal(18, 2));
"""


def run_sql(work_dir: Path) -> None:
    """Run the compiled models in the order dbt does; a driver is a view over lines."""
    os.chdir(work_dir)
    file = work_dir / "warehouse.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("set memory_limit = '6GB'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(INPUTS)
        counted = " union all ".join(
            f"select 'E1' as entity_code, fiscal_period, 'driver_{number}' as"
            f" driver_code, cost_object_key, driver_{number} as driver_qty"
            " from intermediate.lines"
            for number in range(DRIVER_COUNT)
        )
        connection.execute(
            f"create view intermediate.int_activity_drivers_unioned as {counted}"
        )
        for path, kind in MODELS:
            started = time.perf_counter()
            sql = (work_dir / "compiled" / f"{path}.sql").read_text()
            name = path.rsplit("/", 1)[-1]
            schema = path.split("/")[1] if path.startswith("marts") else "intermediate"
            connection.execute(f"create {kind} {schema}.{name} as {sql}")
            seconds = time.perf_counter() - started
            print(json.dumps({"model": name, "seconds": round(seconds, 1)}))
        (wrong,) = connection.execute(
            "select count(*) filter (where variance_amount_base_ccy != 0)"
            " from finance.rpt_gl_reconciliation_by_cost_pool_month"
        ).fetchall()[0]
        if wrong:
            raise ValueError(f"{wrong} pools do not reconcile")
        connection.execute(
            """
            copy (
                select customer_id, fiscal_period, cost_pool_code,
                    (allocated_amount_base_ccy * 100)::bigint as cents
                from finance.rpt_cost_to_serve_by_customer_pool_month
            ) to 'sql.parquet'
            """
        )


def run_trace(work_dir: Path) -> None:
    """Ask for one customer's month and one journal, as `echelon trace` does."""
    journal = {"journal": "pool_3-2025-06-0"}
    place = {"entity": "E1", "period": TRACED["period"], "pool": "pool_3"}
    with open_database(work_dir / "warehouse.duckdb") as connection:
        started = time.perf_counter()
        for _, query in CUSTOMER_STEPS.values():
            connection.execute(query, TRACED).fetchall()
        between = time.perf_counter()
        connection.execute(POSTINGS, journal).fetchall()
        connection.execute(DESTINATIONS, journal | place).fetchall()
        ended = time.perf_counter()
    for name, seconds in (
        ("customer", between - started),
        ("journal", ended - between),
    ):
        print(json.dumps({"model": f"trace {name}", "seconds": round(seconds, 1)}))


def run_polars(work_dir: Path) -> None:
    """Allocate pool by pool with Polars; the quotient is guessed as in the SQL."""
    import polars as pl

    lines = pl.read_parquet(work_dir / "lines.parquet").sort("cost_object_key")
    pools = pl.read_parquet(work_dir / "pools.parquet")
    for number in range(DRIVER_COUNT):
        quantity = pl.col(f"driver_{number}")
        lines = lines.with_columns(
            quantity.cum_sum().over("fiscal_period").alias(f"running_{number}"),
            quantity.sum().over("fiscal_period").alias(f"total_{number}"),
        )
    parts = []
    for (code, driver), own in pools.group_by(["cost_pool_code", "driver_code"]):
        number = str(driver).rsplit("_", 1)[-1]
        cents, total = pl.col("pool_cents"), pl.col(f"total_{number}")

        def rounded_up(
            quantity: pl.Expr, cents: pl.Expr = cents, total: pl.Expr = total
        ) -> pl.Expr:
            guess = (cents.cast(pl.Float64) * quantity / total).round().cast(pl.Int64)
            return guess + (cents * quantity - guess * total > 0).cast(pl.Int64)

        running = pl.col(f"running_{number}")
        before = running - pl.col(f"driver_{number}")
        allocated = (
            lines.join(own.select("fiscal_period", "pool_cents"), on="fiscal_period")
            .with_columns(cents=rounded_up(running) - rounded_up(before))
            .group_by("customer_id", "fiscal_period")
            .agg(pl.col("cents").sum())
            .with_columns(cost_pool_code=pl.lit(code))
        )
        _refuse_unless_whole(
            allocated.group_by("fiscal_period").agg(pl.col("cents").sum()).rows(),
            own.select("fiscal_period", "pool_cents").rows(),
        )
        parts.append(allocated)
    pl.concat(parts).write_parquet(work_dir / "polars.parquet")


def run_pandas(work_dir: Path) -> None:
    """Allocate pool by pool with pandas and NumPy, products wrapping in 64 bits."""
    import numpy as np
    import pandas as pd

    lines = pd.read_parquet(work_dir / "lines.parquet")
    lines = lines.sort_values("cost_object_key", ignore_index=True)
    pools = pd.read_parquet(work_dir / "pools.parquet")
    periods, period_names = pd.factorize(lines["fiscal_period"], sort=True)
    customers, customer_names = pd.factorize(lines["customer_id"], sort=True)
    group = customers.astype(np.int64) * len(period_names) + periods
    parts = []
    for (code, driver), own in pools.groupby(["cost_pool_code", "driver_code"]):
        quantity = lines[driver].to_numpy()
        running = lines[driver].groupby(periods).cumsum().to_numpy()
        totals = np.zeros(len(period_names), dtype=np.int64)
        np.add.at(totals, periods, quantity)
        total = totals[periods]
        by_period = own.set_index("fiscal_period")["pool_cents"]
        cents = by_period.reindex(period_names).to_numpy()[periods]
        shares = np.zeros(len(lines), dtype=np.int64)
        for sign, reached in ((1, running), (-1, running - quantity)):
            guess = np.rint(cents.astype(float) * reached / total).astype(np.int64)
            shares += sign * (guess + (cents * reached - guess * total > 0))
        summed = pd.Series(shares).groupby(group).sum()
        allocated = pd.DataFrame(
            {
                "customer_id": customer_names[summed.index // len(period_names)],
                "fiscal_period": period_names[summed.index % len(period_names)],
                "cost_pool_code": code,
                "cents": summed.to_numpy(),
            }
        )
        _refuse_unless_whole(
            allocated.groupby("fiscal_period")["cents"].sum().items(),
            by_period.items(),
        )
        parts.append(allocated)
    pd.concat(parts).to_parquet(work_dir / "pandas.parquet")


def _refuse_unless_whole(
    found: Iterator[tuple[str, int]] | list[tuple[str, int]],
    expected: Iterator[tuple[str, int]] | list[tuple[str, int]],
) -> None:
    if dict(found) != dict(expected):
        raise ValueError("a pool is not allocated to the cent")


ENGINES: dict[str, Callable[[Path], None]] = {
    "sql": run_sql,
    "trace": run_trace,
    "polars": run_polars,
    "pandas": run_pandas,
}


def take_compiled(target_dir: Path, work_dir: Path) -> None:
    """Copy the compiled models.

    Args:
        target_dir: Where dbt compiled them.
        work_dir: Directory of the benchmark.
    """
    for path, _ in MODELS:
        source = target_dir / "compiled" / "echelon" / "models" / f"{path}.sql"
        target = work_dir / "compiled" / f"{path}.sql"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


if __name__ == "__main__":
    ENGINES[sys.argv[1]](Path(sys.argv[2]))
