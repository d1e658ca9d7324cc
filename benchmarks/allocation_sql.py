"""The project's compiled allocation on order lines and pools read from Parquet.

At a month's end it runs a second time, with one period more: what the run before
allocated and nothing changed is taken over from there, as a refresh takes it over from
the release in force.
"""

import json
import os
import shutil
import time
from pathlib import Path

import duckdb

from echelon.release.content import read_content
from echelon.release.previous import TakenOver, attach_previous, count_taken_over

DRIVER_COUNT = 5
PERIODS = tuple(f"{2024 + n // 12}-{1 + n % 12:02d}" for n in range(24))
WHOLE, BEFORE, MONTH_END = "sql", "before", "month_end"
LEVELS = "finance.rpt_cost_to_serve_by_cost_level_pool_month"
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
    ("marts/core/fct_level_costs", "table"),
    ("marts/finance/rpt_cost_to_serve_by_cost_level_pool_month", "view"),
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
    create table intermediate.lines as
    from read_parquet('lines.parquet') where fiscal_period <= '{last_period}';
    create view pools as
    from read_parquet('pools.parquet') where fiscal_period <= '{last_period}';
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
        null::decimal(18, 6) as step_qty,
        date '2025-12-31' as last_posting_date, 1 as posting_count,
        (pool_cents * 0.01::decimal(3, 2))::decimal(18, 2) as pool_amount_base_ccy
    from pools;
    create table policy.policy_activity_drivers as
    select distinct cost_pool_code, 'activity' as activity_code, driver_code,
        'units' as driver_unit, null::varchar as capacity_worker_group,
        null::decimal(18, 6) as unit_minutes, null::decimal(18, 6) as resource_share,
        null::decimal(18, 6) as standard_rate_base_ccy, date '2000-01-01' as valid_from
    from pools;
    create table intermediate.int_adjusting_periods_found (entity_code varchar,
        fiscal_period varchar);
    create table intermediate.int_capacity_minutes_chosen (entity_code varchar,
        fiscal_period varchar, worker_group varchar,
        practical_capacity_minutes decimal(18, 4), productive_minutes decimal(18, 4));
    create table core.fct_direct_costs (entity_code varchar, fiscal_period varchar,
        cost_pool_code varchar, cost_object_key bigint, behaviour varchar,
        allocated_amount_base_ccy decimal(18, 2));
    create table finance.fct_direct_postings (entity_code varchar,
        fiscal_period varchar, cost_pool_code varchar, ledger_code varchar,
        document_id varchar, line_no bigint, account_id varchar,
        destination_code varchar, customer_id varchar,
        traced_amount_base_ccy decimal(18, 2));
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
    from pools, range(2) as halves (half);
    create table core.dim_customers as
    select distinct customer_id, customer_id as customer_name
    from intermediate.lines;
    create table staging.stg_costing__service_charges (ledger_code varchar,
        entity_code varchar, fiscal_period varchar, cost_pool_code varchar,
        carried_by_pool_code varchar, amount_base_ccy decimal(18, 2));
"""
NOTHING_BEFORE = """
    create table staging.stg_refresh__previous_cost_activities (entity_code varchar,
        fiscal_period varchar, cost_pool_code varchar, carried_by_pool_code varchar,
        activity_code varchar, allocation_fingerprint varchar);
    create table staging.stg_refresh__previous_cost_levels (customer_id varchar,
        cost_level_id varchar, entity_code varchar, fiscal_period varchar,
        cost_pool_code varchar, carried_by_pool_code varchar, activity_code varchar,
        behaviour varchar, driver_qty bigint, cost_object_count bigint,
        allocated_amount_base_ccy decimal(18, 2));
"""
IN_FORCE = f"""
    attach '{BEFORE}/warehouse.duckdb' as in_force (read_only);
    create schema raw;
    create view raw.previous_cost_activities as
    from in_force.core.fct_cost_activities;
    create view staging.stg_refresh__previous_cost_activities as
    from raw.previous_cost_activities;
    create view staging.stg_refresh__previous_cost_levels as from in_force.{LEVELS};
"""


def run_sql(work_dir: Path) -> None:
    """Allocate all periods."""
    _allocate(work_dir, WHOLE, PERIODS[-1], NOTHING_BEFORE)


def run_before(work_dir: Path) -> None:
    """Allocate all periods but the last, as the refresh of the month before."""
    _allocate(work_dir, BEFORE, PERIODS[-2], NOTHING_BEFORE)


def run_month_end(work_dir: Path) -> None:
    """Allocate the last period and take over the others."""
    _allocate(work_dir, MONTH_END, PERIODS[-1], IN_FORCE)


def count_at_month_end(work_dir: Path) -> TakenOver:
    """Count what the last run took over from the one before."""
    path = warehouse_of(work_dir, MONTH_END)
    with duckdb.connect(str(path), read_only=True) as connection:
        attach_previous(connection, warehouse_of(work_dir, BEFORE))
        return count_taken_over(connection, "warehouse")


def is_month_end_whole(work_dir: Path) -> bool:
    """Say whether what was taken over has the content of what is allocated."""
    hashes = set()
    for name in (WHOLE, MONTH_END):
        path = str(warehouse_of(work_dir, name))
        with duckdb.connect(path, read_only=True) as connection:
            hashes.add(read_content(connection, "warehouse", LEVELS).content_hash)
    return len(hashes) == 1


def warehouse_of(work_dir: Path, name: str) -> Path:
    """Return the path of a run's database; the compiled SQL calls it `warehouse`."""
    return work_dir / name / "warehouse.duckdb"


def _allocate(work_dir: Path, name: str, last_period: str, former: str) -> None:
    """Run the compiled models in the order dbt does; a driver is a view over lines."""
    os.chdir(work_dir)
    file = warehouse_of(work_dir, name)
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("set memory_limit = '6GB'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(INPUTS.format(last_period=last_period))
        connection.execute(former)
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
            model = path.rsplit("/", 1)[-1]
            schema = path.split("/")[1] if path.startswith("marts") else "intermediate"
            connection.execute(f"create {kind} {schema}.{model} as {sql}")
            seconds = time.perf_counter() - started
            print(json.dumps({"model": model, "seconds": round(seconds, 1)}))
        (wrong,) = connection.execute(
            "select count(*) filter (where variance_amount_base_ccy != 0)"
            " from finance.rpt_gl_reconciliation_by_cost_pool_month"
        ).fetchall()[0]
        if wrong:
            raise ValueError(f"{wrong} pools do not reconcile")
        connection.execute(
            f"""
            copy (
                select customer_id, fiscal_period, cost_pool_code,
                    (allocated_amount_base_ccy * 100)::bigint as cents
                from finance.rpt_cost_to_serve_by_customer_pool_month
            ) to '{name}.parquet'
            """
        )


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
