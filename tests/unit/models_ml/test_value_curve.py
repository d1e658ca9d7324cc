import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_ml.value_curve import explained_ratio, justified_count, marginal_benefits

# WE-45.
PROLIFERATION = [1.00, 1.40, 1.62, 1.70, 1.73, 1.74]


def test_five_segments_are_justified_where_the_sixth_adds_less_than_it_costs():
    assert justified_count(range(2, 8), PROLIFERATION, 0.05) == 5
    assert marginal_benefits(PROLIFERATION) == [
        None,
        *(pytest.approx(gain) for gain in (0.40, 0.22, 0.08, 0.03, 0.01)),
    ]


def test_poor_split_before_a_good_one_does_not_end_the_search():
    # The third adds 1 and costs 2, but the fourth adds 10.
    assert justified_count([2, 3, 4], [10.0, 11.0, 21.0], 2.0) == 4


def test_segment_that_earns_exactly_its_cost_is_justified():
    assert justified_count([2, 3], [4.0, 6.0], 2.0) == 3


def test_fewest_tried_stand_where_nothing_pays():
    assert justified_count([2, 3, 4], [0.0, 0.0, 0.0], 1.0) == 2


def test_value_curve_without_numbers_is_refused():
    with pytest.raises(ValueError, match="at least one number"):
        justified_count([], [], 1.0)


def test_two_pairs_explain_what_lies_between_them():
    # Around the mean 5: 25 + 9 + 9 + 25 = 68; within pairs: 4 · 1 = 4.
    points = np.array([[0.0], [2.0], [8.0], [10.0]])
    assert explained_ratio(points, np.array([0, 0, 1, 1])) == pytest.approx(1 - 4 / 68)
    assert explained_ratio(points, np.zeros(4, dtype=np.int64)) == 0
    assert explained_ratio(points, np.arange(4)) == 1
    assert explained_ratio(np.ones((4, 1)), np.array([0, 0, 1, 1])) == 0


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=9), st.integers(1, 300))
def test_concave_benefits_stop_at_the_last_that_covers_its_cost(gains, cost):
    falling = sorted(gains, reverse=True)
    benefits = np.cumsum([0, *falling]).tolist()
    covering = sum(gain >= cost for gain in falling)
    assert justified_count(range(2, len(benefits) + 2), benefits, cost) == 2 + covering
