"""Which minutes per count explain the minutes that were measured?

A time equation, ``minutes = sum of count * minutes per count`` without a constant, is
fitted by least squares that holds each term at 0 or above: no work takes less than no
time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

Matrix = NDArray[np.float64]
# A term belongs to a dependency if its weight in it, of 1, is more than rounding.
LEAST_WEIGHT = 1e-6


@dataclass(frozen=True)
class TimeFit:
    """Minutes per count, and how well they explain what was measured.

    Attributes:
        minutes: Minutes per count, by term; 0 where the best value would be below.
        errors: Their standard errors, by term; None of a term held at 0, and of all
            where there are no more rows than terms.
        is_held: Whether a term is held at 0 because its best value would be below.
        fit_ratio: Share of the variance of the measured minutes that is explained;
            None where they do not vary.
        residual_ratio: Sum of what is not explained, without sign, over the measured
            minutes; None where none were measured.
    """

    minutes: list[float]
    errors: list[float | None]
    is_held: list[bool]
    fit_ratio: float | None
    residual_ratio: float | None


def fit_times(counts: Matrix, measured: Matrix) -> TimeFit:
    """Fit minutes per count to measured minutes, each term at 0 or above.

    Standard errors are those of ordinary least squares over the terms that are not
    held at 0: ``sqrt(diag(s^2 (X'X)^-1))`` with ``s^2 = residuals' residuals / (rows -
    terms)``, so they say nothing of the terms that are.

    Args:
        counts: Counts, shape (rows, terms); no term depends on the others
            (`dependent_terms`).
        measured: Measured minutes, shape (rows,).

    Returns:
        The fit.

    References:
        Lawson, C. L. and Hanson, R. J. (1974). Solving Least Squares Problems, ch. 23.
        Prentice-Hall.
    """
    minutes, _ = nnls(counts, measured)
    residuals = measured - counts @ minutes
    spread = float(np.sum((measured - measured.mean()) ** 2))
    total = float(np.sum(np.abs(measured)))
    squares = float(residuals @ residuals)
    is_held = minutes <= 0
    return TimeFit(
        minutes=[float(value) for value in minutes],
        errors=_errors(counts, ~is_held, squares),
        is_held=[bool(held) for held in is_held],
        fit_ratio=1 - squares / spread if spread else None,
        residual_ratio=float(np.sum(np.abs(residuals))) / total if total else None,
    )


def dependent_terms(counts: Matrix, terms: Sequence[str]) -> list[str]:
    """Name the terms that cannot be told apart: each is a sum of multiples of others.

    Args:
        counts: Counts, shape (rows, terms); each term is counted at least once.
        terms: Their names.

    Returns:
        The names of those with weight in a combination that is 0 in every row.
    """
    scaled = counts / np.linalg.norm(counts, axis=0)
    # Full: with fewer rows than terms the combinations beyond the rows are needed too.
    _, values, directions = np.linalg.svd(scaled, full_matrices=True)
    smallest = values.max() * max(scaled.shape) * np.finfo(np.float64).eps
    combinations = np.abs(directions[int(np.sum(values > smallest)) :])
    weights = combinations.max(axis=0, initial=0.0)
    return [
        term
        for term, weight in zip(terms, weights, strict=True)
        if weight > LEAST_WEIGHT
    ]


def _errors(
    counts: Matrix, is_free: NDArray[np.bool_], squares: float
) -> list[float | None]:
    """Return the standard error of each free term, None of the others."""
    errors: list[float | None] = [None] * counts.shape[1]
    free = counts[:, is_free]
    rows, terms = free.shape
    if rows > terms:
        covariance = squares / (rows - terms) * np.linalg.inv(free.T @ free)
        for place, value in zip(
            np.flatnonzero(is_free), np.diag(covariance), strict=True
        ):
            errors[int(place)] = float(np.sqrt(value))
    return errors
