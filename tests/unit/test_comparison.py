"""Does a bridge lead from the old cost of each customer to the new one, to the cent?"""

import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echelon.comparison import CHANGES, NEW, OLD, compare_models
from echelon.errors import EchelonError, ExitCode

SCHEMA = """
    create schema core; create schema finance;
    create table core.fct_cost_pools (
        entity_code text, fiscal_period text, cost_pool_code text,
        pool_amount_base_ccy decimal(18, 2),
        unused_capacity_amount_base_ccy decimal(18, 2),
        sustaining_amount_base_ccy decimal(18, 2),
        excluded_amount_base_ccy decimal(18, 2),
        unallocated_amount_base_ccy decimal(18, 2),
        quarantined_amount_base_ccy decimal(18, 2));
    create table core.fct_carried_costs (
        entity_code text, fiscal_period text, cost_pool_code text,
        carried_by_pool_code text, carried_amount_base_ccy decimal(18, 2));
    create table finance.rpt_cost_to_serve_by_customer_pool_month (
        customer_id text, entity_code text, fiscal_period text, cost_pool_code text,
        carried_by_pool_code text, activity_code text,
        allocated_amount_base_ccy decimal(18, 2));
    create table core.dim_customers (customer_id text, customer_name text);
    insert into core.dim_customers values ('C1', 'One'), ('C2', 'Two');
    create table core.dim_customer_segments as
        select 'C1' as customer_id, 'S01' as segment_code, true as is_current;
"""


def release(path, pools, costs, period="2025-01"):
    """Write a release: amount of each pool, and cost by pool, carrier, activity."""
    carried = {}
    for (_, pool, carrier, _), amount in costs.items():
        carried[pool, carrier] = carried.get((pool, carrier), 0) + amount
    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA)
        for pool, amount in pools.items():
            used = sum(cents for (name, _), cents in carried.items() if name == pool)
            connection.execute(
                "insert into core.fct_cost_pools values ('E', ?, ?, ?, ?, 0, 0, 0, 0)",
                [period, pool, money(amount), money(amount - used)],
            )
            # The pool carries what no other pool does, used or not.
            carried[pool, pool] = carried.get((pool, pool), 0) + amount - used
        for (pool, carrier), amount in carried.items():
            connection.execute(
                "insert into core.fct_carried_costs values ('E', ?, ?, ?, ?)",
                [period, pool, carrier, money(amount)],
            )
        for (customer, pool, carrier, activity), amount in costs.items():
            connection.execute(
                "insert into finance.rpt_cost_to_serve_by_customer_pool_month"
                " values (?, 'E', ?, ?, ?, ?, ?)",
                [customer, period, pool, carrier, activity, money(amount)],
            )
    return path.stem, path


def money(cents):
    return Decimal(cents).scaleb(-2)


def test_each_step_puts_one_new_factor_in_place_of_the_old(tmp_path):
    """A pool of 100 costs 110, of which 11 are idle; 60 : 40 becomes 1 : 2."""
    old = release(
        tmp_path / "old.duckdb",
        {"pick": 100_00},
        {("C1", "pick", "pick", "a"): 60_00, ("C2", "pick", "pick", "a"): 40_00},
    )
    new = release(
        tmp_path / "new.duckdb",
        {"pick": 110_00},
        {("C1", "pick", "pick", "a"): 33_00, ("C2", "pick", "pick", "a"): 66_00},
    )
    found = compare_models(old, new)
    bridges = {
        row["customer_id"]: [float(row[name]) for name in (OLD, *CHANGES, NEW)]
        for row in found.customers
    }
    assert bridges == {
        "C1": [60, 6, 0, -6.6, -26.4, 33],
        "C2": [40, 4, 0, -4.4, 26.4, 66],
    }
    assert [row["segment_code"] for row in found.segments] == ["S01", "unassigned"]
    [pool] = found.pools
    assert pool["new_unused_capacity_amount_base_ccy"] == Decimal("11.00")


@pytest.mark.parametrize(
    ("new_key", "step"),
    [
        (("C2", "rent", "rent", "a"), "ledger"),
        (("C2", "pick", "pack", "a"), "services"),
        (("C2", "pick", "pick", "b"), "activities"),
        (("C2", "pick", "pick", "a"), "drivers"),
    ],
    ids=["pool", "carrier", "activity", "customer"],
)
def test_what_is_new_as_a_whole_counts_in_the_step_it_belongs_to(
    tmp_path, new_key, step
):
    old = release(
        tmp_path / "old.duckdb", {"pick": 100_00}, {("C1", "pick", "pick", "a"): 100_00}
    )
    new = release(tmp_path / "new.duckdb", {new_key[1]: 100_00}, {new_key: 100_00})
    found = compare_models(old, new)
    changes = {
        name: {row[f"{name}_change_amount_base_ccy"] for row in found.customers}
        for name in ("ledger", "services", "activities", "drivers")
    }
    assert [name for name, seen in changes.items() if seen != {0}] == [step]
    assert found.total[OLD] == found.total[NEW] == Decimal("100.00")


keys = st.tuples(
    st.sampled_from(["C1", "C2"]),
    st.sampled_from(["pick", "rent"]),
    st.sampled_from(["pick", "rent"]),
    st.sampled_from(["a", "b"]),
)
ledgers = st.tuples(
    st.fixed_dictionaries(
        {"pick": st.integers(-(10**9), 10**9), "rent": st.integers(0, 10**12)}
    ),
    st.dictionaries(keys, st.integers(-(10**8), 10**10), min_size=1),
)


@settings(max_examples=15)
@given(ledgers, ledgers)
def test_any_two_ledgers_have_a_bridge_without_a_gap(before, after):
    with tempfile.TemporaryDirectory() as name:
        old = release(Path(name) / "old.duckdb", *before)
        new = release(Path(name) / "new.duckdb", *after)
        found = compare_models(old, new)
    assert found.total[OLD] == money(sum(before[1].values()))
    assert found.total[NEW] == money(sum(after[1].values()))
    for row in (*found.customers, *found.segments, *found.pools):
        assert row[OLD] + sum(row[name] for name in CHANGES) == row[NEW]


def test_periods_without_cost_are_nothing_to_compare(tmp_path):
    old = release(
        tmp_path / "old.duckdb", {"pick": 1}, {("C1", "pick", "pick", "a"): 1}
    )
    with pytest.raises(EchelonError) as raised:
        compare_models(old, old, ("2030-01", "2030-12"))
    assert raised.value.exit_code == ExitCode.CONFIGURATION
