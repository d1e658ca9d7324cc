import numpy as np
import pytest
from sklearn.datasets import load_iris

from models_ml.algorithms import ALGORITHMS
from models_ml.gap import Gap, gap_count, gap_statistics

# WE-39: the example of R's help page of clusGap.
VALUES = [2, 3, 5, 4, 7, 8, 5, 4]
ERRORS = [0.5, 0.5, 1, 0.5, 0.5, 1.5, 0.5, 0.5]


def fit_of(count):
    return lambda points, seed: ALGORITHMS["kmeans"].fit(points, count, seed, 5)


def gap_choice(points, most):
    return gap_count(gap_statistics(points, fit_of, most, 20, 3))


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("firstmax", 3),
        ("globalmax", 6),
        ("Tibs2001SEmax", 3),
        ("firstSEmax", 3),
        ("globalSEmax", 5),
    ],
)
def test_rules_choose_as_those_of_clusgap(rule, count):
    gaps = [Gap(value, error) for value, error in zip(VALUES, ERRORS, strict=True)]
    assert gap_count(gaps, rule) == count


def test_gap_that_rises_to_the_end_names_no_number():
    rising = [Gap(value, 0.1) for value in (1.0, 2.0, 3.0)]
    assert gap_count(rising) is None
    assert gap_count(rising, "firstmax") is None
    with pytest.raises(ValueError, match="at least one gap"):
        gap_count([])


def test_four_blobs_are_four():
    generator = np.random.default_rng(7)
    centres = [(0, 0), (10, 0), (0, 10), (10, 10)]
    points = np.concatenate([generator.normal(at, 1, (150, 2)) for at in centres])
    assert gap_choice(points, 6) == 4


def test_uniform_square_is_one():
    points = np.random.default_rng(7).uniform(size=(300, 2))
    assert gap_choice(points, 5) == 1


def test_gap_of_iris_rises_to_five_and_names_no_number():
    assert gap_choice(load_iris().data, 5) is None


def test_as_many_clusters_as_points_are_measured_without_an_error():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    gaps = gap_statistics(points, fit_of, 3, 3, 1)
    assert np.isfinite([gap.value for gap in gaps]).all()
