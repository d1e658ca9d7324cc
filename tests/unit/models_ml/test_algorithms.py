import json

import numpy as np
import pytest

from models_ml.algorithms import ALGORITHMS
from models_ml.algorithms.base import nearest, squared_distances
from models_ml.algorithms.kmeans import KMeansAlgorithm
from models_ml.algorithms.shapes import Anchors, Boxes, shape_from
from models_ml.algorithms.ward import WardAlgorithm

PAIRS = np.array([[0, 0], [0, 1], [10, 0], [10, 1], [0, 20], [0, 21]], dtype=float)


def three_groups() -> np.ndarray:
    generator = np.random.default_rng(0)
    centres = [(0, 0), (10, 20), (20, 0)]
    return np.concatenate([generator.normal(c, 1, (40, 2)) for c in centres])


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
class TestEveryRegisteredAlgorithm:
    def test_finds_three_groups_in_the_order_of_their_centres(self, name):
        fit = ALGORITHMS[name].fit(three_groups(), 3, seed=0, restarts=5)
        assert fit.labels.tolist() == [0] * 40 + [1] * 40 + [2] * 40
        np.testing.assert_allclose(fit.centroids, [[0, 0], [10, 20], [20, 0]], atol=0.5)
        assert 200 < fit.inertia < 280  # 120 customers, variance 1 on each of two axes

    def test_same_seed_gives_the_same_partition(self, name):
        fits = [
            ALGORITHMS[name].fit(three_groups(), 3, seed=7, restarts=2)
            for _ in range(2)
        ]
        np.testing.assert_array_equal(fits[0].labels, fits[1].labels)
        np.testing.assert_array_equal(fits[0].centroids, fits[1].centroids)

    def test_leaves_a_shape_that_assigns_the_same_after_json(self, name):
        points = three_groups()
        fit = ALGORITHMS[name].fit(points, 3, seed=0, restarts=5)
        shape = shape_from(json.loads(json.dumps(fit.shape.plain())))
        np.testing.assert_array_equal(nearest(shape, points), fit.labels)
        np.testing.assert_array_equal(
            shape.distances(points), fit.shape.distances(points)
        )
        assert nearest(shape, np.array([[19.0, 2.0]])).tolist() == [2]

    def test_more_clusters_than_distinct_customers_are_refused(self, name):
        with pytest.raises(ValueError, match=r"distinct customers|dense regions"):
            ALGORITHMS[name].fit(np.repeat(PAIRS[:2], 5, axis=0), 3, 0, 1)

    def test_is_registered_under_its_own_name(self, name):
        assert ALGORITHMS[name].name == name


def test_kmeans_centres_are_means():
    fit = KMeansAlgorithm().fit(PAIRS, 3, seed=0, restarts=5)
    assert fit.labels.tolist() == [0, 0, 2, 2, 1, 1]
    np.testing.assert_allclose(fit.centroids, [[0, 0.5], [0, 20.5], [10, 0.5]])
    assert fit.inertia == pytest.approx(6 * 0.25)


def test_more_clusters_than_customers_are_refused():
    with pytest.raises(ValueError, match="as many customers: 6 given"):
        KMeansAlgorithm().fit(PAIRS, 7, 0, 1)


def test_fit_that_has_not_converged_is_refused():
    points = np.random.default_rng(0).normal(size=(2000, 5))
    with pytest.raises(ValueError, match="did not converge in 2 iterations"):
        KMeansAlgorithm(max_iterations=2).fit(points, 6, 0, 1)


def test_start_on_a_sample_ends_where_all_points_end():
    points = np.tile(three_groups(), (20, 1))
    whole = KMeansAlgorithm().fit(points, 3, 0, 3)
    sampled = KMeansAlgorithm(start_sample=500).fit(points, 3, 0, 3)
    np.testing.assert_array_equal(whole.labels, sampled.labels)


def test_ward_on_micro_centroids_finds_what_ward_on_points_finds():
    points = three_groups()
    whole = WardAlgorithm().fit(points, 3, 0, 1)
    micro = WardAlgorithm(most_points=100, micro_count=30).fit(points, 3, 0, 1)
    assert len(micro.shape.points) == 30
    np.testing.assert_array_equal(whole.labels, micro.labels)


def test_tied_distance_goes_to_the_lower_number():
    shape = Anchors(np.array([[0.0], [2.0]]), np.array([0, 1]))
    assert nearest(shape, np.array([[1.0]])).tolist() == [0]
    np.testing.assert_array_equal(
        squared_distances(np.array([[3.0]]), np.array([[0.0], [2.0]])), [[9, 1]]
    )


def test_a_rule_holds_up_to_its_edge_and_not_below():
    # x <= 1 is cluster 0, x > 1 is cluster 1.
    boxes = Boxes(
        np.array([[-np.inf], [1.0]]), np.array([[1.0], [np.inf]]), np.array([0, 1])
    )
    points = np.array([[1.0], [np.nextafter(1.0, 2.0)], [-5.0], [4.0]])
    assert nearest(boxes, points).tolist() == [0, 1, 0, 1]
    np.testing.assert_allclose(boxes.distances(points)[:, 0], [0, 0, 0, 3], atol=1e-12)


def test_unknown_shape_is_refused():
    with pytest.raises(ValueError, match="unknown shape 'cone'"):
        shape_from({"kind": "cone"})
