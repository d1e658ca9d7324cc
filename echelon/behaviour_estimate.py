"""Does the cost of each pool move with its driver as policy says it does?"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from echelon.costing.behaviour import (
    CostLine,
    Requirements,
    cost_line,
    doubts,
    high_low_slope,
    variable_ratio,
)
from echelon.costing.rounding import CENT, RATE, RATIO, rounded
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.policy import threshold
from echelon.release.reader import Row, open_database, read_rows
from echelon.release.store import release_in_force

ESTIMATED, EXPERT = "estimated", "expert split stays"
IN_FORCE = "policy_avoidable_ratio"
# A pool with several activities is counted in minutes, if each of them is.
PERIODS = """
    with activities as (
        select *, count(*) over pool = 1 as is_alone
        from core.fct_cost_activities
        where cost_pool_code = carried_by_pool_code and driver_code is not null
        window pool as (partition by entity_code, fiscal_period, cost_pool_code)
    ),
    quantities as (
        select
            entity_code, fiscal_period, cost_pool_code,
            string_agg(driver_code, ', ' order by driver_code) as driver,
            case
                when bool_and(is_alone) then any_value(driver_unit)
                when bool_and(driver_unit = 'minutes' or unit_minutes is not null)
                    then 'minutes'
            end as driver_unit,
            case
                when not bool_and(is_alone)
                    then string_agg(
                        coalesce(cast(unit_minutes as varchar), 'measured'), ', '
                        order by driver_code, activity_code
                    )
            end as minutes_of_units,
            cast(sum(total_driver_qty * case
                when is_alone or driver_unit = 'minutes' then 1 else unit_minutes
            end) * 0.000001 as decimal(28, 6)) as quantity
        from activities
        group by all
    )
    select
        pools.entity_code, pools.cost_pool_code, pools.fiscal_period,
        pools.behaviour, pools.avoidable_ratio, pools.step_qty,
        pools.pool_amount_base_ccy as cost, quantities.driver, quantities.driver_unit,
        quantities.minutes_of_units, quantities.quantity
    from core.fct_cost_pools as pools
    inner join finance.dim_fiscal_periods as periods using (entity_code, fiscal_period)
    inner join quantities using (entity_code, fiscal_period, cost_pool_code)
    where periods.is_closed and not periods.is_adjusting and pools.posting_count > 0
    order by all
