"""Which dense regions do valleys part, whatever their form?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from models_ml.algorithms.base import Labels, Points
from models_ml.algorithms.spanning import spanning_edges

SCALES = (8, 12, 16, 25, 40)
LEAST_POINTS_PER_NEIGHBOUR = 5
NEAR_FENCE, MIDDLE_FENCE, FAR_FENCE = 1.5, 2.0, 5.0
BACKGROUND_RATIO = 0.025
CHANCE_AT_LEAST, CHANCE_PER_DIMENSION = 0.7, 1.9


@dataclass(frozen=True)
class Modes:
    """Dense regions, each parted from the next by a valley.

    Attributes:
        labels: Region per point, 0 to k - 1, shape (n_points,).
        depth: Depth of the shallowest valley, 1 being what chance may reach; 0 where
            there is only one region.
        is_core: Whether a point is denser than the highest pass out of its region,
            so that there is no doubt whose it is, shape (n_points,).
        is_noise: Whether a point lies far from the others of its region, same shape.
        scale: Neighbours the density was taken over.
    """

    labels: Labels
    depth: float
    is_core: NDArray[np.bool_]
    is_noise: NDArray[np.bool_]
    scale: int

    @property
    def count(self) -> int:
        """Return the number of regions."""
        return int(self.labels.max()) + 1


@dataclass(frozen=True)
class Landscape:
    """The density of the points and the passes between its summits, at one scale.

    Attributes:
        log_radius: Logarithm of the distance to the scale-th neighbour: low is dense.
        passes: Edges (one, other) of the tree that joins all points over the
            highest ground, densest first, shape (n_points - 1, 2).
        heights: Logarithmic radius at which each edge joins, rising.
        unit: Valley depths per unit of logarithmic radius: standard errors of the
            density over what chance reaches in so many dimensions.
        scale: Neighbours.
    """

    log_radius: Points
    passes: Labels
    heights: Points
    unit: float
    scale: int


@dataclass(frozen=True)
class Valley:
    """The place where a region meets a denser one.

    Attributes:
        edge: Number of the pass.
        depth: How much sparser the pass is than the middle member of either region,
            1 being what chance may reach.
    """

    edge: int
    depth: float


def landscapes(points: Points) -> list[Landscape]:
    """Survey the density at several scales: thin forms show at small ones only.

    Args:
        points: Shape (n_points, n_features).

    Returns:
        One landscape per scale the points suffice for, at least one.
    """
    most = max(2, min(max(SCALES), (len(points) - 1) // LEAST_POINTS_PER_NEIGHBOUR))
    distances, neighbours = cKDTree(points).query(points, k=most + 1)
    distances, neighbours = _without_self(distances, neighbours)
    scales = [scale for scale in SCALES if scale <= most] or [most]
    floor = 1e-12 * float(np.ptp(points, axis=0).max() or 1.0)
    distances = np.maximum(distances, floor)
    return [
        _landscape(points, distances[:, :scale], neighbours[:, :scale])
        for scale in scales
    ]


def significant_modes(surveys: Sequence[Landscape], smallest: int) -> Modes:
    """Part the points wherever a valley is too deep to be chance.

    The hierarchy is HDBSCAN's: points join in the order of their mutual reachability.
    Two regions stay apart if each has ``smallest`` points when they meet and the pass
    between them is sparser than the middle member of either by more than chance
    does it. The scale that tells most regions apart counts, of equals the one with the
    deepest valleys.

    Chance: a density over s neighbours in d dimensions has a logarithm with standard
    error ``1 / sqrt(s)``; in uniform, Gaussian and ball-shaped clouds of 60 to 3,000
    points the deepest valley, in units of ``sqrt(2 / s)``, stays in 95 of 100 draws
    below 2.2 in one dimension, 1.2 in two, 0.8 in three and 0.6 in six, and on noisy
    rings and spirals (1.4 dimensions) below 2: ``0.7 + 1.9 / d`` lies above them all.

    Args:
        surveys: The density of the points at each scale.
        smallest: Fewest points of a region.

    Returns:
        The regions; one if there is no such valley.

    References:
        Campello, R., Moulavi, D. and Sander, J. (2013). Density-based clustering based
        on hierarchical density estimates. PAKDD, 160-172. Chazal, F., Guibas, L.,
        Oudot, S. and Skraba, P. (2013). Persistence-based clustering in Riemannian
        manifolds. Journal of the ACM 60(6).
    """
    best: tuple[tuple[int, float], Landscape, list[Valley]] | None = None
    for survey in surveys:
        kept = [v for v in valleys(survey, smallest) if v.depth >= 1]
        rank = (len(kept), min((valley.depth for valley in kept), default=0.0))
        if best is None or rank > best[0]:
            best = (rank, survey, kept)
    if best is None:
        raise ValueError("no landscape to find regions in")
    return _modes(best[1], best[2])


def most_prominent_modes(
    surveys: Sequence[Landscape], count: int, smallest: int
) -> Modes | None:
    """Part the points into a given number of regions at the deepest valleys.

    Args:
        surveys: The density of the points at each scale.
        count: Regions wanted.
        smallest: Fewest points of a region.

    Returns:
        The regions at the scale where the shallowest valley needed is deepest, or
        None if no scale has so many.
    """
    best: tuple[float, Landscape, list[Valley]] | None = None
    for survey in surveys:
        kept = sorted(valleys(survey, smallest), key=lambda v: -v.depth)[: count - 1]
        depth = min((valley.depth for valley in kept), default=0.0)
        if len(kept) == count - 1 and (best is None or depth > best[0]):
            best = (depth, survey, kept)
    return None if best is None else _modes(best[1], best[2])


def valleys(survey: Landscape, smallest: int) -> list[Valley]:
    """Find where regions of at least so many points meet, and how deep it is there.

    Args:
        survey: The density at one scale.
        smallest: Fewest points of a region.

    Returns:
        One valley per meeting, in the order of falling density.
    """
    height = survey.log_radius
    root = list(range(len(height)))
    members: list[list[int]] = [[point] for point in range(len(height))]
    found: list[Valley] = []
    for edge, ((one, other), level) in enumerate(
        zip(survey.passes.tolist(), survey.heights.tolist(), strict=True)
    ):
        first, second = _root(root, one), _root(root, other)
        if len(members[first]) < len(members[second]):
            first, second = second, first
        if len(members[second]) >= smallest:
            middle = max(
                float(np.median(height[members[first]])),
                float(np.median(height[members[second]])),
            )
            found.append(Valley(edge, (level - middle) * survey.unit))
        root[second] = first
        members[first] += members[second]
        members[second] = []
    return found


def _modes(survey: Landscape, kept: Sequence[Valley]) -> Modes:
    """Join everything over the passes but those that were kept."""
    count = len(survey.log_radius)
    joined = np.ones(len(survey.passes), dtype=bool)
    joined[[valley.edge for valley in kept]] = False
    one, other = survey.passes[joined].T
    graph = csr_matrix((np.ones(len(one)), (one, other)), shape=(count, count))
    labels: Labels = connected_components(graph, directed=False)[1].astype(np.int64)
    highest = np.full(int(labels.max()) + 1, np.inf)
    for valley in kept:
        for point in survey.passes[valley.edge]:
            region = labels[point]
            highest[region] = min(highest[region], survey.heights[valley.edge])
    return Modes(
        labels=labels,
        depth=min((valley.depth for valley in kept), default=0.0),
        is_core=survey.log_radius < highest[labels],
        is_noise=_noise(survey.log_radius, labels),
        scale=survey.scale,
    )


def _noise(log_radius: Points, labels: Labels) -> NDArray[np.bool_]:
    """Mark points beyond ``q75 + f (q75 - q25)`` of their region's radii.

    Of a Gaussian region one point in a hundred lies beyond f = 2 and none of thousands
    beyond 5. Where one in forty lies beyond 2 there is a background of strays, and f is
    1.5; else it is 5.
    """
    excess = np.zeros(len(labels))
    for region in range(int(labels.max()) + 1):
        inside = labels == region
        low, high = np.quantile(log_radius[inside], [0.25, 0.75])
        excess[inside] = (log_radius[inside] - high) / max(high - low, 1e-12)
    has_background = (excess > MIDDLE_FENCE).mean() > BACKGROUND_RATIO
    noise: NDArray[np.bool_] = excess > (NEAR_FENCE if has_background else FAR_FENCE)
    return noise


def _landscape(points: Points, distances: Points, neighbours: Labels) -> Landscape:
    count, scale = neighbours.shape
    height = np.log(distances[:, -1])
    one = np.repeat(np.arange(count), scale)
    other = neighbours.ravel()
    passes, heights = spanning_edges(points, height, np.column_stack([one, other]))
    dimension = min(max(1.0, _dimension(distances)), points.shape[1])
    chance = CHANCE_AT_LEAST + CHANCE_PER_DIMENSION / dimension
    unit = float(dimension * np.sqrt(scale / 2) / chance)
    return Landscape(height, passes, heights, unit, scale)


def _dimension(distances: Points) -> float:
    """Estimate how many directions the points really spread in.

    References:
        Levina, E. and Bickel, P. (2004). Maximum likelihood estimation of intrinsic
        dimension. NIPS 17.
    """
    scale = distances.shape[1]
    if scale < 3:
        return 1.0
    growth = np.log(distances[:, -1:] / distances[:, :-1]).mean()
    return float((scale - 2) / (scale - 1) / max(growth, 1e-12))


def _without_self(distances: Points, neighbours: Labels) -> tuple[Points, Labels]:
    """Drop each point from its own neighbours, also where others share its place."""
    own = neighbours == np.arange(len(neighbours))[:, None]
    missing = ~own.any(axis=1)
    own[missing, -1] = True
    kept = ~own
    shape = (len(neighbours), neighbours.shape[1] - 1)
    return distances[kept].reshape(shape), neighbours[kept].reshape(shape)


def _root(root: list[int], point: int) -> int:
    while root[point] != point:
        root[point] = root[root[point]]
        point = root[point]
    return point
