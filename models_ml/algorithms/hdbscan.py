"""Which dense regions, of whatever form, do the points gather in?"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from models_ml.algorithms.base import Clustering, Points, check_countable, numbered
from models_ml.algorithms.density import landscapes, most_prominent_modes
from models_ml.algorithms.shapes import Anchors

SMALLEST_POINTS = 5
SMALLEST_RATIO = 0.005


@dataclass(frozen=True)
class HdbscanAlgorithm:
    """HDBSCAN's hierarchy of mutual reachability, cut at its deepest valleys.

    HDBSCAN cuts where clusters lived longest ("excess of mass"), which on structureless
    points always finds some; here the k - 1 deepest valleys part k regions, and how
    deep they are says whether they are any (``density.significant_modes``).

    Attributes:
        fit_sample: Points the hierarchy is built on at most; the others join their
            nearest neighbour in it.
        name: Name in the registry.
    """

    fit_sample: int = 10_000
    name: str = "hdbscan"

    def fit(
        self, points: Points, cluster_count: int, seed: int, restarts: int
    ) -> Clustering:
        """Part the points at their deepest valleys; see ClusteringAlgorithm.fit.

        There is no chance in it: ``restarts`` are not used, and ``seed`` only to draw
        the sample. Anchors are the points of the sample that are not noise.

        Raises:
            ValueError: If there are not so many regions.
        """
        check_countable(points, cluster_count)
        drawn = np.arange(len(points))
        if len(points) > self.fit_sample:
            generator = np.random.default_rng(seed)
            drawn = np.sort(generator.choice(drawn, self.fit_sample, replace=False))
        sampled = points[drawn]
        modes = most_prominent_modes(
            landscapes(sampled), cluster_count, smallest_region(len(sampled))
        )
        if modes is None:
            raise ValueError(f"there are no {cluster_count} dense regions")
        regular = ~modes.is_noise
        labels, _, _ = numbered(sampled, modes.labels)
        shape = Anchors(sampled[regular], labels[regular])
        found = labels
        if len(drawn) < len(points):
            found = shape.labels[cKDTree(shape.points).query(points)[1]]
            found[drawn] = labels
        final, centroids, inertia = numbered(points, found)
        renamed = np.empty(cluster_count, dtype=np.int64)
        renamed[found] = final
        anchors = Anchors(shape.points, renamed[shape.labels])
        return Clustering(final, centroids, inertia, anchors)


def smallest_region(count: int) -> int:
    """Say how many of so many points make a region at least."""
    return max(SMALLEST_POINTS, round(SMALLEST_RATIO * count))
