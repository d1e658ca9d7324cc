"""Which customers cost more or less under another cost model, and why?

Two published databases are set side by side and every change of a customer's cost is
led from the old amount to the new one in four steps that leave nothing over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.quoting import quote_text
from echelon.release.reader import Row, read_rows, reading

STEPS = ("ledger", "services", "activities", "drivers")
CHANGES = tuple(f"{step}_change_amount_base_ccy" for step in STEPS)
OLD, NEW = "old_amount_base_ccy", "new_amount_base_ccy"
PARTS = (
    "unused_capacity", "sustaining", "excluded", "unallocated",
    "quarantined",
)  # fmt: skip

POOL = "entity_code, fiscal_period, cost_pool_code"
ACTIVITY = f"{POOL}, carried_by_pool_code, activity_code"
IN_TIME = "where fiscal_period between $first_period and $last_period"
# The amount is pool x share carried x share of the activity x share of the customer.
# Each step puts one new factor in place of the old; of what the old model does not have
# at all the new factors stand, so that it counts in the step in which it appears.
BRIDGE = f"""
create temp table bridge as
with costs as (
    select coalesce(old_costs.customer_id, new_costs.customer_id) as customer_id,
        {ACTIVITY},
        coalesce(old_costs.amount, 0) as old_amount,
        coalesce(new_costs.amount, 0) as new_amount
    from old_costs full outer join new_costs using (customer_id, {ACTIVITY})
),
factors as (
    select costs.*,
        coalesce(coalesce(old_carried.amount, 0) / nullif(old_pools.amount, 0),
            new_carried.amount / nullif(new_pools.amount, 0), 0) as carried_share,
        coalesce(coalesce(old_activities.amount, 0) / nullif(old_carried.amount, 0),
            new_activities.amount / nullif(new_carried.amount, 0), 0)
            as activity_share,
        coalesce(old_amount / nullif(old_activities.amount, 0),
            new_amount / nullif(new_activities.amount, 0), 0) as customer_share,
        coalesce(new_pools.amount, 0) as new_pool,
        coalesce(new_carried.amount, 0) as new_carried,
        coalesce(new_activities.amount, 0) as new_activity
    from costs
    left join old_pools using ({POOL})
    left join new_pools using ({POOL})
    left join old_carried using ({POOL}, carried_by_pool_code)
    left join new_carried using ({POOL}, carried_by_pool_code)
    left join old_activities using ({ACTIVITY})
    left join new_activities using ({ACTIVITY})
),
steps as (
    select *,
        cast(round(new_pool * carried_share * activity_share * customer_share, 2)
            as decimal(38, 2)) as ledger_step,
        cast(round(new_carried * activity_share * customer_share, 2)
            as decimal(38, 2)) as services_step,
        cast(round(new_activity * customer_share, 2) as decimal(38, 2))
            as activities_step
    from factors
)
select customer_id, {ACTIVITY},
    old_amount as {OLD},
    ledger_step - old_amount as {CHANGES[0]},
    services_step - ledger_step as {CHANGES[1]},
    activities_step - services_step as {CHANGES[2]},
    new_amount - activities_step as {CHANGES[3]},
    new_amount as {NEW}
