"""Which groups form when the two closest are joined again and again?"""

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.spatial import cKDTree

from models_ml.algorithms.base import (
    Clustering,
    Labels,
    Points,
    check_countable,
    numbered,
)
from models_ml.algorithms.kmeans import KMeansAlgorithm
from models_ml.algorithms.shapes import Anchors


@dataclass(frozen=True)
class WardAlgorithm:
    """Ward's hierarchical clustering, on micro-centroids where there are many points.

    Attributes:
        most_points: Beyond so many points micro-centroids are joined instead: the
            tree costs the square of their number.
        micro_count: Micro-centroids, found by k-means on ``most_points`` points.
        name: Name in the registry.

    References:
        Ward, J. (1963). Hierarchical grouping to optimize an objective function.
        Journal of the American Statistical Association 58, 236-244.
    """

    most_points: int = 5_000
    micro_count: int = 300
    name: str = "ward"

    def fit(
        self, points: Points, cluster_count: int, seed: int, restarts: int
    ) -> Clustering:
        """Join by least growth of the sum of squares; see ClusteringAlgorithm.fit.

        There is no chance in a tree: ``restarts`` are not used, and ``seed`` only for
        the micro-centroids.
        """
        check_countable(points, cluster_count)
        leaves, sizes = self._leaves(points, seed)
        joined: Labels = _joined(leaves, sizes, cluster_count)
        if len(leaves) == len(points):
            found = joined
        else:
            found = joined[cKDTree(leaves).query(points)[1]]
        labels, centroids, inertia = numbered(points, found)
        if len(leaves) == len(points):
            anchors = Anchors(points, labels)
        else:
            at = cKDTree(leaves).query(points)[1]
            # Every micro-centroid takes the number its points were given.
            renamed = np.zeros(len(leaves), dtype=np.int64)
            renamed[at] = labels
            anchors = Anchors(leaves, renamed)
        return Clustering(labels, centroids, inertia, anchors)

    def _leaves(self, points: Points, seed: int) -> tuple[Points, Points]:
        if len(points) <= self.most_points:
            return points, np.ones(len(points))
        drawn = np.random.default_rng(seed).choice(
            len(points), self.most_points, replace=False
        )
        micro = KMeansAlgorithm().fit(
            points[np.sort(drawn)], self.micro_count, seed, restarts=1
        )
        return micro.centroids, np.bincount(micro.labels).astype(np.float64)


def _joined(leaves: Points, sizes: Points, cluster_count: int) -> Labels:
    """Cut the tree; micro-centroids of many points are repeated to weigh as much."""
    if (sizes == 1).all():
        tree = linkage(leaves, method="ward")
        cut: Labels = cut_tree(tree, cluster_count)[:, 0].astype(np.int64)
        return cut
    copies = np.maximum(1, np.rint(sizes * len(sizes) / sizes.sum())).astype(np.int64)
    owner = np.repeat(np.arange(len(leaves)), copies)
    tree = linkage(leaves[owner], method="ward")
    repeated: Labels = cut_tree(tree, cluster_count)[:, 0].astype(np.int64)
    return repeated[np.searchsorted(owner, np.arange(len(leaves)))]
