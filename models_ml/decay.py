"""How fast should the past of a customer be forgotten?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy

from models_ml.algorithms.base import Points

DAYS_PER_MONTH = 365.25 / 12
HALF_LIVES_DAYS = (30.0, 60.0, 90.0, 120.0, 180.0, 270.0, 365.0, 730.0, np.inf)
EVIDENCE_COLUMNS = {
    "attribute": "str",
    "half_life_days": "float64",
    "origin_count": "int64",
    "forecast_count": "int64",
    "mean_deviance": "float64",
    "effective_month_count": "float64",
    "is_best": "bool",
    "is_recommended": "bool",
}


@dataclass(frozen=True)
class Backtest:
    """How half-lives are compared on time they have not seen.

    Attributes:
        half_lives_days: Candidates in days; infinity is the plain, undecayed value.
        horizon_months: Months predicted after each origin; origins lie as far apart.
        origin_limit: Most origins.
        history_months: Fewest months before an origin.
        tolerance: Errors at most so much above the least are ties, and of ties the
            longest half-life stands: it rests on most orders.
    """

    half_lives_days: tuple[float, ...] = HALF_LIVES_DAYS
    horizon_months: int = 3
    origin_limit: int = 4
    history_months: int = 6
    tolerance: float = 0.01


def decay_weights(ages_days: Points, half_life_days: float) -> Points:
    """Weigh values by age: ``w = 0.5 ** (age / half_life)``.

    Args:
        ages_days: Ages in days, any shape.
        half_life_days: Days after which a weight halves; infinity weighs all alike.

    Returns:
        Weights in (0, 1], same shape.

    Raises:
        ValueError: If the half-life is not positive.
    """
    if not half_life_days > 0:
        raise ValueError(f"half_life_days must be above 0: {half_life_days}")
    weights: Points = np.power(0.5, ages_days / half_life_days)
    return weights


def effective_count(weights: Points) -> float:
    """Say on how many equal values a weighted one rests: ``(sum w)² / sum w²``.

    Args:
        weights: Weights, shape (n,), not all 0.
    """
    return float(weights.sum() ** 2 / np.square(weights).sum())


def decayed_mean(values: Points, ages_days: Points, half_life_days: float) -> Points:
    """Average values by recency: ``sum(w v) / sum(w)`` over the values known.

    Args:
        values: Values, unknown as NaN, shape (..., n).
        ages_days: Age of each value in days, shape (n,).
        half_life_days: Days after which a weight halves.

    Returns:
        Means, shape (...); NaN where no value is known.
    """
    weights = decay_weights(ages_days, half_life_days)
    is_known = ~np.isnan(values)
    total = np.where(is_known, values, 0.0) @ weights
    weight = is_known @ weights
    means: Points = np.divide(
        total, weight, out=np.full_like(total, np.nan), where=weight > 0
    )
    return means


def half_life_evidence(
    months: pd.DataFrame, measures: Sequence[str], backtest: Backtest
) -> pd.DataFrame:
    """Compare half-lives by how well the decayed past foretells the months after it.

    At each origin the months before it, decayed, predict the sum of the
    ``horizon_months`` after it. The error is the Poisson deviance per unit foretold,
    ``2 sum(y ln(y / p) - y + p) / sum(y)``: least for the mean whatever the share of
    zeros, where absolute errors favour forecasting nothing. A forecast is at least a
    hundredth of the average one, so that no single return from nothing decides.

    Args:
        months: customer_id, month_start_date and the measures, one row per customer
            and month with an order; months between are zero, those before the first
            unknown.
        measures: Columns to compare half-lives for.
        backtest: Candidates and origins.

    Returns:
        One row per measure and half-life, as ``EVIDENCE_COLUMNS`` says; empty if the
        history is too short for one origin.

    Raises:
        ValueError: If a customer has two rows for one month.
    """
    if months.duplicated(["customer_id", "month_start_date"]).any():
        raise ValueError("a customer has two rows for one month")
    rows: list[dict[str, object]] = []
    for measure in measures:
        rows.extend(_compared(measure, _by_month(months, measure), backtest))
    return pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS)).astype(EVIDENCE_COLUMNS)


def _by_month(months: pd.DataFrame, measure: str) -> Points:
    """Lay a measure out as (n_customers, n_months), NaN before the first month."""
    if months.empty:
        return np.empty((0, 0))
    day = pd.to_datetime(months["month_start_date"])
    number = (day.dt.year * 12 + day.dt.month).to_numpy(dtype=np.int64)
    number -= number.min()
    customers, row = np.unique(
        months["customer_id"].to_numpy(dtype=str), return_inverse=True
    )
    values = np.zeros((len(customers), int(number.max()) + 1))
    values[row, number] = months[measure].to_numpy(dtype=np.float64, na_value=0.0)
    first = np.full(len(customers), values.shape[1])
    np.minimum.at(first, row, number)
    values[np.arange(values.shape[1]) < first[:, None]] = np.nan
    return values


def _compared(
    measure: str, values: Points, backtest: Backtest
) -> list[dict[str, object]]:
    horizon = backtest.horizon_months
    latest = values.shape[1] - horizon
    origins = range(latest, backtest.history_months - 1, -horizon)
    origins = origins[: backtest.origin_limit]
    if not origins:
        return []
    actual = np.concatenate([_actual(values, origin, horizon) for origin in origins])
    errors = []
    for half_life in backtest.half_lives_days:
        predicted = [_predicted(values, at, half_life, horizon) for at in origins]
        errors.append(_deviance(actual, np.concatenate(predicted)))
    ties = [n for n, e in enumerate(errors) if e <= min(errors) + backtest.tolerance]
    chosen = max(ties, key=lambda number: backtest.half_lives_days[number])
    ages = np.arange(origins[0], dtype=np.float64) * DAYS_PER_MONTH
    return [
        {
            "attribute": measure,
            "half_life_days": half_life,
            "origin_count": len(origins),
            "forecast_count": len(actual),
            "mean_deviance": errors[number],
            "effective_month_count": effective_count(decay_weights(ages, half_life)),
            "is_best": number == errors.index(min(errors)),
            "is_recommended": number == chosen,
        }
        for number, half_life in enumerate(backtest.half_lives_days)
    ]


def _actual(values: Points, origin: int, horizon: int) -> Points:
    """Sum the months after an origin, of customers known before it."""
    after = values[~np.isnan(values[:, origin - 1]), origin : origin + horizon]
    sums: Points = after.sum(axis=1).clip(0)
    return sums


def _predicted(values: Points, origin: int, half_life: float, horizon: int) -> Points:
    """Foretell the same sums from the months before the origin alone."""
    past = values[~np.isnan(values[:, origin - 1]), :origin]
    ages = np.arange(origin, dtype=np.float64)[::-1] * DAYS_PER_MONTH
    return decayed_mean(past, ages, half_life) * horizon


def _deviance(actual: Points, predicted: Points) -> float:
    floor = 0.01 * max(float(predicted.mean()), np.finfo(np.float64).tiny)
    predicted = predicted.clip(floor)
    total = 2 * (xlogy(actual, actual / predicted) - actual + predicted).sum()
    return float(total / max(float(actual.sum()), np.finfo(np.float64).tiny))
