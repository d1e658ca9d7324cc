"""Which groups can be told apart by a handful of yes-or-no questions?"""

from dataclasses import dataclass

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from models_ml.algorithms.base import Clustering, Labels, Points, numbered
from models_ml.algorithms.kmeans import KMeansAlgorithm
from models_ml.algorithms.shapes import Boxes

NO_FEATURE = -2


@dataclass(frozen=True)
class RuleTreeAlgorithm:
    """The rules that say best what k-means found: every cluster is a list of rules.

    Attributes:
        questions: Questions on the way to a rule beyond the fewest that tell so many
            clusters apart.
        smallest_ratio: Share of the points a rule must speak of.
        name: Name in the registry.
    """

    questions: int = 1
    smallest_ratio: float = 0.01
    name: str = "tree"

    def fit(
        self, points: Points, cluster_count: int, seed: int, restarts: int
    ) -> Clustering:
        """Grow a shallow tree on the k-means clusters; see ClusteringAlgorithm.fit.

        Raises:
            ValueError: If a cluster gets no rule of its own.
        """
        compact = KMeansAlgorithm().fit(points, cluster_count, seed, restarts)
        depth = int(np.ceil(np.log2(max(cluster_count, 2)))) + self.questions
        tree = grown_tree(points, compact.labels, depth, self.smallest_ratio)
        lows, highs, owners = _boxes(tree)
        if len(np.unique(owners)) < cluster_count:
            raise ValueError(
                f"{cluster_count} clusters cannot be told apart in {depth} questions"
            )
        # Not tree.predict, which rounds the points to single precision first.
        found: Labels = Boxes(lows, highs, owners).distances(points).argmin(axis=1)
        labels, centroids, inertia = numbered(points, found)
        renamed = np.empty(cluster_count, dtype=np.int64)
        renamed[found] = labels
        shape = Boxes(lows, highs, renamed[owners])
        return Clustering(labels, centroids, inertia, shape)


def grown_tree(
    points: Points, labels: Labels, depth: int, smallest_ratio: float
) -> DecisionTreeClassifier:
    """Grow a tree that predicts labels, the same one for the same points.

    Args:
        points: Shape (n_customers, n_features).
        labels: Cluster per customer.
        depth: Most questions on the way to a rule.
        smallest_ratio: Share of the points a rule must speak of.

    Returns:
        The fitted tree.
    """
    tree = DecisionTreeClassifier(
        max_depth=depth,
        min_samples_leaf=max(1, round(smallest_ratio * len(points))),
        random_state=0,
    )
    return tree.fit(points, labels)


def _boxes(tree: DecisionTreeClassifier) -> tuple[Points, Points, Labels]:
    """Follow every path to its rule."""
    nodes = tree.tree_
    width = tree.n_features_in_
    lows: list[Points] = []
    highs: list[Points] = []
    owners: list[int] = []
    open_box = (np.full(width, -np.inf), np.full(width, np.inf))
    waiting = [(0, *open_box)]
    while waiting:
        node, low, high = waiting.pop()
        feature = int(nodes.feature[node])
        if feature == NO_FEATURE:
            lows.append(low)
            highs.append(high)
            owners.append(int(tree.classes_[nodes.value[node][0].argmax()]))
            continue
        threshold = float(nodes.threshold[node])
        narrowed_high, narrowed_low = high.copy(), low.copy()
        narrowed_high[feature] = narrowed_low[feature] = threshold
        waiting.append((int(nodes.children_right[node]), narrowed_low, high))
        waiting.append((int(nodes.children_left[node]), low, narrowed_high))
    return np.array(lows), np.array(highs), np.array(owners, dtype=np.int64)
