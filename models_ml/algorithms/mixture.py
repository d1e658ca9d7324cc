"""Which bell-shaped groups, of any width and direction, do the points come from?"""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from models_ml.algorithms.base import (
    Clustering,
    Labels,
    Points,
    numbered,
)
from models_ml.algorithms.kmeans import KMeansAlgorithm, thread_pools
from models_ml.algorithms.shapes import Ellipsoids

RIDGE = 1e-6
POINTS_PER_NUMBER = 5


@dataclass(frozen=True)
class MixtureAlgorithm:
    """Gaussian mixture, started from k-means.

    Each cluster has its own full covariance while there are points enough to tell its
    numbers (five a number), else its own widths along the axes only.

    Attributes:
        max_iterations: EM steps before a fit counts as not converged.
        fit_sample: Points EM is run on at most; the others are placed by likelihood.
        tolerance: Gain in log-likelihood per point below which EM stops.
        name: Name in the registry.
    """

    max_iterations: int = 500
    fit_sample: int = 20_000
    tolerance: float = 1e-3
    name: str = "mixture"

    def fit(
        self, points: Points, cluster_count: int, seed: int, restarts: int
    ) -> Clustering:
        """Maximise the likelihood; see ClusteringAlgorithm.fit.

        Raises:
            ValueError: If there are too few distinct points, EM is still moving after
                ``max_iterations``, or a cluster is left without points.
        """
        fitted = points
        if len(points) > self.fit_sample:
            drawn = np.random.default_rng(seed).choice(
                len(points), self.fit_sample, replace=False
            )
            fitted = points[np.sort(drawn)]
        start = KMeansAlgorithm().fit(fitted, cluster_count, seed, restarts)
        width = fitted.shape[1]
        per_cluster = len(fitted) / cluster_count
        is_full = per_cluster >= POINTS_PER_NUMBER * (1 + width * (width + 3) / 2)
        model = GaussianMixture(
            cluster_count,
            covariance_type="full" if is_full else "diag",
            means_init=start.centroids,
            weights_init=np.bincount(start.labels) / len(start.labels),
            precisions_init=_precisions(fitted, start.labels, is_full),
            reg_covar=RIDGE * float(fitted.var(axis=0).mean()),
            max_iter=self.max_iterations,
            tol=self.tolerance,
            random_state=seed,
        )
        with thread_pools().limit(limits=1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(fitted)
        if not model.converged_:
            raise ValueError(
                f"a mixture of {cluster_count} clusters did not converge in "
                f"{self.max_iterations} iterations"
            )
        shape = _shape(model, is_full)
        found: Labels = shape.distances(points).argmin(axis=1).astype(np.int64)
        if len(np.unique(found)) < cluster_count:
            raise ValueError(
                f"a mixture of {cluster_count} clusters leaves one without customers"
            )
        labels, centroids, inertia = numbered(points, found)
        order = [int(found[labels == number][0]) for number in range(cluster_count)]
        return Clustering(labels, centroids, inertia, _reordered(shape, order))


def _precisions(points: Points, labels: Labels, is_full: bool) -> Points:
    """Start from the k-means clusters' own spreads, never quite flat."""
    floor = RIDGE + 1e-3 * points.var(axis=0).mean()
    found = []
    for cluster in range(int(labels.max()) + 1):
        members = points[labels == cluster]
        if is_full:
            centered = members - members.mean(axis=0)
            covariance = centered.T @ centered / len(members)
            found.append(np.linalg.inv(covariance + floor * np.eye(points.shape[1])))
        else:
            found.append(1 / (members.var(axis=0) + floor))
    return np.array(found)


def _shape(model: GaussianMixture, is_full: bool) -> Ellipsoids:
    whitenings = np.array(model.precisions_cholesky_)
    if not is_full:
        whitenings = np.array([np.diag(row) for row in whitenings])
    log_widths = -np.log(np.diagonal(whitenings, axis1=1, axis2=2)).sum(axis=1)
    offsets = 2 * (log_widths - np.log(model.weights_))
    return Ellipsoids(np.array(model.means_), whitenings, offsets - offsets.min())


def _reordered(shape: Ellipsoids, order: list[int]) -> Ellipsoids:
    return Ellipsoids(shape.means[order], shape.whitenings[order], shape.offsets[order])
