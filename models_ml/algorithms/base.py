"""What does a clustering algorithm take and return, whichever one it is?"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Labels = NDArray[np.int64]


class Shape(Protocol):
    """The form of every cluster: how far is a point from each?"""

    def distances(self, points: Points) -> Points:
        """Measure the distance of every point to every cluster.

        Args:
            points: Prepared attributes, shape (n_customers, n_features).

        Returns:
            Distances of at least 0, shape (n_customers, k); the nearest cluster is
            the one the point belongs to.
        """

    def plain(self) -> dict[str, Any]:
        """Return JSON-ready data that ``shape_from`` reads back exactly."""


@dataclass(frozen=True)
class Clustering:
    """One fitted partition.

    Attributes:
        labels: Cluster number per customer, 0 to k - 1, shape (n_customers,).
        centroids: Mean of each cluster's members, shape (k, n_features).
        inertia: Sum of squared distances to the own centroid.
        shape: What places any other customer in the same clusters.
    """

    labels: Labels
    centroids: Points
    inertia: float
    shape: Shape


class ClusteringAlgorithm(Protocol):
    """A way to split points into a given number of clusters."""

    @property
    def name(self) -> str:
        """Return the name the algorithm is registered and versioned under."""

    def fit(
        self, points: Points, cluster_count: int, seed: int, restarts: int
    ) -> Clustering:
        """Split the points; the same arguments always give the same partition.

        Clusters are numbered by their centroids in lexical order, so the numbers do
        not depend on the order in which the clusters were found.

        Args:
            points: Prepared attributes, shape (n_customers, n_features).
            cluster_count: Clusters to form, at least 1.
            seed: Start of the random sequence.
            restarts: Random starts, of which the best is kept.

        Raises:
            ValueError: If the points cannot be split so or the fit did not converge.
        """


def numbered(points: Points, labels: Labels) -> tuple[Labels, Points, float]:
    """Number clusters by their centroids in lexical order.

    Args:
        points: Shape (n_customers, n_features).
        labels: Cluster per customer, any numbers.

    Returns:
        Labels 0 to k - 1, centroids in that order, and the inertia.
    """
    found, dense = np.unique(labels, return_inverse=True)
    centroids = np.array(
        [points[dense == cluster].mean(axis=0) for cluster in range(len(found))]
    )
    order = np.lexsort(centroids.T[::-1])
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    renumbered = rank[dense]
    inertia = float(((points - centroids[order][renumbered]) ** 2).sum())
    return renumbered, centroids[order], inertia


def check_countable(points: Points, cluster_count: int) -> None:
    """Refuse more clusters than there are customers, or different customers.

    Raises:
        ValueError: If so; the message gives the numbers.
    """
    if len(points) < cluster_count:
        raise ValueError(
            f"{cluster_count} clusters need as many customers: {len(points)} given"
        )
    if len(np.unique(points, axis=0)) < cluster_count:
        raise ValueError(f"{cluster_count} clusters need as many distinct customers")


def nearest(shape: Shape, points: Points) -> Labels:
    """Place every point in its nearest cluster; a tie goes to the lower number.

    Args:
        shape: Fitted shape.
        points: Shape (n_customers, n_features).

    Returns:
        Cluster per customer, shape (n_customers,).
    """
    labels: Labels = shape.distances(points).argmin(axis=1)
    return labels


def squared_distances(points: Points, centroids: Points) -> Points:
    """Square the Euclidean distance from every point to every centroid.

    A plain sum, not the matrix product sklearn uses: the product's last bits depend
    on how many threads share it, and a tie between segments must not.

    Args:
        points: Shape (n_customers, n_features).
        centroids: Shape (k, n_features).

    Returns:
        Shape (n_customers, k).
    """
    return np.column_stack(
        [((points - centroid) ** 2).sum(axis=1) for centroid in centroids]
    )
