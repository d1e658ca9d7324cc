"""How well are clusters separated, and would structureless data look the same?"""

import numpy as np
from sklearn.metrics import silhouette_score

from models_ml.algorithms.base import Labels, Points
from models_ml.stability import Fit

REFERENCE_SIZE = 2_000
REFERENCE_SIGMAS = 3.0


def seeded_sample(count: int, most: int, seed: int) -> Labels:
    """Draw positions without replacement, in rising order; all if there are few.

    Args:
        count: Positions to draw from.
        most: Positions to draw at most.
        seed: Start of the random sequence.

    Returns:
        Positions, shape (min(count, most),).
    """
    if count <= most:
        return np.arange(count, dtype=np.int64)
    drawn = np.random.default_rng(seed).choice(count, size=most, replace=False)
    return np.sort(drawn).astype(np.int64)


def mean_silhouette(points: Points, labels: Labels, most: int, seed: int) -> float:
    """Average ``(b - a) / max(a, b)`` over a sample of the customers.

    Args:
        points: Shape (n_customers, n_features).
        labels: Cluster per customer.
        most: Customers to take it over at most: it costs the square of their number.
        seed: Start of the random sequence.

    Returns:
        -1 to 1; -1 as well if the sample holds fewer than two clusters or only
        clusters of one.

    References:
        Rousseeuw, P. (1987). Silhouettes. Journal of Computational and Applied
        Mathematics 20, 53-65.
    """
    sample = seeded_sample(len(points), most, seed)
    cluster_count = len(np.unique(labels[sample]))
    if not 2 <= cluster_count < len(sample):
        return -1.0
    return float(silhouette_score(points[sample], labels[sample]))


def structureless_silhouette(
    points: Points, fit: Fit, reference_count: int, seed: int
) -> float:
    """Find the silhouette that data of the same spread but no clusters would reach.

    Two kinds of structureless data are clustered: one Gaussian cloud with the same
    covariance, and a uniform box along the same principal axes (the reference of the
    gap statistic). Stability alone does not tell: a square cuts into the same four
    quarters every time.

    Args:
        points: Shape (n_customers, n_features).
        fit: Fits the number of clusters under test on (points, seed).
        reference_count: Data sets of each kind.
        seed: Start of the random sequence.

    Returns:
        Mean plus three standard deviations (ddof 1; 0 for one data set) of the kind
        that reaches more.

    References:
        Tibshirani, R., Walther, G. and Hastie, T. (2001). Estimating the number of
        clusters in a data set via the gap statistic. JRSS-B 63, 411-423.
    """
    size = min(len(points), REFERENCE_SIZE)
    centered = points - points.mean(axis=0)
    _, widths, axes = np.linalg.svd(centered, full_matrices=False)
    rotated = centered @ axes.T
    spreads = widths / np.sqrt(len(points))
    generator = np.random.default_rng(seed)
    scores: list[list[float]] = [[], []]
    for reference in range(reference_count):
        cloud = generator.standard_normal((size, len(spreads))) * spreads
        box = generator.uniform(rotated.min(axis=0), rotated.max(axis=0), cloud.shape)
        for kind, drawn in enumerate((cloud, box)):
            labels = fit(drawn, seed + reference).labels
            scores[kind].append(mean_silhouette(drawn, labels, REFERENCE_SIZE // 2, 0))
    return max(
        float(np.mean(kind))
        + REFERENCE_SIGMAS * (float(np.std(kind, ddof=1)) if len(kind) > 1 else 0.0)
        for kind in scores
    )
