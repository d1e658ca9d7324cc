"""What does a clustering algorithm take and return, whichever one it is?"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Clustering:
    """One fitted partition.

    Attributes:
        labels: Cluster number per customer, 0 to k - 1, shape (n_customers,).
        centroids: Mean of each cluster's members, shape (k, n_features).
        inertia: Sum of squared distances to the own centroid.
    """

    labels: Labels
    centroids: Points
    inertia: float


class ClusteringAlgorithm(Protocol):
    """A way to split points into a given number of clusters."""

    @property
    def name(self) -> str:
        """Return the name the algorithm is registered and versioned under."""

    def fit(
        self, points: Points, cluster_count: int, seed: int, restarts: int
    ) -> Clustering:
        """Split the points; the same arguments always give the same partition.

        Args:
            points: Prepared attributes, shape (n_customers, n_features).
            cluster_count: Clusters to form, at least 1.
            seed: Start of the random sequence.
            restarts: Random starts, of which the best is kept.

        Raises:
            ValueError: If the points cannot be split so or the fit did not converge.
        """


def nearest_centroids(points: Points, centroids: Points) -> Labels:
    """Find each point's nearest centroid by Euclidean distance.

    Args:
        points: Shape (n_customers, n_features).
        centroids: Shape (k, n_features).

    Returns:
        Row number of the nearest centroid, shape (n_customers,); a tie goes to the
        lower number.
    """
    nearest: Labels = squared_distances(points, centroids).argmin(axis=1)
    return nearest


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