"""


@dataclass(frozen=True)
class BehaviourEstimates:
    """What the periods of a release say of the behaviour of cost, pool by pool.

    Attributes:
        release_id: Release it was read from.
        minimum_periods: Least periods of an estimate, by policy.
        minimum_fit_ratio: Least share of variance explained, by policy.
        estimates: One row per entity and pool: line, policy beside it, verdict.
        policy_rows: What to change in ``policy_cost_pools``, by pool; of a pool only
            if it is estimated in each of its entities, as its rows must agree.
    """

    release_id: str
    minimum_periods: int
    minimum_fit_ratio: Decimal
    estimates: list[Row]
    policy_rows: list[Row]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def estimate_behaviour(data_dir: Path) -> BehaviourEstimates:
    """Regress the cost of each allocated pool on its driver over the closed periods.

    Args:
        data_dir: Directory of everything a run writes.

    Returns:
        The estimates from the release in force.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing has been published, its policy lacks
            a threshold, or no pool has both a cost and a driver in a closed period.
    """
    release = release_in_force(data_dir)
    required = Requirements(
        periods=int(threshold(release, "estimation_minimum_periods")),
        fit_ratio=threshold(release, "estimation_minimum_fit_ratio"),
    )
    with open_database(release.database) as connection:
        periods = read_rows(connection, PERIODS)
    if not periods:
        fault = Fault(
            code="nothing_to_estimate",
            message="no pool has both a cost and a driver in a closed period",
            hint="deliver gl__journal_lines of periods that have ended, and name a"
            " driver for each pool",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault)
    by_pool = groupby(periods, key=itemgetter("entity_code", "cost_pool_code"))
    estimates = [estimated(list(rows), required) for _, rows in by_pool]
    return BehaviourEstimates(
        release.release_id,
        required.periods,
        required.fit_ratio,
        estimates,
        policy_rows(estimates),
    )


def estimated(periods: list[Row], required: Requirements) -> Row:
    """Estimate the behaviour of one pool of one entity.

    Args:
        periods: Its periods in time order: cost, driver, its unit and quantity, the
            minutes of a unit where several activities are added, and what policy says.
        required: What an estimate must have.

    Returns:
        The line, what policy says beside it, and the verdict with its reasons.
    """
    last, counted = periods[-1], _since_last_change(periods)
    costs = [row["cost"] for row in counted]
    known = {
        "entity_code": last["entity_code"],
        "cost_pool_code": last["cost_pool_code"],
        "driver": last["driver"],
        "driver_unit": last["driver_unit"],
        "from_fiscal_period": counted[0]["fiscal_period"],
        "to_fiscal_period": last["fiscal_period"],
        "period_count": len(counted),
        "cost_amount_base_ccy": sum(costs, Decimal(0)),
        "policy_behaviour": last["behaviour"],
        IN_FORCE: last["avoidable_ratio"],
    }
    if last["driver_unit"] is None:
        quantities, line = [], None
        reasons = ["its activities are counted in different units"]
    else:
        quantities = [row["quantity"] for row in counted]
        line = cost_line(quantities, costs)
        reasons = doubts(quantities, costs, line, required)
    if last["step_qty"] is not None:
        reasons.append("it moves in whole steps and not along a line")
    return {
        **known,
        **_described(line, quantities, costs),
        "verdict": EXPERT if reasons else ESTIMATED,
        "reason": "; ".join(reasons) or None,
    }


def policy_rows(estimates: Iterable[Row]) -> list[Row]:
    """Say which avoidable ratio to write for the pools that are estimated throughout.

    Nothing is to be written where policy says the same.

    Args:
        estimates: Rows of `estimated`.

    Returns:
        By pool the part of its cost, over all entities, that moves with the driver.
    """
    rows = []
    in_pools = sorted(estimates, key=itemgetter("cost_pool_code"))
    for pool, found in groupby(in_pools, key=itemgetter("cost_pool_code")):
        parts = list(found)
        if any(part["verdict"] != ESTIMATED for part in parts):
            continue
        cost = sum(part["cost_amount_base_ccy"] for part in parts)
        variable = sum(
            part["variable_ratio"] * part["cost_amount_base_ccy"] for part in parts
        )
        ratio = (variable / cost).quantize(RATIO)
        in_force = max(parts, key=itemgetter("to_fiscal_period"))[IN_FORCE]
        if ratio != in_force:
            rows.append(
                {
                    "cost_pool_code": pool,
                    "avoidable_ratio": ratio,
                    "avoidable_ratio_in_force": in_force,
                }
            )
    return rows


def _since_last_change(periods: list[Row]) -> list[Row]:
    """Leave out the periods before the driver last changed: they count other things."""
    counted_as = itemgetter("driver", "driver_unit", "minutes_of_units")
    by_driver = groupby(periods, key=counted_as)
    *_, (_, last) = ((driver, list(rows)) for driver, rows in by_driver)
    return last


def _described(
    line: CostLine | None, quantities: Sequence[Decimal], costs: Sequence[Decimal]
) -> Row:
    """Describe the line in exact decimals, None where there is none."""
    share = variable_ratio(line, quantities, costs) if line else None
    return {
        "slope_base_ccy_per_unit": line and rounded(line.slope, RATE),
        "slope_standard_error": line and rounded(line.slope_error, RATE),
        "lag_periods": line and line.lag,
        "intercept_amount_base_ccy": line and rounded(line.intercept, CENT),
        "fit_ratio": line and rounded(line.fit_ratio, RATIO),
        "high_low_slope_base_ccy_per_unit": rounded(
            high_low_slope(quantities, costs), RATE
        ),
        "variable_ratio": rounded(share, RATIO),
    }
