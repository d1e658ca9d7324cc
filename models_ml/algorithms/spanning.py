"""Over which edges are all points joined at the least height?"""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import cKDTree

from models_ml.algorithms.base import Labels, Points


def spanning_edges(
    points: Points, height: Points, edges: Labels
) -> tuple[Labels, Points]:
    """Span all points by the edges of least height, bridging what is not connected.

    Args:
        points: Shape (n_points, n_features).
        height: Height per point; an edge is as high as the higher of its ends.
        edges: Pairs of points, shape (n_edges, 2).

    Returns:
        The n_points - 1 edges of the minimum spanning tree and their heights, rising;
        a bridge is at least as high as the logarithm of the gap it spans.
    """
    count = len(points)
    low, high = edges.min(axis=1), edges.max(axis=1)
    unique = np.unique(low * count + high)
    edges = np.column_stack([unique // count, unique % count])
    level = height[edges].max(axis=1)
    while True:
        graph = csr_matrix(
            (np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count)
        )
        parts, part = connected_components(graph, directed=False)
        if parts == 1:
            break
        bridges, gaps = _bridges(points, part)
        edges = np.concatenate([edges, bridges])
        level = np.concatenate(
            [level, np.maximum(np.log(gaps), height[bridges].max(axis=1))]
        )
    order = np.lexsort((edges[:, 1], edges[:, 0], level))
    # Ranks as weights: equal heights are broken by the points, not by the solver.
    ranked = csr_matrix(
        (np.arange(1, len(order) + 1), (edges[order, 0], edges[order, 1])),
        shape=(count, count),
    )
    tree = minimum_spanning_tree(ranked).tocoo()
    kept = order[np.sort(tree.data.astype(np.int64)) - 1]
    return edges[kept], level[kept]


def _bridges(points: Points, part: Labels) -> tuple[Labels, Points]:
    """Join each part but the largest to its nearest neighbour outside."""
    sizes = np.bincount(part)
    bridges: list[tuple[int, int]] = []
    gaps: list[float] = []
    for number in range(len(sizes)):
        if number == int(sizes.argmax()):
            continue
        inside = np.flatnonzero(part == number)
        outside = np.flatnonzero(part != number)
        distance, nearest = cKDTree(points[outside]).query(points[inside])
        best = int(distance.argmin())
        bridges.append((int(inside[best]), int(outside[nearest[best]])))
        gaps.append(float(distance[best]))
    found = np.sort(np.array(bridges, dtype=np.int64), axis=1)
    keep = np.unique(found, axis=0, return_index=True)[1]
    return found[keep], np.maximum(np.array(gaps)[keep], np.finfo(np.float64).tiny)
