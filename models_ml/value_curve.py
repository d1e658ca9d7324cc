"""What does one more segment earn, and what does it cost to run?"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from models_ml.algorithms.base import Labels, Points


def explained_ratio(points: Points, labels: Labels) -> float:
    """Measure the share of the variance between customers that lies between segments.

    ``1 - sum_i ||x_i - mean of its segment||² / sum_i ||x_i - mean||²``: how much of
    what sets customers apart is met by treating each as its segment's average.

    Args:
        points: Prepared, weighted attributes, shape (n_customers, n_features).
        labels: Segment per customer, shape (n_customers,).

    Returns:
        0 (one segment) to 1 (every customer its own); 0 where all are alike.
    """
    total = float(((points - points.mean(axis=0)) ** 2).sum())
    within = 0.0
    for segment in np.unique(labels):
        members = points[labels == segment]
        within += float(((members - members.mean(axis=0)) ** 2).sum())
    return 1 - within / total if total > 0 else 0.0


def marginal_benefits(benefits: Sequence[float]) -> list[float | None]:
    """Subtract from each number's benefit that of the number before it.

    Args:
        benefits: Benefit per number of segments, rising by number.

    Returns:
        What the last segment added earns; None for the fewest, which has no former.
    """
    gains = [later - former for former, later in pairwise(benefits)]
    return [None, *gains][: len(benefits)]


def justified_count(
    segment_counts: Sequence[int], benefits: Sequence[float], segment_cost: float
) -> int:
    """Find the most segments that earn what they cost to run.

    The number with the largest ``benefit(k) - k * cost``, of equals the larger. Where
    each further segment earns less than the one before, that is the last whose marginal
    benefit covers its cost; where a poor split precedes a good one, it looks past it.

    Args:
        segment_counts: Numbers of segments, rising.
        benefits: Benefit of each, in the unit of the cost.
        segment_cost: Cost of running one segment.

    Returns:
        One of ``segment_counts``.

    Raises:
        ValueError: If there is none.
    """
    if not segment_counts:
        raise ValueError("a value curve needs at least one number of segments")
    net = [
        (benefit - count * segment_cost, count)
        for count, benefit in zip(segment_counts, benefits, strict=True)
    ]
    return max(net)[1]
