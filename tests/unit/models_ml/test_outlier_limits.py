import numpy as np
import pytest

from models_ml.outliers import is_beyond, outlier_limits, robust_spread

LANE = np.array([2.1, 2.0, 2.2, 2.1, 1.9, 2.0, 2.3, 2.1, 4.9])


def test_value_hidden_from_the_ordinary_z_score_is_beyond_the_robust_limit():
    # WE-65's data: the ordinary z of 4.9 is 2.646, below any usual cut.
    values = np.tile(LANE[:-1], 4)
    limits = outlier_limits(np.r_[values, 4.9], threshold=3.5, group_size=2)
    assert is_beyond(np.r_[values, 4.9], limits).tolist() == [False] * 32 + [True]


def test_spread_of_a_gaussian_is_its_standard_deviation():
    values = np.random.default_rng(0).normal(10, 2, 200_000)
    assert robust_spread(values) == pytest.approx(2, rel=0.01)


def test_group_of_five_percent_is_not_extreme():
    # MAD and IQR are nearly zero; judged by them alone the group would be extreme.
    rest = np.random.default_rng(1).normal(0, 0.01, 1800)
    values = np.r_[rest, np.full(200, 5.0)]
    limits = outlier_limits(values, threshold=3.5, group_size=1000)
    assert not is_beyond(values, limits).any()


def test_tail_large_enough_for_a_segment_has_no_limit():
    values = np.r_[np.random.default_rng(2).normal(0, 1, 1000), np.full(12, 30.0)]
    assert outlier_limits(values, 3.5, group_size=12).high is None
    assert outlier_limits(values, 3.5, group_size=13).high is not None


def test_without_spread_nothing_is_extreme():
    limits = outlier_limits(np.r_[np.zeros(99), 7.0], 3.5, group_size=10)
    assert (limits.low, limits.high) == (None, None)
