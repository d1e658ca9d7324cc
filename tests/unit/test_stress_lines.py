from decimal import Decimal

from echelon.cli_stress import stress_lines

SCENARIO = {
    "scenario_id": "slump",
    "description": "Demand falls by half",
    "customer_count": 4,
    "moved_customer_count": 2,
    "held_customer_count": 1,
    "moved_ratio": 0.4,
    "is_within_churn_limit": False,
    "net_sales_change_amount_base_ccy": Decimal("-1500.00"),
    "move_cost_amount_base_ccy": Decimal("100.00"),
    "holding_cost_amount_base_ccy": None,
}
MOVE = {
    "scenario_id": "slump",
    "from_segment_code": "S01",
    "wanted_segment_code": "S02",
    "to_segment_code": "S02",
    "decider_code": "model",
    "customer_count": 2,
}


def test_a_scenario_says_who_moves_what_holds_and_what_it_costs():
    held = {**MOVE, "to_segment_code": "S01", "decider_code": "key_account"}
    assert stress_lines(SCENARIO, [MOVE, held]) == [
        "slump: Demand falls by half",
        "  hits 4 customers; 2 would move (40.0% of all, BEYOND the churn limit), "
        "1 be held",
        "  net sales a year -1,500.00, cost to serve +100.00 by moving, unknown by "
        "holding",
        "       2  S01 to S02, decided by model",
        "       2  S01 to S01 (the model wants S02), decided by key_account",
    ]
