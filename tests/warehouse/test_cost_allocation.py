"""Does the allocation SQL, as written, place every cent where integers say?"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

DBT_DIR = Path(__file__).parents[2] / "dbt_project"
MACROS = (
    "amount_to_cents",
    "carried_by",
    "cascade_share",
    "cents_to_amount",
    "driver_units",
    "fiscal_year",
)
UNITS = st.integers(min_value=-3, max_value=10**12)
CENTS = st.integers(min_value=-(10**11), max_value=10**11)


@dataclass(frozen=True)
class Case:
    """A pool in cents, its capacity (used, practical) and quantities by object key."""

    pool_cents: int
    used: int
    practical: int
    quantities: dict[int, int]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw pools of any sign with any capacity; key 0 is what has no customer."""
    keys = st.integers(min_value=0, max_value=500)
    return Case(
        pool_cents=draw(CENTS),
        used=draw(st.integers(min_value=0, max_value=10**9)),
        practical=draw(st.integers(min_value=0, max_value=10**9)),
        quantities=draw(st.dictionaries(keys, UNITS, max_size=40)),
    )


def rendered(path: str) -> str:
    """Render a model with its macros; every ref is a table of that name."""
    macros = "".join((DBT_DIR / "macros" / f"{m}.sql").read_text() for m in MACROS)
    model = (DBT_DIR / "models" / path).read_text()
    template = jinja2.Environment().from_string(macros + model)
    return template.render(ref=lambda name: name)


ACCUMULATED = rendered(
    "intermediate/cost_to_serve/int_activity_drivers_accumulated.sql"
)
TOTALS = rendered("intermediate/cost_to_serve/int_activity_drivers_totalled.sql")
CARRIED = rendered("marts/core/fct_carried_costs.sql")
NO_SERVICES = """
    select '' as ledger_code, '' as entity_code, '' as fiscal_period,
        '' as cost_pool_code, '' as carried_by_pool_code,
        0::decimal(18, 2) as amount_base_ccy
    limit 0
"""
NO_DIRECT_COSTS = """
    select '' as entity_code, '' as fiscal_period, '' as cost_pool_code,
        0::bigint as cost_object_key, '' as behaviour,
        0::decimal(18, 2) as allocated_amount_base_ccy
    limit 0
"""
ACTIVITIES = rendered("marts/core/fct_cost_activities.sql")
POOLS = rendered("marts/core/fct_cost_pools.sql")
EVENTS = rendered("marts/core/fct_activity_driver_events.sql")
COST_TO_SERVE = rendered("marts/core/fct_cost_to_serve.sql")


def allocate(case: Case, threads: int = 1, backwards: bool = False) -> dict[str, Any]:
    """Run the models in the order dbt does, on one pool of one entity and period."""
    with duckdb.connect() as warehouse:
        warehouse.execute(f"set threads = {threads}")
        load(warehouse, case, backwards)
        for name, sql in (
            ("int_activity_drivers_accumulated", ACCUMULATED),
            ("int_activity_drivers_totalled", TOTALS),
            ("int_cost_pools_aggregated", aggregated(case)),
            ("int_cost_activities_driven", driven(case)),
            ("stg_costing__service_charges", NO_SERVICES),
            ("fct_carried_costs", CARRIED),
            ("fct_direct_costs", NO_DIRECT_COSTS),
            ("fct_cost_activities", ACTIVITIES),
            ("fct_cost_pools", POOLS),
            ("fct_activity_driver_events", EVENTS),
            ("fct_cost_to_serve", COST_TO_SERVE),
        ):
            warehouse.execute(f"create table {name} as {sql}")
        pool = warehouse.execute(
            """
            select allocatable_amount_base_ccy, unused_capacity_amount_base_ccy,
                unallocated_amount_base_ccy
            from fct_cost_pools
            """
        ).fetchall()[0]
        rows = warehouse.execute(
            """
            select cost_object_key, allocated_amount_base_ccy
            from fct_cost_to_serve order by cost_object_key
            """
        ).fetchall()
    return {
        "allocatable": cents(pool[0]),
        "unused": cents(pool[1]),
        "unallocated": cents(pool[2]),
        "rows": {key: cents(amount) for key, amount in rows},
    }


def cents(amount: Decimal) -> int:
    """Count an amount in cents."""
    return int(amount.scaleb(2))


def load(
    warehouse: duckdb.DuckDBPyConnection, case: Case, backwards: bool = False
) -> None:
    """Write the quantities, in order of key or backwards."""
    warehouse.execute(
        """
        create table int_activity_drivers_unioned (entity_code varchar,
            fiscal_period varchar, driver_code varchar, cost_object_key bigint,
            driver_qty bigint);
        create table int_adjusting_periods_found (entity_code varchar,
            fiscal_period varchar);
        create table dim_cost_objects as
        select range as cost_object_key, 'C' || range as customer_id,
            'C' || range as cost_level_id,
            'O' as order_id, range as line_no, 'P' as product_id
        from range(501)
        """
    )
    for key, quantity in sorted(case.quantities.items(), reverse=backwards):
        warehouse.execute(
            "insert into int_activity_drivers_unioned values ('E1', 'P1', 'd', ?, ?)",
            [key, quantity],
        )


