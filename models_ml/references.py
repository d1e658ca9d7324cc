"""What must be kept of the customers a model was fitted on, to see them change?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Points

BIN_COUNT = 10


@dataclass(frozen=True)
class Reference:
    """How customers were spread over one attribute when a model was fitted.

    Attributes:
        name: The attribute.
        bounds: Upper bounds of all bins but the last, rising.
        counts: Customers per bin, one more than there are bounds.
    """

    name: str
    bounds: tuple[float, ...]
    counts: tuple[int, ...]


def reference_of(name: str, values: Points) -> Reference:
    """Cut an attribute at its deciles, with open ends.

    Args:
        name: The attribute.
        values: Its finite values, shape (n_customers,).

    Returns:
        At most ten bins; fewer where many customers are equal.

    Raises:
        ValueError: If there are no values.
    """
    if values.size == 0:
        raise ValueError(f"attribute {name} has no values to refer to")
    deciles = np.quantile(values, np.arange(1, BIN_COUNT) / BIN_COUNT)
    bounds = np.unique(deciles)
    counts = counted(values, tuple(bounds.tolist()))
    return Reference(name, tuple(bounds.tolist()), tuple(counts.tolist()))


def counted(values: Points, bounds: tuple[float, ...]) -> NDArray[np.int64]:
    """Count values per bin; a value at a bound belongs to the bin below.

    Args:
        values: Shape (n_customers,).
        bounds: Upper bounds of all bins but the last, rising.

    Returns:
        Customers per bin, shape (len(bounds) + 1,).
    """
    bins = np.searchsorted(np.array(bounds), values, side="left")
    return np.bincount(bins, minlength=len(bounds) + 1).astype(np.int64)


def counted_codes(codes: pd.Series, order: tuple[str, ...]) -> tuple[int, ...]:
    """Count customers per code.

    Args:
        codes: Code per customer; those not in ``order`` are left out.
        order: Codes to count.

    Returns:
        Customers per code, in that order.
    """
    return tuple(int((codes == code).sum()) for code in order)
