"""The command that says what stress would do to the segments."""

from decimal import Decimal
from typing import Any

from echelon.cli_options import AsJson, print_json
from echelon.config import load_settings

SCENARIOS = """
    select * from governance.rpt_stress_scenarios order by scenario_id
"""
MOVES = """
    select * from governance.rpt_stress_moves
    where from_segment_code <> to_segment_code
        or wanted_segment_code <> to_segment_code
    order by scenario_id, customer_count desc, from_segment_code, wanted_segment_code,
        to_segment_code, decider_code
"""


def stress(as_json: AsJson = False) -> None:
    """Say who would move under each stress scenario, what acts and what it costs."""
    from echelon.release.reader import read_rows
    from echelon.release.store import open_release

    with open_release(load_settings().data_dir) as connection:
        scenarios, moves = (
            read_rows(connection, SCENARIOS),
            read_rows(connection, MOVES),
        )
    if as_json:
        print_json({"scenarios": scenarios, "moves": moves})
        return
    for scenario in scenarios:
        own = [m for m in moves if m["scenario_id"] == scenario["scenario_id"]]
        for line in stress_lines(scenario, own):
            print(line)


def stress_lines(scenario: dict[str, Any], moves: list[dict[str, Any]]) -> list[str]:
    """Put one scenario into lines a steering committee can read."""
    verdict = "within" if scenario["is_within_churn_limit"] else "BEYOND"
    lines = [
        f"{scenario['scenario_id']}: {scenario['description']}",
        f"  hits {scenario['customer_count']:,} customers; "
        f"{scenario['moved_customer_count']:,} would move "
        f"({scenario['moved_ratio']:.1%} of all, {verdict} the churn limit), "
        f"{scenario['held_customer_count']:,} be held",
        f"  net sales a year {_signed(scenario['net_sales_change_amount_base_ccy'])}, "
        f"cost to serve {_signed(scenario['move_cost_amount_base_ccy'])} by moving, "
        f"{_signed(scenario['holding_cost_amount_base_ccy'])} by holding",
    ]
    lines += [
        f"  {move['customer_count']:>6,}  {move['from_segment_code']} to "
        f"{move['to_segment_code']}"
        + (
            ""
            if move["wanted_segment_code"] == move["to_segment_code"]
            else f" (the model wants {move['wanted_segment_code']})"
        )
        + f", decided by {move['decider_code']}"
        for move in moves
    ]
    return lines


def _signed(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"{amount:+,.2f}"
