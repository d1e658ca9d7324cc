"""What does a partition leave behind, so that it places a customer without a refit?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from models_ml.algorithms.base import Labels, Points, Shape, squared_distances

FEW_ANCHORS = 20
FEW_DIMENSIONS = 4
BLOCK = 2_000


@dataclass(frozen=True)
class Anchors:
    """Clusters by typical members: a point belongs to its nearest anchor's cluster.

    One anchor per cluster, its centroid, is what k-means leaves; many follow any form.

    Attributes:
        points: Shape (n_anchors, n_features).
        labels: Cluster per anchor, 0 to k - 1, each at least once.
    """

    points: Points
    labels: Labels

    def distances(self, points: Points) -> Points:
        """Measure to the nearest anchor of each cluster; see Shape.distances."""
        return np.column_stack(
            [
                _to_nearest(points, self.points[self.labels == cluster])
                for cluster in range(int(self.labels.max()) + 1)
            ]
        )

    def plain(self) -> dict[str, Any]:
        """Return JSON-ready data; see Shape.plain."""
        return {
            "kind": "anchors",
            "points": self.points.tolist(),
            "labels": self.labels.tolist(),
        }


@dataclass(frozen=True)
class Ellipsoids:
    """Clusters as Gaussian densities: a point belongs where it is likeliest.

    The squared distance is twice the negative logarithm of weight times density, less
    the same number for all clusters, so that it is never below 0.

    Attributes:
        means: Shape (k, n_features).
        whitenings: Matrix per cluster that turns differences into standard
            deviations, shape (k, n_features, n_features).
        offsets: What size and weight add to a squared distance, shape (k,).
    """

    means: Points
    whitenings: Points
    offsets: Points

    def distances(self, points: Points) -> Points:
        """Measure by likelihood; see Shape.distances."""
        columns = []
        for mean, whitening, offset in zip(
            self.means, self.whitenings, self.offsets, strict=True
        ):
            standard = np.einsum("ij,jk->ik", points - mean, whitening)
            columns.append(np.sqrt((standard**2).sum(axis=1) + offset))
        return np.column_stack(columns)

    def plain(self) -> dict[str, Any]:
        """Return JSON-ready data; see Shape.plain."""
        return {
            "kind": "ellipsoids",
            "means": self.means.tolist(),
            "whitenings": self.whitenings.tolist(),
            "offsets": self.offsets.tolist(),
        }


@dataclass(frozen=True)
class Boxes:
    """Clusters as rules: each box is one rule, from its lows to its highs.

    Attributes:
        lows: A value must lie above, shape (n_boxes, n_features); -inf where open.
        highs: A value must not lie above, same shape; inf where open.
        labels: Cluster per box, 0 to k - 1, each at least once.
    """

    lows: Points
    highs: Points
    labels: Labels

    def distances(self, points: Points) -> Points:
        """Measure to the nearest box, 0 inside it; see Shape.distances."""
        outside = np.full((len(points), int(self.labels.max()) + 1), np.inf)
        for low, high, label in zip(self.lows, self.highs, self.labels, strict=True):
            # On the low edge a point is in the neighbouring box, a hair away.
            above = np.maximum(np.nextafter(low, np.inf) - points, 0)
            gap = np.maximum(above, 0) + np.maximum(points - high, 0)
            distance = np.sqrt((gap**2).sum(axis=1))
            is_inside = ((points > low) & (points <= high)).all(axis=1)
            # A hair's square is 0: only the box that holds the point is at 0.
            distance = np.where(
                is_inside, 0.0, np.maximum(distance, np.finfo(np.float64).tiny)
            )
            outside[:, label] = np.minimum(outside[:, label], distance)
        return outside

    def plain(self) -> dict[str, Any]:
        """Return JSON-ready data, null where open; see Shape.plain."""
        return {
            "kind": "boxes",
            "lows": _nulled(self.lows),
            "highs": _nulled(self.highs),
            "labels": self.labels.tolist(),
        }


def shape_from(plain: Mapping[str, Any]) -> Shape:
    """Read a shape back.

    Args:
        plain: What ``plain`` returned, possibly via JSON.

    Returns:
        The shape.

    Raises:
        ValueError: If the kind is unknown.
    """
    kind = plain.get("kind")
    if kind == "anchors":
        return Anchors(
            np.array(plain["points"], dtype=np.float64),
            np.array(plain["labels"], dtype=np.int64),
        )
    if kind == "ellipsoids":
        names = ("means", "whitenings", "offsets")
        return Ellipsoids(*(np.array(plain[name], dtype=np.float64) for name in names))
    if kind == "boxes":
        return Boxes(
            _filled(plain["lows"], -np.inf),
            _filled(plain["highs"], np.inf),
            np.array(plain["labels"], dtype=np.int64),
        )
    raise ValueError(f"unknown shape {kind!r}: anchors, ellipsoids or boxes")


def _to_nearest(points: Points, anchors: Points) -> Points:
    """Measure to the nearest anchor: by plain sums, a tree or blocks of products.

    A tree is fast in few dimensions only; a product finds the nearest anchor, to which
    the distance is then a plain sum, free of cancellation.
    """
    if len(anchors) <= FEW_ANCHORS:
        plain: Points = np.sqrt(squared_distances(points, anchors).min(axis=1))
        return plain
    if points.shape[1] <= FEW_DIMENSIONS:
        by_tree: Points = cKDTree(anchors).query(points)[0]
        return by_tree
    own = 0.5 * (anchors**2).sum(axis=1)
    nearest = np.empty(len(points), dtype=np.int64)
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        nearest[block] = (own - points[block] @ anchors.T).argmin(axis=1)
    distances: Points = np.sqrt(((points - anchors[nearest]) ** 2).sum(axis=1))
    return distances


def _nulled(bounds: Points) -> list[list[float | None]]:
    return [
        [value if np.isfinite(value) else None for value in row]
        for row in bounds.tolist()
    ]


def _filled(bounds: list[list[float | None]], open_end: float) -> Points:
    return np.array(
        [[open_end if value is None else value for value in row] for row in bounds],
        dtype=np.float64,
    )
