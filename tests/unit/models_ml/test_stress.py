import pandas as pd
import pytest
from line_model import customers_at, line_model

from models_ml.assignment import AssignmentPolicy, assign_customers
from models_ml.guards import Guard
from models_ml.hysteresis import Damping
from models_ml.standings import PreviousSegmentation, standings
from models_ml.stress import (
    Scenario,
    Shock,
    scenarios_of,
    shocked,
    stressed_assignments,
)

AT_ONCE = Damping(streak_count=1, dwell_days=0, move_cap_count=99)
POLICY = AssignmentPolicy(damping=AT_ONCE, rank_attribute="x")
KEEP_C02 = Guard(
    guard_id="key_account",
    fact="is_strategic",
    least_value=1,
    action="no_downgrade",
    attribute=None,
    attribute_least_value=None,
    reason="key account",
    valid_to="2099-01-01",
)
EVERYBODY = frozenset({"C01", "C02", "C03"})


def under(scenario, policy=POLICY):
    """C01 at 0 (S01), C02 and C03 at 10 (S02) of x."""
    frame = customers_at(0, 10, 10)
    model = line_model()
    known = standings(frame, PreviousSegmentation({}, frame[["customer_id"]]))
    today = assign_customers(frame, model, known, policy).customers
    return stressed_assignments(frame, today, model, policy, [scenario])


def test_halved_values_move_who_comes_nearer_to_the_lower_segment():
    # 10 * 0.3 = 3: nearer to 0 than to 10. C01 stays at 0.
    rows = under(Scenario("slump", (Shock("x", 0.3, 0),), EVERYBODY))
    assert rows["from_segment_code"].tolist() == ["S01", "S02", "S02"]
    assert rows["to_segment_code"].tolist() == ["S01", "S01", "S01"]
    assert rows["is_wanted_elsewhere"].tolist() == [False, True, True]


def test_only_who_is_in_scope_is_hit():
    rows = under(Scenario("local", (Shock("x", 0.3, 0),), frozenset({"C03"})))
    assert rows["customer_id"].tolist() == ["C03"]
    assert under(Scenario("nowhere", (Shock("x", 0, 0),), frozenset())).empty


def test_guard_that_would_act_is_named():
    facts = pd.DataFrame({"customer_id": sorted(EVERYBODY), "is_strategic": [0, 1, 0]})
    guarded = AssignmentPolicy(AT_ONCE, "x", (KEEP_C02,), facts)
    rows = under(Scenario("slump", (Shock("x", 0.3, 0),), EVERYBODY), guarded)
    held = rows.set_index("customer_id").loc["C02"]
    assert (held["wanted_segment_code"], held["to_segment_code"]) == ("S01", "S02")
    assert (held["assigned_by"], held["decider_id"]) == ("guard", "key_account")


def test_scenario_that_changes_nothing_moves_nobody():
    rows = under(Scenario("calm", (Shock("x", 1, 0),), EVERYBODY))
    assert not rows["is_wanted_elsewhere"].any()
    assert (rows["from_segment_code"] == rows["to_segment_code"]).all()


def test_ratios_stay_between_nothing_and_all():
    frame = pd.DataFrame(
        {
            "rush_order_ratio": [0.5, 0.95, None],
            "order_count": [1.0, 2.0, 3.0],
            "sales_amount_base_ccy": [1.0, 2.0, 3.0],
        }
    )
    after = shocked(
        frame,
        [
            Shock("rush_order_ratio", 1, 0.2),
            Shock("order_count", 1, -2),
            Shock("sales_amount_base_ccy", 0.5, -1),
        ],
    )
    assert after["rush_order_ratio"].tolist()[:2] == [0.7, 1.0]
    assert after["rush_order_ratio"].isna().tolist() == [False, False, True]
    assert after["order_count"].tolist() == [0, 0, 1]
    assert after["sales_amount_base_ccy"].tolist() == [-0.5, 0, 0.5]


def test_unknown_attribute_is_refused_by_name():
    with pytest.raises(ValueError, match=r"changes weather, .* policy_stress_scen"):
        shocked(customers_at(1), [Shock("weather", 2, 0)])


def test_scenarios_are_put_together_in_the_order_of_their_ids():
    rows = pd.DataFrame(
        [("b", "x", 2, 0), ("a", "x", 1, 1), ("b", "y", 3, 0)],
        columns=["scenario_id", "attribute", "factor", "added_value"],
    )
    first, second = scenarios_of(rows, {"b": frozenset({"C1"})})
    assert (first.scenario_id, first.customer_ids) == ("a", frozenset())
    assert second.shocks == (Shock("x", 2, 0), Shock("y", 3, 0))
