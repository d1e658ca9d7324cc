"""The allocation's models, rendered as dbt does and run on ledgers."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

import duckdb
import jinja2
import pandas as pd

from dagster_project.assets.costing import COLUMNS, charge_places
from tests.warehouse.ledger_tables import ledger_tables
from tests.warehouse.random_ledgers import Ledger

DBT_DIR = Path(__file__).parents[2] / "dbt_project"
COSTS = "intermediate/cost_to_serve"
BEFORE_SERVICES = (
    f"{COSTS}/int_cost_levels_enumerated",
    f"{COSTS}/int_cost_objects_enumerated",
    f"{COSTS}/int_order_lines_positioned",
    "intermediate/calendar/int_adjusting_periods_found",
    f"{COSTS}/int_ledger_lines_converted",
    f"{COSTS}/int_ledger_lines_mapped",
    f"{COSTS}/int_cost_pools_posted",
    f"{COSTS}/int_cost_pools_aggregated",
    f"{COSTS}/int_pool_services_chosen",
)
LEVEL_COSTS = (
    "marts/core/fct_level_costs",
    "marts/finance/rpt_cost_to_serve_by_cost_level_pool_month",
)
AFTER_SERVICES = (
    f"{COSTS}/int_activity_drivers_versioned",
    f"{COSTS}/int_activity_drivers_adjusted",
    f"{COSTS}/int_activity_drivers_totalled",
    f"{COSTS}/int_activity_drivers_accumulated",
    f"{COSTS}/int_capacity_minutes_chosen",
    f"{COSTS}/int_cost_activities_driven",
    f"{COSTS}/int_direct_postings_charged",
    "marts/core/dim_cost_objects",
    "marts/core/fct_carried_costs",
    "marts/core/fct_cost_activities",
    "marts/core/fct_direct_costs",
    "marts/core/fct_cost_pools",
    "marts/core/fct_activity_driver_events",
    "marts/core/fct_cost_to_serve",
    *LEVEL_COSTS,
    "marts/finance/rpt_cost_to_serve_by_customer_pool_month",
    "marts/finance/rpt_gl_reconciliation_by_cost_pool_month",
    "marts/finance/fct_ledger_lines",
    "marts/finance/fct_direct_postings",
    "marts/finance/fct_cost_destinations",
    "marts/finance/fct_cost_traces",
)
ACTIVITY = (
    "entity_code, fiscal_period, cost_pool_code, carried_by_pool_code, activity_code"
)
FORMER = (
    (
        "fct_cost_activities",
        f"{ACTIVITY}, allocation_fingerprint",
        "stg_refresh__previous_cost_activities",
    ),
    (
        "rpt_cost_to_serve_by_cost_level_pool_month",
        "*",
        "stg_refresh__previous_cost_levels",
    ),
)
# What the models read and no ledger needs is there, and empty.
INPUTS = """
    create schema intermediate;
    create table stg_gl__periods (entity_code varchar, fiscal_period varchar,
        starts_on_date date, ends_on_date date);
    create table intermediate.int_fiscal_days (entity_code varchar, calendar_date date,
        fiscal_period varchar);
    create table intermediate.int_charges_converted (source_system varchar,
        entity_code varchar, document_id varchar, line_no bigint,
        fiscal_period varchar, charged_date date, charge_type varchar,
        direction varchar, local_currency_code varchar,
        amount_local_ccy decimal(18, 4), base_ccy_per_local_ccy decimal(28, 12),
        order_id varchar, shipment_id varchar, customer_id varchar,
        amount_base_ccy decimal(18, 2));
    create table intermediate.int_freight_lines_weighted (shipment_id varchar,
        cost_object_key bigint, basis_qty bigint, running_basis_qty bigint,
        total_basis_qty bigint);
    create table policy_capacities (worker_group varchar, entity_code varchar,
        theoretical_minutes decimal(18, 4), practical_ratio decimal(18, 6),
        valid_from date);
    create table stg_refresh__previous_cost_activities (entity_code varchar,
        fiscal_period varchar, cost_pool_code varchar, carried_by_pool_code varchar,
        activity_code varchar, allocation_fingerprint varchar);
    create table stg_refresh__previous_cost_levels (customer_id varchar,
        cost_level_id varchar, entity_code varchar, fiscal_period varchar,
        cost_pool_code varchar, carried_by_pool_code varchar, activity_code varchar,
        behaviour varchar, driver_qty bigint, cost_object_count bigint,
        allocated_amount_base_ccy decimal(18, 2));
    create table stg_refresh__table_availability as
        select 'gl__journal_lines' as table_name, true as is_available;
    create table policy_settings as select unnest(
        ['flow_rate_type', 'service_allocation_method', 'service_step_order']
    ) as setting_name, unnest(['average', 'reciprocal', '']) as setting_value;
