"""What the sample company's months say of its policy, by the commands."""

from decimal import Decimal

import pytest

from tests.refresh.conftest import last_json


def run(released, command):
    completed = released[0].run(command, "--json")
    assert completed.returncode == 0, completed.stderr
    return last_json(completed)


@pytest.fixture(scope="module")
def behaviour(tiny_released):
    return run(tiny_released, "estimate-behaviour")


@pytest.fixture(scope="module")
def times(tiny_released):
    return run(tiny_released, "calibrate-times")


def test_cost_that_follows_its_driver_is_estimated(behaviour):
    """The company pays 11.00 for each returned line, and carriers what they charge."""
    rows = {
        (row["entity_code"], row["cost_pool_code"]): row
        for row in behaviour["estimates"]
    }
    for pool, rate in (("returns_handling", 11), ("freight", 1)):
        row = rows["DE01", pool]
        assert row["verdict"] == "estimated"
        assert Decimal(row["slope_base_ccy_per_unit"]) == pytest.approx(rate, rel=0.1)
        assert Decimal(row["variable_ratio"]) > Decimal("0.99")
    written = {row["cost_pool_code"] for row in behaviour["policy_rows"]}
    assert {"freight", "storage"} <= written
    assert "customer_service" not in written  # all of it moves, as policy says


def test_crews_that_are_paid_whether_they_pick_or_not_keep_the_experts_split(behaviour):
    rows = [r for r in behaviour["estimates"] if r["cost_pool_code"] == "packing"]
    assert {row["verdict"] for row in rows} == {"expert split stays"}
    assert all("of the variance" in row["reason"] for row in rows)
    assert "packing" not in {row["cost_pool_code"] for row in behaviour["policy_rows"]}


def test_the_minutes_the_company_works_by_are_found_back(times):
    """5 an order, 10 more if rush, 6 if by hand, 3 a line, 4 a change, to 3 errors."""
    assert times["verdict"] == "calibrated"
    assert Decimal(times["fit_ratio"]) > Decimal("0.99")
    terms = {row["term"]: row for row in times["terms"]}
    for term, minutes in {
        "per_order": 5,
        "per_rush_order": 10,
        "per_manual_order": 6,
        "per_line": 3,
        "per_change": 4,
    }.items():
        error = Decimal(terms[term]["standard_error_minutes"])
        assert abs(Decimal(terms[term]["fitted_minutes"]) - minutes) < 3 * error
        assert error < 1
    assert terms["per_new_customer"]["standard_minutes"] is None


def test_standard_minutes_are_the_counts_times_the_standards(tiny_released):
    (difference,) = tiny_released[0].query(
        """
        select sum(abs(
            5 * order_count + 10 * rush_order_count + 6 * manual_order_count
            + 3 * order_line_count + 4 * change_count - standard_minutes
        ))
        from finance.rpt_order_handling_minutes_by_entity_month
        """
    )[0]
    assert difference == 0


@pytest.mark.parametrize("command", ["estimate-behaviour", "calibrate-times"])
def test_people_read_the_same_as_a_table(tiny_released, command):
    completed = tiny_released[0].run(command)
    assert completed.returncode == 0
    assert "policy_" in completed.stdout
