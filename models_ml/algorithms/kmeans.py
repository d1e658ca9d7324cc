"""Which compact groups do the points form around k centroids?"""

import functools
import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from models_ml.algorithms.base import (
    Clustering,
    Labels,
    Points,
    check_countable,
    numbered,
)
from models_ml.algorithms.shapes import Anchors


@functools.cache
def thread_pools() -> ThreadpoolController:
    """Find the loaded thread pools once: a scan per fit would cost more than a fit."""
    return ThreadpoolController()


@dataclass(frozen=True)
class KMeansAlgorithm:
    """Lloyd's k-means with k-means++ starts, on one thread.

    Attributes:
        max_iterations: Lloyd steps before a fit counts as not converged.
        start_sample: Beyond so many points the starts are tried on as many of them
            and the best one is carried to its end on all.
        name: Name in the registry.
    """

    max_iterations: int = 300
    start_sample: int = 50_000
    name: str = "kmeans"

    def fit(
        self, points: Points, cluster_count: int, seed: int, restarts: int
    ) -> Clustering:
        """Minimise the within-cluster sum of squares; see ClusteringAlgorithm.fit.

        Raises:
            ValueError: If there are fewer distinct points than clusters, or the fit
                is still moving after ``max_iterations`` (sklearn does not say so).
        """
        if len(points) < cluster_count:
            check_countable(points, cluster_count)
        start: str | Points = "k-means++"
        if len(points) > self.start_sample:
            drawn = np.random.default_rng(seed).choice(
                len(points), self.start_sample, replace=False
            )
            sampled = points[np.sort(drawn)]
            start = self.fit(sampled, cluster_count, seed, restarts).centroids
            restarts = 1
        model = KMeans(
            n_clusters=cluster_count,
            init=start,
            n_init=restarts,
            random_state=seed,
            max_iter=self.max_iterations,
            algorithm="lloyd",
        )
        with thread_pools().limit(limits=1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            found: Labels = model.fit_predict(points).astype(np.int64)
        if len(np.unique(found)) < cluster_count:
            raise ValueError(
                f"{cluster_count} clusters need as many distinct customers"
            )
        if model.n_iter_ >= self.max_iterations:
            raise ValueError(
                f"k-means with {cluster_count} clusters did not converge in "
                f"{self.max_iterations} iterations"
            )
        labels, centroids, inertia = numbered(points, found)
        shape = Anchors(centroids, np.arange(cluster_count, dtype=np.int64))
        return Clustering(labels, centroids, inertia, shape)