def aggregated(case: Case) -> str:
    """State the pool as int_cost_pools_aggregated would."""
    return f"""
        select 'general_ledger' as ledger_code, 'E1' as entity_code,
            'P1' as fiscal_period, 'pool' as cost_pool_code, 'Pool' as cost_pool_name,
            'allocate' as treatment, 'because' as reason, 'variable' as behaviour,
            null::decimal(18, 6) as avoidable_ratio,
            null::bigint as avoidability_months,
            1 as posting_count,
            ({case.pool_cents} * 0.01::decimal(3, 2))::decimal(18, 2)
                as pool_amount_base_ccy
    """


def driven(case: Case) -> str:
    """State the pool's one activity as int_cost_activities_driven would."""
    limiting = case.practical or "null"
    used = case.used if case.practical else "null"
    return f"""
        select 'general_ledger' as ledger_code, 'E1' as entity_code,
            'P1' as fiscal_period, 'pool' as cost_pool_code, 'act' as activity_code,
            'd' as driver_code, 'units' as driver_unit,
            null::varchar as capacity_worker_group,
            null::decimal(18, 6) as unit_minutes,
            null::decimal(18, 6) as standard_rate_base_ccy, null::bigint as share_qty,
            null::bigint as running_share_qty, 1 as activity_position,
            1 as driver_event_count, 0 as rejected_event_count,
            coalesce(max(total_driver_qty), 0) as total_driver_qty,
            coalesce(max(unattributed_driver_qty), 0) as unattributed_driver_qty,
            {limiting}::bigint as limiting_qty, {used}::bigint as used_capacity_qty,
            coalesce({used}::bigint, 0) as consumed_qty,
            coalesce({used}::bigint, 0) as running_consumed_qty
        from int_activity_drivers_totalled
    """


def share(cents: int, quantity: int, total: int) -> int:
    """Round a share up: odd cents go to whoever comes first."""
    return -(-cents * quantity // total)


def expected(case: Case) -> dict[str, Any]:
    """Allocate in plain integers: steps between two running shares rounded up."""
    sign = -1 if case.pool_cents < 0 else 1
    allocatable = abs(case.pool_cents)
    if case.practical:
        allocatable = share(allocatable, case.used, case.practical)
    total = sum(quantity for quantity in case.quantities.values() if quantity > 0)
    running, rows = 0, {}
    for key, quantity in sorted(case.quantities.items()):
        if quantity > 0:
            before = share(allocatable, running, total)
            running += quantity
            rows[key] = sign * (share(allocatable, running, total) - before)
    return {
        "allocatable": sign * allocatable,
        "unused": case.pool_cents - sign * allocatable,
        "unallocated": rows.pop(0, 0) if total else sign * allocatable,
        "rows": rows,
    }


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_allocation_equals_plain_integers(case: Case) -> None:
    assert allocate(case) == expected(case)


@settings(max_examples=30, deadline=None)
@given(case=cases())
def test_every_cent_of_a_pool_has_one_place(case: Case) -> None:
    result = allocate(case)
    allocated = sum(result["rows"].values())
    assert allocated + result["unused"] + result["unallocated"] == case.pool_cents


@settings(max_examples=30, deadline=None)
@given(case=cases())
def test_every_row_is_within_a_cent_of_its_exact_share(case: Case) -> None:
    result = allocate(case)
    total = sum(quantity for quantity in case.quantities.values() if quantity > 0)
    for key, allocated in result["rows"].items():
        exact = Fraction(result["allocatable"] * case.quantities[key], total)
        assert abs(allocated - exact) < 1


@settings(max_examples=15, deadline=None)
@given(case=cases())
def test_row_order_and_threads_change_nothing(case: Case) -> None:
    assert allocate(case) == allocate(case, threads=4, backwards=True)


@pytest.mark.parametrize(
    ("case", "rows"),
    [
        (Case(100, 0, 0, {1: 1, 2: 1, 3: 1}), {1: 34, 2: 33, 3: 33}),
        (Case(-1000, 0, 0, {1: 1, 2: 1, 3: 1}), {1: -334, 2: -333, 3: -333}),
        (Case(10_000, 0, 0, {1: 100, 2: 200, 3: 700}), {1: 1000, 2: 2000, 3: 7000}),
        (Case(5, 0, 0, {1: 70, 2: 30}), {1: 4, 2: 1}),
        (Case(5, 0, 0, {1: 30, 2: 70}), {1: 2, 2: 3}),
        (Case(800, 0, 0, {1: 1, 2: 1, 3: 1}), {1: 267, 2: 267, 3: 266}),
        (Case(800, 0, 0, {7: 5}), {7: 800}),
        (Case(800, 0, 0, {7: -5, 8: 1}), {8: 800}),
        (Case(800, 0, 0, {}), {}),
        (Case(10**10, 10**7, 1, {1: 1, 2: 3}), {1: 25 * 10**15, 2: 75 * 10**15}),
    ],
    ids=[
        "odd_cent",
        "credit_mirrors",
        "tenths_are_exact",
        "we_14_seventy_thirty",
        "we_14_thirty_seventy",
        "we_14_thirds",
        "one_customer",
        "negative_quantity_is_kept_out",
        "nothing_drives",
        "a_million_billion",
    ],
)
def test_rounding_of_cases_worked_by_hand(case: Case, rows: dict[int, int]) -> None:
    assert allocate(case)["rows"] == rows
