"""A cost as a straight line in its driver, by hand and by plain arithmetic."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echelon.costing.behaviour import (
    Requirements,
    cost_line,
    doubts,
    high_low_slope,
    variable_ratio,
)

# A hospital's maintenance cost by patient-days, seven months (Garrison, Noreen and
# Brewer, Managerial Accounting, cost behaviour): 0.80 a day by high-low, 0.759 a day
# and 3,431 a month by least squares, which explain 0.90 of the variance.
PATIENT_DAYS = [Decimal(n) for n in (5600, 7100, 5000, 6500, 7300, 8000, 6200)]
MAINTENANCE = [Decimal(n) for n in (7900, 8500, 7400, 8200, 9100, 9800, 7800)]
USUAL = Requirements(periods=12, fit_ratio=Decimal("0.5"))


def test_a_published_case_comes_out_by_least_squares_and_by_high_low():
    line = cost_line(PATIENT_DAYS, MAINTENANCE)
    assert (round(line.slope, 3), round(line.intercept)) == (0.759, 3431)
    assert round(line.fit_ratio, 2) == 0.90
    assert high_low_slope(PATIENT_DAYS, MAINTENANCE) == Fraction(4, 5)


def test_a_published_case_of_twelve_weeks_is_an_estimate():
    """Indirect labour of a weaver by machine-hours (Horngren, Datar and Rajan, Cost
    Accounting, cost behaviour): 300.98 a week and 10.31 an hour, 0.52 explained;
    14.92 an hour by high-low."""
    hours = list(map(Decimal, (68, 88, 62, 72, 60, 96, 78, 46, 82, 94, 68, 48)))
    labour = (1190, 1211, 1004, 917, 770, 1456, 1180, 710, 1316, 1032, 752, 963)
    costs = list(map(Decimal, labour))
    line = cost_line(hours, costs)
    assert (round(line.slope, 2), round(line.intercept, 2)) == (10.31, 300.98)
    assert round(line.fit_ratio, 2) == 0.52
    assert high_low_slope(hours, costs) == Fraction(746, 50)
    assert doubts(hours, costs, line, USUAL) == []


def test_seven_months_do_not_replace_what_experts_said():
    line = cost_line(PATIENT_DAYS, MAINTENANCE)
    said = doubts(PATIENT_DAYS, MAINTENANCE, line, USUAL)
    assert said == ["7 periods, 12 are needed"]
    assert doubts(PATIENT_DAYS * 2, MAINTENANCE * 2, line, USUAL) == []


def test_part_of_the_cost_that_moves_is_slope_times_quantity_over_cost():
    """0.7589 x 45,700 days of 58,700.00 are 0.5909."""
    line = cost_line(PATIENT_DAYS, MAINTENANCE)
    assert round(variable_ratio(line, PATIENT_DAYS, MAINTENANCE), 4) == 0.5909


def by_hand(quantities, costs, lag):
    """Newey and West's error of a slope, in sums over centred quantities."""
    count = len(quantities)
    mean = sum(quantities) / count
    centred = [float(quantity - mean) for quantity in quantities]
    squares = sum(x * x for x in centred)
    level = float(sum(costs)) / count
    slope = sum(x * float(c) for x, c in zip(centred, costs, strict=True)) / squares
    moved = [
        x * (float(c) - level - slope * x) for x, c in zip(centred, costs, strict=True)
    ]
    spread = sum(g * g for g in moved)
    for back in range(1, lag + 1):
        weight = 1 - back / (lag + 1)
        spread += (
            2 * weight * sum(moved[t] * moved[t - back] for t in range(back, count))
        )
    return math.sqrt(max(spread, 0) * count / (count - 2)) / squares


def test_standard_error_is_that_of_newey_and_west_with_small_sample_factor():
    line = cost_line(PATIENT_DAYS, MAINTENANCE)
    assert line.lag == 2  # 4 x 0.07 ^ (2/9) = 2.2
    expected = by_hand(PATIENT_DAYS, MAINTENANCE, lag=2)
    assert line.slope_error == pytest.approx(expected, rel=1e-9)


months = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(-(10**8), 10**8)),
    min_size=3,
    max_size=30,
)


@given(months, st.integers(0, 10**6))
def test_error_is_as_by_hand_and_a_busier_start_moves_only_the_intercept(rows, more):
    quantities = [Decimal(quantity) for quantity, _ in rows]
    costs = [Decimal(cost).scaleb(-2) for _, cost in rows]
    line = cost_line(quantities, costs)
    if len(set(quantities)) == 1 or len(set(costs)) == 1:
        assert line is None
        return
    size = float(max(map(abs, costs)))
    expected = by_hand(quantities, costs, line.lag)
    assert line.slope_error == pytest.approx(expected, rel=1e-6, abs=1e-9 * size)
    moved = cost_line([quantity + more for quantity in quantities], costs)
    assert moved.slope == pytest.approx(line.slope, rel=1e-9, abs=1e-12 * size)
    assert 0 <= line.fit_ratio + 1e-9 <= 1 + 2e-9


@given(
    st.lists(st.integers(0, 10**6), min_size=3, max_size=30).filter(
        lambda found: len(set(found)) > 1
    ),
    st.integers(1, 10**4),
    st.integers(0, 10**6),
)
def test_cost_that_is_a_line_gives_back_the_line(counts, cents, fixed):
    quantities = [Decimal(count) for count in counts]
    costs = [fixed + count * Decimal(cents).scaleb(-2) for count in counts]
    line = cost_line(quantities, costs)
    assert line.slope == pytest.approx(cents / 100, rel=1e-6)
    assert line.intercept == pytest.approx(fixed, abs=1e-4 * (1 + max(counts)))
    assert line.fit_ratio == pytest.approx(1)
    assert high_low_slope(quantities, costs) == Fraction(cents, 100)


TEN = Decimal(10)


@pytest.mark.parametrize(
    ("quantities", "costs", "said"),
    [
        ([1] * 12, range(12), ["the driver does not vary"]),
        (range(12), [5] * 12, ["the cost does not vary"]),
        (range(12), range(12, 0, -1), ["cost does not rise with the driver"]),
        (
            range(12),
            [1, 2] * 6,
            ["the line explains 0.02 of the variance, 0.5 is needed"],
        ),
        (
            range(12),
            range(-12, 0),
            ["the costs do not add up to more than nothing"],
        ),
        ([1, 2], [3, 4], ["2 periods, 12 are needed"]),
    ],
    ids=["same_driver", "same_cost", "falling", "scattered", "credit", "two_points"],
)
def test_why_an_expert_split_stays_is_said_in_words(quantities, costs, said):
    quantities, costs = list(map(Decimal, quantities)), list(map(Decimal, costs))
    line = cost_line(quantities, costs)
    assert doubts(quantities, costs, line, USUAL) == said


def test_two_periods_are_no_line_whatever_policy_asks_for():
    two = [TEN, TEN + 1]
    asked = Requirements(periods=1, fit_ratio=Decimal(0))
    line = cost_line(two, two)
    assert doubts(two, two, line, asked) == ["2 periods, 3 are needed"]


def test_no_part_of_a_cost_is_below_nothing_or_above_all():
    falling = cost_line([TEN, TEN + 1, TEN + 2], [TEN, TEN - 1, TEN - 2])
    assert variable_ratio(falling, [TEN], [TEN]) == 0
    steep = cost_line([TEN, TEN + 1, TEN + 2], [TEN, TEN + 9, TEN + 18])
    assert variable_ratio(steep, [TEN], [TEN]) == 1
    assert variable_ratio(steep, [TEN], [-TEN]) is None
