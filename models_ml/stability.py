"""Would the same segments come back from other customers or another time?"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score
from sklearn.metrics.cluster import contingency_matrix

from models_ml.algorithms.base import (
    Clustering,
    Labels,
    Points,
    nearest,
)

Fit = Callable[[Points, int], Clustering]
RATINGS = ((0.85, "highly stable"), (0.75, "stable"), (0.60, "doubtful"))


def clusterwise_jaccard(reference: Labels, refitted: Labels) -> NDArray[np.float64]:
    """Score how well each reference cluster survives a refit.

    A cluster's score is its best Jaccard match, ``max_j |C_i & D_j| / |C_i | D_j|``:
    1 if the same customers came back together, near 0 if they scattered.

    Args:
        reference: Stored cluster label per customer, shape (n_customers,).
        refitted: Refitted label of the same customers, same order and shape.

    Returns:
        Scores in (0, 1], shape (n_clusters,), ordered by sorted reference label.

    Raises:
        ValueError: If the arrays are empty or differ in shape.

    References:
        Hennig, C. (2007). Cluster-wise assessment of cluster stability.
        Computational Statistics & Data Analysis 52(1), 258-271.
    """
    scores: NDArray[np.float64] = _jaccard_table(reference, refitted).max(axis=1)
    return scores


def bootstrap_jaccard(
    points: Points, reference: Labels, fit: Fit, resample_count: int, seed: int
) -> NDArray[np.float64]:
    """Average each cluster's Jaccard over refits on resampled customers.

    Customers are drawn with replacement and each is used once however often it was
    drawn, so a refit sees about 63 % of them. A cluster of which no member was drawn
    is left out of that resample's average.

    Args:
        points: Shape (n_customers, n_features).
        reference: Cluster 0 to k - 1 per customer, shape (n_customers,).
        fit: Fits the same number of clusters on (points, seed).
        resample_count: Refits.
        seed: Start of the random sequence.

    Returns:
        Mean scores in 0 to 1, shape (k,), ordered by label.

    References:
        Hennig, C. (2007), as ``clusterwise_jaccard``; R package fpc, ``clusterboot``
        with ``multipleboot = FALSE``.
    """
    generator = np.random.default_rng(seed)
    scores = np.full((resample_count, int(reference.max()) + 1), np.nan)
    for resample in range(resample_count):
        drawn = np.unique(generator.integers(0, len(points), len(points)))
        refitted = fit(points[drawn], seed + resample)
        present = np.unique(reference[drawn])
        scores[resample, present] = clusterwise_jaccard(
            reference[drawn], refitted.labels
        )
    means: NDArray[np.float64] = np.nanmean(scores, axis=0)
    return means


def prediction_strength(points: Points, fit: Fit, split_count: int, seed: int) -> float:
    """Measure how well one half of the customers predicts the other half's clusters.

    For each halving, both halves are clustered; a half's cluster scores the share of
    its pairs of members whom the other half's clusters also put together; the
    weakest cluster counts. A cluster of one member has no pairs and is left out.

    Args:
        points: Shape (n_customers, n_features).
        fit: Fits the number of clusters under test on (points, seed).
        split_count: Random halvings; each half is judged once.
        seed: Start of the random sequence.

    Returns:
        Mean of the weakest clusters' scores, 0 to 1.

    References:
        Tibshirani, R. and Walther, G. (2005). Cluster validation by prediction
        strength. Journal of Computational and Graphical Statistics 14(3), 511-528.
    """
    generator = np.random.default_rng(seed)
    strengths: list[float] = []
    for split in range(split_count):
        order = generator.permutation(len(points))
        halves = points[order[::2]], points[order[1::2]]
        fits = [fit(half, seed + 2 * split + side) for side, half in enumerate(halves)]
        for own, other in ((0, 1), (1, 0)):
            predicted = nearest(fits[other].shape, halves[own])
            strengths.append(weakest_cohesion(fits[own].labels, predicted))
    return float(np.mean(strengths))


def weakest_cohesion(labels: Labels, predicted: Labels) -> float:
    """Share of pairs of a cluster that are predicted together, of the worst cluster.

    Args:
        labels: Cluster per customer, shape (n_customers,).
        predicted: Cluster of the same customers predicted from elsewhere.

    Returns:
        Lowest share over the clusters with two members or more; 1 if there are none.
    """
    counts = contingency_matrix(labels, predicted).astype(np.int64)
    sizes = counts.sum(axis=1)
    kept = (counts * (counts - 1)).sum(axis=1)
    pairs = sizes * (sizes - 1)
    judged = pairs > 0
    return float((kept[judged] / pairs[judged]).min()) if judged.any() else 1.0


def agreement(earlier: Labels, later: Labels) -> float:
    """Compare two partitions of the same customers by the adjusted Rand index.

    Args:
        earlier: Label per customer, shape (n_customers,).
        later: Label of the same customers.

    Returns:
        1 if equal up to names, about 0 if independent, possibly negative.

    References:
        Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal of
        Classification 2, 193-218.
    """
    return float(adjusted_rand_score(earlier, later))


def matched_labels(
    earlier: Labels, later: Labels, minimum_jaccard: float
) -> dict[int, int]:
    """Find which later cluster continues which earlier one.

    Clusters are paired one to one so that the number of customers who stay is
    greatest (Hungarian method); a pair overlapping less than ``minimum_jaccard`` does
    not count as the same segment.

    Args:
        earlier: Label per customer, shape (n_customers,).
        later: Later label of the same customers, same order.
        minimum_jaccard: Least ``|C & D| / |C | D|`` of a pair.

    Returns:
        Earlier label by later label; later clusters without a match are absent.

    Raises:
        ValueError: If the arrays are empty or differ in shape.
    """
    jaccard = _jaccard_table(earlier, later)
    overlap = contingency_matrix(earlier, later)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    earlier_names, later_names = np.unique(earlier), np.unique(later)
    return {
        int(later_names[column]): int(earlier_names[row])
        for row, column in zip(rows, columns, strict=True)
        if jaccard[row, column] >= minimum_jaccard and overlap[row, column] > 0
    }


def rating(score: float) -> str:
    """Say in words what a Jaccard score means.

    Args:
        score: Mean Jaccard, 0 to 1.

    Returns:
        ``highly stable`` from 0.85, ``stable`` from 0.75, ``doubtful`` from 0.60
        (a pattern, but who belongs to it is doubtful), else ``unstable``.
    """
    return next((word for bound, word in RATINGS if score >= bound), "unstable")


def _jaccard_table(reference: Labels, refitted: Labels) -> NDArray[np.float64]:
    if reference.size == 0 or reference.shape != refitted.shape:
        raise ValueError(f"need equal shapes: {reference.shape}, {refitted.shape}")
    overlap = contingency_matrix(reference, refitted)
    union = overlap.sum(axis=1, keepdims=True) + overlap.sum(axis=0) - overlap
    table: NDArray[np.float64] = overlap / union
    return table
