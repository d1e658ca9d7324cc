"""Minutes per count found back from what was measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from echelon.costing.time_equations import dependent_terms, fit_times

# Kaplan and Anderson, Time-Driven Activity-Based Costing (2007): an order takes 5
# minutes, 3 a line, 15 more for a new customer, 10 more if it is rush.
MINUTES = np.array([5.0, 3.0, 15.0, 10.0])
ORDERS_LINES_NEW_RUSH = np.array(
    [
        [100.0, 300.0, 4.0, 10.0],
        [120.0, 340.0, 1.0, 20.0],
        [90.0, 310.0, 9.0, 5.0],
        [110.0, 290.0, 3.0, 2.0],
        [130.0, 400.0, 0.0, 25.0],
    ]
)


def test_a_published_equation_is_found_back_from_its_minutes():
    counts = ORDERS_LINES_NEW_RUSH
    fit = fit_times(counts, counts @ MINUTES)
    assert fit.minutes == pytest.approx(MINUTES)
    assert not any(fit.is_held)
    assert fit.fit_ratio == pytest.approx(1)
    assert fit.residual_ratio == pytest.approx(0, abs=1e-9)


def test_one_term_by_hand():
    """4 and 6 minutes for one order each: 5 an order, 1 off each time."""
    fit = fit_times(np.array([[1.0], [1.0]]), np.array([4.0, 6.0]))
    assert fit.minutes == pytest.approx([5])
    # Residuals of 1 and 1 over one degree of freedom: 2; over two orders: 1.
    assert fit.errors == pytest.approx([1])
    assert fit.fit_ratio == pytest.approx(0)
    assert fit.residual_ratio == pytest.approx(0.2)


def test_a_term_that_would_take_less_than_no_time_is_held_at_nothing():
    """Each change saves a minute: 10 an order at best is 9.5 without it."""
    fit = fit_times(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([10.0, 9.0]))
    assert fit.minutes == pytest.approx([9.5, 0])
    assert fit.is_held == [False, True]
    assert fit.errors == pytest.approx([0.5, None])


def test_nothing_is_said_of_a_variance_that_is_none():
    fit = fit_times(np.array([[1.0], [1.0]]), np.array([0.0, 0.0]))
    assert (fit.fit_ratio, fit.residual_ratio) == (None, None)


def test_terms_that_go_together_are_named_and_others_are_not():
    orders, lines, rush = ORDERS_LINES_NEW_RUSH.T[[0, 1, 3]]
    twice = np.column_stack([orders, 2 * orders, lines])
    assert dependent_terms(twice, ["a", "b", "c"]) == ["a", "b"]
    summed = np.column_stack([orders, lines, rush, orders + lines])
    assert dependent_terms(summed, ["a", "b", "c", "d"]) == ["a", "b", "d"]
    assert dependent_terms(ORDERS_LINES_NEW_RUSH, ["a", "b", "c", "d"]) == []


def test_fewer_rows_than_terms_cannot_tell_any_apart():
    counts = ORDERS_LINES_NEW_RUSH[:2, [0, 1, 3]]
    assert dependent_terms(counts, ["a", "b", "c"]) == ["a", "b", "c"]


@given(
    arrays(float, (8, 3), elements=st.integers(0, 50)),
    arrays(float, 8, elements=st.integers(0, 1000)),
)
def test_no_other_minutes_at_or_above_nothing_leave_less_unexplained(counts, measured):
    """The optimum's conditions: no term's slope is downhill, none is uphill if free."""
    if not counts.any(axis=0).all() or dependent_terms(counts, "abc"):
        return
    fit = fit_times(counts, measured)
    uphill = counts.T @ (counts @ np.array(fit.minutes) - measured)
    for slope, minutes in zip(uphill, fit.minutes, strict=True):
        assert slope >= -1e-5
        assert minutes >= 0
        assert minutes == 0 or abs(slope) < 1e-5