"""


@cache
def rendered(path: str) -> str:
    """Render a model with the project's macros; a ref is the table of its name."""
    files = [
        *sorted((DBT_DIR / "macros").glob("*.sql")),
        DBT_DIR / f"models/{path}.sql",
    ]
    source = "".join(file.read_text() for file in files)
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    return environment.from_string(source).render(ref=address)


def address(name: str) -> str:
    """Say where a table lies: the schema that the services are charged from."""
    return f"intermediate.{name}" if name.startswith("int_") else name


def run_models(
    ledgers: Iterable[Ledger],
    threads: int = 2,
    shuffled: int | None = None,
    former: duckdb.DuckDBPyConnection | None = None,
) -> duckdb.DuckDBPyConnection:
    """Run the models in the order dbt does, all ledgers at once.

    Args:
        ledgers: One entity each.
        threads: Threads of the database.
        shuffled: Seed of a row order of its own for every table that is read.
        former: The warehouse of the release in force, if there is one.

    Returns:
        The open warehouse.
    """
    warehouse = duckdb.connect()
    warehouse.execute(f"set threads = {threads}; set preserve_insertion_order = false")
    warehouse.execute(INPUTS)
    rng = None if shuffled is None else Random(shuffled)
    for name, table in ledger_tables(list(ledgers)).items():
        if rng is not None:
            rng.shuffle(table.rows)
        table.write(warehouse, address(name))
    if former is not None:
        _hand_over(former, warehouse)
    for path in BEFORE_SERVICES:
        _build(warehouse, path)
    _drive(warehouse)
    charges = pd.DataFrame(list(charge_places(warehouse)), columns=list(COLUMNS))
    charges = charges.astype(COLUMNS)
    warehouse.register("charges", charges)
    warehouse.execute(
        "create table stg_costing__service_charges as select * exclude (amount_cents),"
        " cast(amount_cents * 0.01::decimal(3, 2) as decimal(18, 2)) as amount_base_ccy"
        " from charges"
    )
    for path in AFTER_SERVICES:
        _build(warehouse, path)
    return warehouse


def _build(warehouse: duckdb.DuckDBPyConnection, path: str) -> None:
    name = address(path.rsplit("/", 1)[-1])
    warehouse.execute(f"create table {name} as {rendered(path)}")


def allocate_again(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Forget the release in force and allocate to cost levels once more."""
    for _, _, target in FORMER:
        warehouse.execute(f"truncate {target}")
    for path in LEVEL_COSTS:
        warehouse.execute(f"drop table {address(path.rsplit('/', 1)[-1])}")
        _build(warehouse, path)


def _hand_over(
    former: duckdb.DuckDBPyConnection, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Put what the release in force allocated where the models look for it."""
    for source, columns, target in FORMER:
        rows = former.execute(f"select {columns} from {source}").fetchall()
        places = ", ".join("?" * len(rows[0]))
        warehouse.executemany(f"insert into {target} values ({places})", rows)


def _drive(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Put quantities on cost objects by the keys that the models gave them."""
    warehouse.execute(
        """
        create table intermediate.int_activity_drivers_unioned as
        select quantities.entity_code, quantities.fiscal_period,
            quantities.driver_code,
            coalesce(objects.cost_object_key, 0) as cost_object_key,
            quantities.driver_qty
        from quantities
        left join intermediate.int_cost_objects_enumerated as objects
            on quantities.customer_id = objects.customer_id
            and quantities.order_id is not distinct from objects.order_id
            and quantities.line_no is not distinct from objects.line_no
        """
    )
