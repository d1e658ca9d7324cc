"""How even, how simple to tell, how telling of money is a partition?"""

import numpy as np

from models_ml.algorithms.base import Labels, Points
from models_ml.algorithms.tree import grown_tree

RULE_DEPTH = 4


def balance(sizes: Points) -> float:
    """Compare the entropy of the sizes with that of equal ones.

    Args:
        sizes: Share of customers per segment, above 0, adding up to 1.

    Returns:
        1 if all are equal, towards 0 as one takes everybody; 1 for one segment.
    """
    if len(sizes) == 1:
        return 1.0
    return float(-(sizes * np.log(sizes)).sum() / np.log(len(sizes)))


def rule_fidelity(points: Points, labels: Labels) -> float:
    """Measure how well four yes-or-no questions a customer reproduce the segments."""
    tree = grown_tree(points, labels, RULE_DEPTH, 0.01)
    return float((tree.predict(points) == labels).mean())


def money_separation(money: Points, labels: Labels) -> float:
    """Measure the share of an amount's rank variance that lies between segments.

    ``eta² = sum_s n_s (mean rank_s - mean rank)² / sum_i (rank_i - mean rank)²``, on
    ranks because amounts are skewed.

    Args:
        money: Amount per customer, shape (n_customers,).
        labels: Segment per customer.

    Returns:
        0 to 1; 0 where all amounts are equal.
    """
    order = np.unique(money, return_inverse=True)[1]
    counts = np.bincount(order)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[order]
    deviations = ranks - ranks.mean()
    total = float((deviations**2).sum())
    sums = np.bincount(labels, weights=deviations)
    between = float((sums**2 / np.bincount(labels)).sum())
    return between / total if total > 0 else 0.0


def bell_fit(points: Points, labels: Labels) -> float:
    """Average ``log(share of the segment * its Gaussian density at the customer)``.

    Args:
        points: Shape (n_customers, n_features).
        labels: Segment per customer.

    Returns:
        Mean log-likelihood in nats per attribute; a hundredth of the overall variance
        is added to every width, so that small segments are not infinitely narrow.
    """
    floor = 0.01 * float(points.var(axis=0).mean())
    total = 0.0
    for segment in np.unique(labels):
        members = points[labels == segment]
        centered = members - members.mean(axis=0)
        widths, axes = np.linalg.eigh(centered.T @ centered / len(members))
        widths = np.maximum(widths, 0) + floor
        squared = ((centered @ axes) ** 2 / widths).sum(axis=1)
        log_density = -0.5 * (squared + np.log(2 * np.pi * widths).sum())
        total += float((log_density + np.log(len(members) / len(points))).sum())
    return total / points.size