from steps
"""


@dataclass(frozen=True)
class Comparison:
    """The cost of the same periods under two models.

    Attributes:
        old: What the old model is called.
        new: What the new model is called.
        total: Old amount, change by step, new amount, over all customers.
        pools: The same by cost pool, and what went to no customer.
        segments: The same by the customer's segment in the old release.
        customers: The same by customer, the largest change first.
    """

    old: str
    new: str
    total: Row
    pools: list[Row]
    segments: list[Row]
    customers: list[Row]

    def to_dict(self) -> Row:
        """Return plain values for JSON."""
        return {
            "old": self.old,
            "new": self.new,
            "total": self.total,
            "pools": self.pools,
            "segments": self.segments,
            "customers": self.customers,
        }


def compare_models(
    old: tuple[str, Path],
    new: tuple[str, Path],
    periods: tuple[str, str] = ("", "9999"),
) -> Comparison:
    """Lead the cost of every customer from one model to another, to the cent.

    Args:
        old: Name and published database of the old model.
        new: Name and published database of the new model.
        periods: First and last fiscal period compared.

    Returns:
        The bridge, added up by pool, segment and customer.

    Raises:
        EchelonError: CONFIGURATION if neither model has cost in these periods,
            INTEGRITY if a bridge does not lead from the old cost to the new one.
    """
    bounds = {"first_period": periods[0], "last_period": periods[1]}
    with duckdb.connect(config={"autoload_known_extensions": "false"}) as connection:
        for name, (_, path) in (("old", old), ("new", new)):
            source = quote_text(str(path.resolve()))
            with reading(path):
                connection.execute(f"attach {source} as {name}_release (read_only)")
        connection.execute("set enable_external_access = false")
        for name, (_, path) in (("old", old), ("new", new)):
            with reading(path):
                _read_model(connection, name, bounds)
        connection.execute(BRIDGE)
        customers = _added_up(connection, "customer_id, customer_name, segment_code")
        customers.sort(key=lambda row: (-abs(row[NEW] - row[OLD]), row["customer_id"]))
        comparison = Comparison(
            old=old[0],
            new=new[0],
            total=_added_up(connection, "")[0],
            pools=_with_parts(connection, _added_up(connection, "cost_pool_code")),
            segments=_added_up(connection, "segment_code"),
            customers=customers,
        )
    _prove(comparison)
    return comparison


def _read_model(
    connection: duckdb.DuckDBPyConnection, name: str, bounds: dict[str, str]
) -> None:
    """Read pools, who carries them, activities and customers of one model."""
    tables = {
        "costs": ("finance.rpt_cost_to_serve_by_customer_pool_month",
                  f"customer_id, {ACTIVITY}", "allocated_amount_base_ccy"),
        "activities": ("finance.rpt_cost_to_serve_by_customer_pool_month", ACTIVITY,
                       "allocated_amount_base_ccy"),
        "carried": ("core.fct_carried_costs", f"{POOL}, carried_by_pool_code",
                    "carried_amount_base_ccy"),
        "pools": ("core.fct_cost_pools", POOL, "pool_amount_base_ccy"),
    }  # fmt: skip
    for table, (relation, key, amount) in tables.items():
        connection.execute(
            f"create temp table {name}_{table} as select {key},"
            f" cast(sum({amount}) as decimal(38, 2)) as amount"
            f" from {name}_release.{relation} {IN_TIME} group by all",
            bounds,
        )
    parts = ", ".join(
        f"cast(sum({part}_amount_base_ccy) as decimal(38, 2)) as {part}"
        for part in PARTS
    )
    connection.execute(
        f"create temp table {name}_parts as select cost_pool_code, {parts}"
        f" from {name}_release.core.fct_cost_pools {IN_TIME} group by all",
        bounds,
    )


def _added_up(connection: duckdb.DuckDBPyConnection, key: str) -> list[Row]:
    """Add up the bridge by a key; who is in both releases keeps the old segment."""
    sums = ", ".join(
        f"cast(coalesce(sum({name}), 0) as decimal(38, 2)) as {name}"
        for name in (OLD, *CHANGES, NEW)
    )
    return read_rows(
        connection,
        f"""
        with segments as (
            select customer_id, segment_code from old_release.core.dim_customer_segments
            where is_current
        ),
        customers as (
            select customer_id, min(customer_name) as customer_name from (
                select customer_id, customer_name from old_release.core.dim_customers
                union all
                select customer_id, customer_name from new_release.core.dim_customers
            ) group by customer_id
        ),
        named as (
            select bridge.*, customer_name,
                coalesce(segment_code, 'unassigned') as segment_code
            from bridge
            left join customers using (customer_id)
            left join segments using (customer_id)
        )
        select {key + "," if key else ""} {sums} from named group by all order by all
        """,
        {},
    )


def _with_parts(
    connection: duckdb.DuckDBPyConnection, pools: Sequence[Row]
) -> list[Row]:
    """Add to each pool what went to no customer, under both models."""
    selected = ", ".join(
        f"coalesce({side}_parts.{part}, 0) as {side}_{part}_amount_base_ccy"
        for part in PARTS
        for side in ("old", "new")
    )
    found = read_rows(
        connection,
        f"select cost_pool_code, {selected} from old_parts"
        " full outer join new_parts using (cost_pool_code) order by all",
        {},
    )
    nothing = {name: Decimal("0.00") for name in (OLD, *CHANGES, NEW)}
    bridged = {row["cost_pool_code"]: row for row in pools}
    return [
        {**nothing, **bridged.get(row["cost_pool_code"], {}), **row} for row in found
    ]


def _prove(comparison: Comparison) -> None:
    """Check every bridge, and that pools, segments and customers are the same sum."""
    if not comparison.customers:
        fault = Fault(
            code="nothing_to_compare",
            message="no customer bears cost in these periods under either model",
            hint="widen --from and --to",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault)
    for rows in (comparison.pools, comparison.segments, comparison.customers):
        sums = {n: sum(row[n] for row in rows) for n in (OLD, *CHANGES, NEW)}
        broken = [r for r in rows if r[OLD] + sum(r[n] for n in CHANGES) != r[NEW]]
        if broken or sums != comparison.total:
            raise EchelonError(
                ExitCode.INTEGRITY,
                Fault(
                    code="bridge_broken",
                    message=f"the bridge from {comparison.old} to {comparison.new}"
                    " does not add up",
                    rule="old amounts and changes are the new amounts, to the cent",
                    hint="`echelon verify` both releases",
                ),
            )
