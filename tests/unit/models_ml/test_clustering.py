from functools import cache

import numpy as np
import pytest
from benchmark_shapes import FORMS, GROUPS, cloud, skewed_spend
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from models_ml.cluster_model import model_from_json
from models_ml.clustering import (
    ClusterOptions,
    ClusterOutcome,
    assign_rows,
    cluster_table,
)


def names_of(points: np.ndarray) -> list[str]:
    return [f"x{number}" for number in range(points.shape[1])]


def clustered(points: np.ndarray, **options: object) -> ClusterOutcome:
    return cluster_table(names_of(points), points, ClusterOptions(**options))


@cache
def clustered_form(name: str) -> ClusterOutcome:
    """Cluster a form once for all tests of it."""
    return clustered(FORMS[name][0])


@pytest.mark.parametrize("name", GROUPS)
def test_separated_groups_are_counted_exactly(name):
    points, truth = GROUPS[name]
    outcome = clustered(points)
    assert outcome.has_structure
    assert len(outcome.model.reaches) == truth.max() + 1
    assert adjusted_rand_score(truth, outcome.assigned.labels) >= 0.95


@pytest.mark.parametrize("name", FORMS)
def test_forms_that_no_centre_describes_go_to_the_density_method(name):
    truth, outcome = FORMS[name][1], clustered_form(name)
    assert outcome.model.algorithm == "hdbscan"
    assert adjusted_rand_score(truth, outcome.assigned.labels) >= 0.95
    kmeans = next(t for t in outcome.bench.trials if t.algorithm == "kmeans")
    assert "dense regions" in kmeans.reason


@pytest.mark.parametrize(
    ("kind", "count", "dimensions"),
    [
        ("uniform", 100, 2),
        ("uniform", 600, 2),
        ("uniform", 400, 8),
        ("gaussian", 300, 1),
        ("gaussian", 500, 3),
        ("gaussian", 300, 15),
        ("skewed", 800, 4),
    ],
)
def test_a_cloud_has_no_clusters(kind, count, dimensions):
    outcome = clustered(cloud(kind, count, dimensions, seed=5))
    assert not outcome.has_structure
    assert set(outcome.assigned.labels) == {0}
    assert outcome.notes[-1] == "no clear clusters: the rows form one cloud"


def test_skewed_spend_is_told_apart_better_than_by_standardised_kmeans():
    spend, truth = skewed_spend(0)
    outcome = clustered(spend)
    plain = KMeans(4, n_init=10, random_state=0).fit_predict(
        StandardScaler().fit_transform(spend)
    )
    ours = adjusted_rand_score(truth, outcome.assigned.labels)
    assert ours > adjusted_rand_score(truth, plain) + 0.2
    assert ours >= 0.95
    assert "logarithm" in outcome.notes[0]


def test_order_of_rows_and_columns_scale_change_nothing():
    points, _ = FORMS["moons"]
    order = np.random.default_rng(0).permutation(len(points))
    first, shuffled = clustered_form("moons"), clustered(points[order])
    assert first.model.to_json() == shuffled.model.to_json()
    np.testing.assert_array_equal(
        first.assigned.labels[order], shuffled.assigned.labels
    )
    in_millimetres = clustered(points * 1000)
    np.testing.assert_array_equal(first.assigned.labels, in_millimetres.assigned.labels)


@pytest.mark.parametrize("algorithm", ["kmeans", "ward", "mixture", "tree", "hdbscan"])
def test_a_stored_model_assigns_as_the_fit_did(algorithm):
    points, _ = GROUPS["two_in_two_dimensions"]
    outcome = clustered(points, algorithm=algorithm, cluster_count=2)
    model = model_from_json(outcome.model.to_json())
    again = assign_rows(model, names_of(points), points)
    np.testing.assert_array_equal(again.labels, outcome.assigned.labels)
    np.testing.assert_array_equal(again.distances, outcome.assigned.distances)
    # One more row changes nobody else's cluster.
    more = assign_rows(model, names_of(points), np.vstack([points[:1] + 1, points]))
    np.testing.assert_array_equal(more.labels[1:], again.labels)


def test_a_row_far_from_every_cluster_is_noise():
    points, _ = GROUPS["two_in_two_dimensions"]
    stray = np.vstack([points, points.mean(axis=0) + np.array([0.0, 400.0])])
    outcome = clustered(stray)
    assert len(outcome.model.reaches) == 2
    assert np.flatnonzero(outcome.assigned.is_noise).tolist() == [len(points)]


def test_wanted_number_is_given_even_where_nothing_speaks_for_it():
    outcome = clustered(cloud("uniform", 300, 2, seed=1), cluster_count=4)
    assert not outcome.has_structure
    assert set(outcome.assigned.labels) == {0, 1, 2, 3}
    assert "the 4 asked for only stand in" in outcome.notes[-1]


def test_money_enters_the_score():
    points, truth = GROUPS["two_in_two_dimensions"]
    outcome = clustered(points, money=np.where(truth == 0, 10.0, 500.0))
    separations = {trial.money_separation for trial in outcome.bench.trials}
    assert max(separations) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (np.ones((9, 2)), {}, "too few rows: 9 of at least 10"),
        (np.ones((20, 2)), {}, "every column is constant"),
        (
            np.where(np.arange(40).reshape(20, 2) == 13, np.inf, 1.0),
            {},
            "row 7, column x1: inf is not finite",
        ),
        (np.arange(40.0).reshape(20, 2), {"cluster_count": 21}, "1 to 20 distinct"),
        (np.arange(40.0).reshape(20, 2), {"algorithm": "magic"}, "algorithm 'magic'"),
    ],
    ids=["few", "constant", "infinite", "too_many", "unknown"],
)
def test_what_cannot_be_clustered_is_refused_by_name(values, options, message):
    with pytest.raises(ValueError, match=message):
        clustered(values, **options)


def test_another_format_of_model_is_refused():
    with pytest.raises(ValueError, match="format 9 is unknown"):
        model_from_json('{"format": 9}')
    with pytest.raises(ValueError, match="no cluster model"):
        model_from_json("[1]")
