import numpy as np
import pytest

from models_ml.algorithms import ALGORITHMS
from models_ml.algorithms.base import nearest_centroids, squared_distances
from models_ml.algorithms.kmeans import KMeansAlgorithm

SQUARE = np.array([[0, 0], [0, 1], [10, 0], [10, 1], [0, 20], [0, 21]], dtype=float)


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
class TestEveryRegisteredAlgorithm:
    def test_finds_three_pairs(self, name):
        fit = ALGORITHMS[name].fit(SQUARE, 3, seed=0, restarts=5)
        assert fit.labels.tolist() == [0, 0, 2, 2, 1, 1]
        np.testing.assert_allclose(fit.centroids, [[0, 0.5], [0, 20.5], [10, 0.5]])
        assert fit.inertia == pytest.approx(6 * 0.25)

    def test_same_seed_gives_the_same_partition(self, name):
        points = np.random.default_rng(0).normal(size=(300, 3))
        fits = [ALGORITHMS[name].fit(points, 4, seed=7, restarts=2) for _ in range(2)]
        np.testing.assert_array_equal(fits[0].labels, fits[1].labels)
        np.testing.assert_array_equal(fits[0].centroids, fits[1].centroids)

    def test_is_registered_under_its_own_name(self, name):
        assert ALGORITHMS[name].name == name


def test_more_clusters_than_distinct_customers_are_refused():
    with pytest.raises(ValueError, match="distinct customers"):
        KMeansAlgorithm().fit(np.repeat(SQUARE[:2], 5, axis=0), 3, 0, 1)
    with pytest.raises(ValueError, match="as many customers: 6 given"):
        KMeansAlgorithm().fit(SQUARE, 7, 0, 1)


def test_fit_that_has_not_converged_is_refused():
    points = np.random.default_rng(0).normal(size=(2000, 5))
    with pytest.raises(ValueError, match="did not converge in 2 iterations"):
        KMeansAlgorithm(max_iterations=2).fit(points, 6, 0, 1)


def test_tied_distance_goes_to_the_lower_number():
    centroids = np.array([[0.0], [2.0]])
    assert nearest_centroids(np.array([[1.0]]), centroids).tolist() == [0]
    np.testing.assert_array_equal(
        squared_distances(np.array([[3.0]]), centroids), [[9, 1]]
    )
