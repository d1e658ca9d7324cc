"""Pools of a few periods, estimated and compared with policy."""

from decimal import Decimal

import pytest

from echelon.behaviour_estimate import estimated, policy_rows
from echelon.costing.behaviour import Requirements

THREE = Requirements(periods=3, fit_ratio=Decimal("0.5"))


def periods(quantities, costs, **columns):
    return [
        {
            "entity_code": "E1",
            "cost_pool_code": "picking",
            "fiscal_period": f"2025-{month:02}",
            "behaviour": "variable",
            "avoidable_ratio": Decimal("1.000000"),
            "cost": Decimal(cost),
            "driver": "pick_minutes",
            "driver_unit": "minutes",
            "minutes_of_units": None,
            "step_qty": None,
            "quantity": Decimal(quantity),
            **columns,
        }
        for month, (quantity, cost) in enumerate(
            zip(quantities, costs, strict=True), start=1
        )
    ]


def test_a_line_is_written_in_exact_decimals_beside_the_policy():
    """60.00 a period and 2.00 a minute: 60 of 240.00 move."""
    row = estimated(periods([5, 10, 15], [70, 80, 90]), THREE)
    assert (row["verdict"], row["reason"]) == ("estimated", None)
    assert {
        name: str(row[name]) for name in row if "ratio" in name or "_ccy" in name
    } == {
        "cost_amount_base_ccy": "240",
        "policy_avoidable_ratio": "1.000000",
        "slope_base_ccy_per_unit": "2.000000",
        "intercept_amount_base_ccy": "60.00",
        "fit_ratio": "1.0000",
        "high_low_slope_base_ccy_per_unit": "2.000000",
        "variable_ratio": "0.2500",
    }
    assert row["slope_standard_error"] == 0


def test_periods_before_the_driver_changed_are_left_out():
    former = periods([1, 2], [9, 9], driver="order_count", driver_unit="orders")
    row = estimated(former + periods([5, 10, 15], [70, 80, 90]), THREE)
    assert (row["period_count"], row["from_fiscal_period"]) == (3, "2025-01")
    assert row["slope_base_ccy_per_unit"] == 2


def test_periods_before_the_minutes_of_a_unit_changed_are_left_out():
    """Ten orders were 100 minutes by 10 each and are 200 by 20: not more work."""
    former = periods([100, 110], [70, 80], minutes_of_units="10, 5")
    row = estimated(former + periods([200, 220, 240], [70, 80, 90]), THREE)
    assert row["period_count"] == 3
    assert str(row["slope_base_ccy_per_unit"]) == "0.500000"


def test_cost_in_whole_steps_is_judged_by_no_line():
    """By the line 4,500 units at 1.00 are 0.75 of 6,000.00; but of a clerk of
    1,000.00 whom nobody needs any more 1.00 goes."""
    steps = periods([500, 1500, 2500], [1000, 2000, 3000], step_qty=Decimal(1000))
    row = estimated(steps, THREE)
    assert (row["verdict"], str(row["variable_ratio"])) == (
        "expert split stays",
        "0.7500",
    )
    assert row["reason"] == "it moves in whole steps and not along a line"
    assert policy_rows([row]) == []


def test_activities_in_different_units_have_no_line():
    rows = periods([1, 2, 3], [1, 2, 3], driver_unit=None, quantity=None)
    row = estimated(rows, THREE)
    assert row["verdict"] == "expert split stays"
    assert row["reason"] == "its activities are counted in different units"
    assert row["slope_base_ccy_per_unit"] is None


def entity(name, ratio, cost, verdict="estimated", **columns):
    return {
        "entity_code": name,
        "cost_pool_code": "picking",
        "cost_amount_base_ccy": Decimal(cost),
        "variable_ratio": Decimal(ratio),
        "policy_avoidable_ratio": Decimal(1),
        "to_fiscal_period": "2025-12",
        "verdict": verdict,
        **columns,
    }


@pytest.mark.parametrize(
    ("second", "written"),
    [
        (entity("E2", "0.5", 100), ["0.8000"]),
        (entity("E2", "0.5", 100, "expert split stays"), []),
    ],
    ids=["weighed_by_cost", "not_known_of_all"],
)
def test_a_pool_has_one_ratio_for_all_its_entities(second, written):
    """300.00 of which 0.9 and 100.00 of which 0.5 are 320.00 of 400.00."""
    rows = policy_rows([entity("E1", "0.9", 300), second])
    assert [str(row["avoidable_ratio"]) for row in rows] == written


def test_nothing_is_to_be_written_where_policy_says_the_same():
    assert policy_rows([entity("E1", "1.0000", 300)]) == []


def test_the_policy_compared_with_is_that_of_the_latest_period():
    """An entity that ended in 2024 knew 0.2000; since then policy says 1.0000."""
    former = {"policy_avoidable_ratio": Decimal("0.2"), "to_fiscal_period": "2024-06"}
    parts = [entity("E1", "0.2", 300, **former), entity("E2", "0.2", 100)]
    (row,) = policy_rows(parts)
    assert (row["avoidable_ratio"], row["avoidable_ratio_in_force"]) == (
        Decimal("0.2"),
        1,
    )
