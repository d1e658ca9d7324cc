"""Which customers are so unlike all others that no segment should hold them?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models_ml.algorithms.base import Points

GAUSSIAN_MAD = 1.4826
GAUSSIAN_IQR = 1.349
GAUSSIAN_P05_TO_P95 = 3.2897


@dataclass(frozen=True)
class Limits:
    """Bounds beyond which a customer is exceptional; None: that side has none.

    Attributes:
        low: Lower bound in the unit of the values.
        high: Upper bound in the unit of the values.
    """

    low: float | None
    high: float | None


def robust_spread(values: Points) -> float:
    """Estimate a standard deviation that neither outliers nor piles of ties distort.

    The largest of three Gaussian-consistent estimates: ``1.4826 MAD``,
    ``IQR / 1.349`` and ``(q95 - q05) / 3.2897``. The first two vanish where most
    customers are equal; the third then still sees a group of 5 % or more, so that such
    a group as a whole is never extreme.

    Args:
        values: One attribute, shape (n_customers,).

    Returns:
        Spread in the unit of the values, 0 if nine tenths of them are equal.
    """
    q05, q25, median, q75, q95 = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
    deviation = float(np.median(np.abs(values - median)))
    return max(
        GAUSSIAN_MAD * deviation,
        float(q75 - q25) / GAUSSIAN_IQR,
        float(q95 - q05) / GAUSSIAN_P05_TO_P95,
    )


def outlier_limits(values: Points, threshold: float, group_size: int) -> Limits:
    """Set the bounds at ``median ± threshold · spread``, one side at a time.

    A side beyond which ``group_size`` customers or more lie has no bound: so many are
    a group with a behaviour of its own and belong to a segment. Without spread there
    are no bounds, as every deviation would be infinitely extreme.

    Args:
        values: One attribute on its comparable scale, shape (n_customers,).
        threshold: Robust z beyond which a value is extreme.
        group_size: Number of customers that make a segment.

    Returns:
        The bounds in the unit of the values.

    References:
        Iglewicz, B. and Hoaglin, D. (1993). How to Detect and Handle Outliers.
    """
    spread = robust_spread(values)
    if spread == 0:
        return Limits(None, None)
    median = float(np.median(values))
    low, high = median - threshold * spread, median + threshold * spread
    low_count, high_count = int((values < low).sum()), int((values > high).sum())
    return Limits(
        low if low_count < group_size else None,
        high if high_count < group_size else None,
    )


def is_beyond(values: Points, limits: Limits) -> NDArray[np.bool_]:
    """Mark the values outside the bounds.

    Args:
        values: One attribute on its comparable scale, shape (n_customers,).
        limits: Bounds in the same unit.

    Returns:
        True where a value lies beyond a bound, shape (n_customers,).
    """
    low = -np.inf if limits.low is None else limits.low
    high = np.inf if limits.high is None else limits.high
    beyond: NDArray[np.bool_] = (values < low) | (values > high)
    return beyond
