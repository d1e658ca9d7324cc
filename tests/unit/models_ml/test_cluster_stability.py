import numpy as np
import pytest

from models_ml.algorithms import ALGORITHMS
from models_ml.stability import (
    agreement,
    bootstrap_jaccard,
    clusterwise_jaccard,
    matched_labels,
    prediction_strength,
    rating,
    weakest_cohesion,
)

KMEANS = ALGORITHMS["kmeans"]


def blobs(count: int, centers: int, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    corners = np.array([(0, 0), (10, 0), (0, 10), (10, 10)], dtype=float)[:centers]
    return np.concatenate(
        [generator.normal(corner, 1, (count, 2)) for corner in corners]
    )


def labels_of(overlap: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Spell an overlap table out as labels: earlier in rows, later in columns."""
    counts = np.array(overlap)
    earlier, later = np.indices(counts.shape)
    return (
        np.repeat(earlier.ravel(), counts.ravel()),
        np.repeat(later.ravel(), counts.ravel()),
    )


@pytest.mark.parametrize(
    ("refitted", "expected"),
    [([9, 9, 4, 4], [1, 1]), ([0, 1, 0, 1], [1 / 3, 1 / 3])],
    ids=["renamed_is_stable", "crossed_scores_a_third"],
)
def test_cluster_scores_its_best_overlap(refitted, expected):
    scores = clusterwise_jaccard(np.array([0, 0, 1, 1]), np.array(refitted))
    np.testing.assert_allclose(scores, expected)


@pytest.mark.parametrize(
    "refitted", [np.array([], int), np.array([0])], ids=["empty", "shorter"]
)
def test_labels_of_different_customers_are_refused(refitted):
    with pytest.raises(ValueError, match="equal shapes"):
        clusterwise_jaccard(
            np.array([], int) if not refitted.size else np.array([0, 1]), refitted
        )


def test_worked_example_of_label_matching_is_reproduced():
    # WE-43: rows A, B, C; columns 0, 1, 2.
    earlier, later = labels_of([[2, 0, 38], [33, 2, 0], [0, 25, 0]])
    matches = matched_labels(earlier, later, minimum_jaccard=0.5)
    assert matches == {2: 0, 0: 1, 1: 2}
    stayed = sum(matches[new] == old for old, new in zip(earlier, later, strict=True))
    assert stayed / len(earlier) == 0.96
    assert agreement(earlier, later) == pytest.approx(0.883153, abs=5e-7)


def test_segment_that_lost_most_of_its_customers_is_not_inherited():
    # |C & D| = 4 of |C | D| = 4 + 6 + 3 = 13: 0.31.
    earlier, later = labels_of([[4, 6], [3, 20]])
    assert matched_labels(earlier, later, minimum_jaccard=0.5) == {1: 1}


def test_more_clusters_than_before_leave_one_unmatched():
    earlier, later = labels_of([[10, 0, 2], [0, 9, 3]])
    assert matched_labels(earlier, later, 0.5) == {0: 0, 1: 1}


def test_agreement_of_crossed_partitions_is_negative():
    assert agreement(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])) == -0.5


def test_weakest_cluster_decides_prediction_strength():
    # Cluster 0 keeps 1 of 3 pairs, cluster 1 its only pair.
    labels, predicted = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    assert weakest_cohesion(labels, predicted) == pytest.approx(1 / 3)


def test_cluster_of_one_has_no_pairs_to_lose():
    assert weakest_cohesion(np.array([0, 1, 1]), np.array([5, 6, 6])) == 1.0


@pytest.mark.parametrize(
    ("segment_count", "holds"), [(3, False), (4, True), (5, False)]
)
def test_four_blobs_predict_each_other_as_four(segment_count, holds):
    def fit(points, seed):
        return KMEANS.fit(points, segment_count, seed, 3)

    points = blobs(60, 4)
    strength = prediction_strength(points, fit, split_count=10, seed=0)
    assert (strength >= 0.8) == holds
    labels = fit(points, 0).labels
    jaccard = bootstrap_jaccard(points, labels, fit, resample_count=10, seed=0)
    assert jaccard.shape == (segment_count,)
    assert (jaccard.min() >= 0.75) == holds


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (0.85, "highly stable"),
        (0.75, "stable"),
        (0.749, "doubtful"),
        (0.6, "doubtful"),
        (0.59, "unstable"),
    ],
)
def test_rating_follows_the_published_bounds(score, word):
    assert rating(score) == word
