"""How do the columns of any numeric table become points that may be compared?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models_ml.algorithms.base import Points
from models_ml.outliers import robust_spread

LEAST_SKEW = 0.4
LEAST_RANGE = 10.0
WIDE_RANGE = 100.0
COMPARABLE_SPREADS = 10.0


@dataclass(frozen=True)
class ColumnScaling:
    """How one column is brought to its scale.

    Attributes:
        name: Column.
        is_logarithmic: Whether its logarithm is taken first.
        center: Median, after the logarithm.
        scale: Unit, after the logarithm; above 0.
    """

    name: str
    is_logarithmic: bool
    center: float
    scale: float

    def scaled(self, values: Points) -> Points:
        """Scale raw values, shape (n_rows,).

        Raises:
            ValueError: If a logarithm is to be taken of a value of 0 or less.
        """
        if self.is_logarithmic:
            if values.size and values.min() <= 0:
                raise ValueError(
                    f"column {self.name} was fitted on values above 0: "
                    f"{values.min():g} given"
                )
            values = np.log(values)
        scaled: Points = (values - self.center) / self.scale
        return scaled


def fit_columns(
    names: Sequence[str], values: Points
) -> tuple[tuple[ColumnScaling, ...], tuple[str, ...]]:
    """Choose a transform and a scale for each column that varies.

    The logarithm is taken of columns above 0 that are skewed and either range over one
    order of magnitude and are at most half as skewed after it, or range over two:
    several groups are not symmetric on any scale. Where no logarithm is taken and
    no column spreads ten times as far as another, they are coordinates in one unit:
    all are divided by the same number, so that angles and distances stay. Else each is
    divided by its own spread, the robust one or, where most values are equal, the
    standard deviation.

    Args:
        names: Columns.
        values: Finite, shape (n_rows, n_columns).

    Returns:
        Scalings of the columns that vary, and a note on each column left out or
        transformed.

    Raises:
        ValueError: If no column varies.
    """
    notes: list[str] = []
    kept: list[tuple[str, bool, Points]] = []
    for name, column in zip(names, values.T, strict=True):
        if np.ptp(column) == 0:
            notes.append(f"column {name} is constant and not used")
            continue
        is_logarithmic = _is_better_logarithmic(column)
        if is_logarithmic:
            notes.append(f"column {name} is skewed: its logarithm is used")
        kept.append(
            (name, is_logarithmic, np.log(column) if is_logarithmic else column)
        )
    if not kept:
        raise ValueError("every column is constant: there is nothing to tell apart")
    deviations = np.array([float(column.std()) for _, _, column in kept])
    is_one_unit = not any(is_log for _, is_log, _ in kept) and bool(
        deviations.max() <= COMPARABLE_SPREADS * deviations.min()
    )
    common = float(np.sqrt((deviations**2).mean()))
    scalings = tuple(
        ColumnScaling(
            name,
            is_logarithmic,
            float(np.median(column)),
            common if is_one_unit else robust_spread(column) or float(column.std()),
        )
        for name, is_logarithmic, column in kept
    )
    return scalings, tuple(notes)


def scaled_table(
    scalings: Sequence[ColumnScaling], names: Sequence[str], values: Points
) -> Points:
    """Scale a table with stored scalings.

    Args:
        scalings: Fitted scalings.
        names: Columns of the table.
        values: Shape (n_rows, n_columns).

    Returns:
        Points, shape (n_rows, n_scalings).

    Raises:
        ValueError: If a column is missing or below what was fitted.
    """
    positions = {name: position for position, name in enumerate(names)}
    missing = [each.name for each in scalings if each.name not in positions]
    if missing:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    return np.column_stack(
        [each.scaled(values[:, positions[each.name]]) for each in scalings]
    )


def skewness(values: Points) -> float:
    """Compare the tails: ``(q95 + q05 - 2 median) / (q95 - q05)``.

    Args:
        values: Shape (n_rows,).

    Returns:
        -1 to 1; 0 if symmetric, or if nine tenths of the values are equal.
    """
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95])
    width = float(high - low)
    return float(high + low - 2 * median) / width if width > 0 else 0.0


def _is_better_logarithmic(values: Points) -> bool:
    if values.min() <= 0:
        return False
    low, high = np.quantile(values, [0.05, 0.95])
    skew = skewness(values)
    if skew <= LEAST_SKEW:
        return False
    is_straightened = abs(skewness(np.log(values))) <= skew / 2
    return bool(high / low >= (LEAST_RANGE if is_straightened else WIDE_RANGE))
