"""Which compact groups do the points form around k centroids?"""

import functools
import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from models_ml.algorithms.base import Clustering, Labels, Points


@functools.cache
def thread_pools() -> ThreadpoolController:
    """Find the loaded thread pools once: a scan per fit would cost more than a fit."""
    return ThreadpoolController()


@dataclass(frozen=True)
class KMeansAlgorithm:
    """Lloyd's k-means with k-means++ starts, on one thread.

    Attributes:
        max_iterations: Lloyd steps before a fit counts as not converged.
        name: Name in the registry.
    """

    max_iterations: int = 300
    name: str = "kmeans"

    def fit(
        self, points: Points, cluster_count: int, seed: int, restarts: int
    ) -> Clustering:
        """Minimise the within-cluster sum of squares; see ClusteringAlgorithm.fit.

        Clusters are numbered by their centroids in lexical order, so the numbers do
        not depend on the order in which the random starts found them.

        Raises:
            ValueError: If there are fewer distinct points than clusters, or the fit
                is still moving after ``max_iterations`` (sklearn does not say so).
        """
        if len(points) < cluster_count:
            raise ValueError(
                f"{cluster_count} clusters need as many customers: {len(points)} given"
            )
        model = KMeans(
            n_clusters=cluster_count,
            n_init=restarts,
            random_state=seed,
            max_iter=self.max_iterations,
            algorithm="lloyd",
        )
        with thread_pools().limit(limits=1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            labels: Labels = model.fit_predict(points).astype(np.int64)
        if len(np.unique(labels)) < cluster_count:
            raise ValueError(
                f"{cluster_count} clusters need as many distinct customers"
            )
        if model.n_iter_ >= self.max_iterations:
            raise ValueError(
                f"k-means with {cluster_count} clusters did not converge in "
                f"{self.max_iterations} iterations"
            )
        return _numbered_by_centroid(points, labels, cluster_count)


def _numbered_by_centroid(points: Points, labels: Labels, k: int) -> Clustering:
    members = [points[labels == cluster] for cluster in range(k)]
    centroids = np.array([group.mean(axis=0) for group in members])
    order = np.lexsort(centroids.T[::-1])
    rank = np.empty(k, dtype=np.int64)
    rank[order] = np.arange(k)
    inertia = float(((points - centroids[labels]) ** 2).sum())
    return Clustering(rank[labels], centroids[order], inertia)
