"""How much of a cost moves with its driver, judged by what both did over time?

A straight line by ordinary least squares. Its standard error allows for periods that
resemble the one before and for a spread that changes; the high-low method stands beside
it as a check and decides nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from statsmodels.regression.linear_model import OLS

LEAST_PERIODS_OF_A_LINE = 3  # two points leave nothing to judge the line by


@dataclass(frozen=True)
class Requirements:
    """What an estimate must have before it replaces what experts said.

    Attributes:
        periods: Least number of periods.
        fit_ratio: Least share of the variance of cost that the line explains.
    """

    periods: int
    fit_ratio: Decimal


@dataclass(frozen=True)
class CostLine:
    """Cost of a period as a straight line in its quantity.

    Attributes:
        slope: Variable cost per unit.
        slope_error: Its standard error, heteroskedasticity and autocorrelation
            consistent.
        intercept: Fixed cost of a period.
        fit_ratio: Share of the variance of cost that the line explains (R squared).
        lag: Periods over which errors may resemble each other.
    """

    slope: float
    slope_error: float
    intercept: float
    fit_ratio: float
    lag: int


def cost_line(
    quantities: Sequence[Decimal], costs: Sequence[Decimal]
) -> CostLine | None:
    """Fit ``cost = intercept + slope * quantity`` by ordinary least squares.

    The standard error is that of Newey and West with Bartlett weights up to the lag
    ``floor(4 (T / 100)^(2/9))`` and the small-sample factor ``T / (T - 2)``.

    Args:
        quantities: Driver quantity by period, in time order, in units.
        costs: Cost of the same periods, in base currency.

    Returns:
        The line; None where there is none to fit: fewer than three periods, or a
        quantity or cost that is the same in all of them.

    References:
        Newey, W. K. and West, K. D. (1987). A simple, positive semi-definite,
        heteroskedasticity and autocorrelation consistent covariance matrix.
        Econometrica 55(3), 703-708. The lag: (1994). Automatic lag selection in
        covariance matrix estimation. Review of Economic Studies 61(4), 631-653.
    """
    periods = len(quantities)
    if periods < LEAST_PERIODS_OF_A_LINE or not (varies(quantities) and varies(costs)):
        return None
    lag = math.floor(4 * (periods / 100) ** (2 / 9))
    # Around its mean the quantity is small beside its spread: nothing cancels out.
    mean = sum(quantities, Decimal(0)) / periods
    centred = [float(quantity - mean) for quantity in quantities]
    fit = OLS(
        np.array([float(cost) for cost in costs]),
        np.column_stack([np.ones(periods), centred]),
    ).fit(cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": True})
    level, slope = (float(value) for value in fit.params)
    return CostLine(
        slope=slope,
        slope_error=float(fit.bse[1]),
        intercept=level - slope * float(mean),
        fit_ratio=float(fit.rsquared),
        lag=lag,
    )


def high_low_slope(
    quantities: Sequence[Decimal], costs: Sequence[Decimal]
) -> Fraction | None:
    """Return the cost per unit between the busiest and the quietest period.

    ``(C_high - C_low) / (Q_high - Q_low)``; of equal quantities the earliest counts.

    Args:
        quantities: Driver quantity by period, in time order, in units.
        costs: Cost of the same periods, in base currency.

    Returns:
        Base currency per unit, exact; None where the quantity does not vary.
    """
    if not varies(quantities):
        return None
    high, low = (quantities.index(end(quantities)) for end in (max, min))
    spread = Fraction(quantities[high]) - Fraction(quantities[low])
    return (Fraction(costs[high]) - Fraction(costs[low])) / spread


def variable_ratio(
    line: CostLine, quantities: Sequence[Decimal], costs: Sequence[Decimal]
) -> float | None:
    """Return what part of the whole cost the line says moves with the quantity.

    Args:
        line: The line.
        quantities: Driver quantity by period, in units.
        costs: Cost of the same periods, in base currency.

    Returns:
        ``slope * sum of quantities / sum of costs``, from 0 to 1; None where the costs
        do not add up to more than nothing.
    """
    total = sum(costs)
    if total <= 0:
        return None
    return min(max(line.slope * float(sum(quantities)) / float(total), 0.0), 1.0)


def doubts(
    quantities: Sequence[Decimal],
    costs: Sequence[Decimal],
    line: CostLine | None,
    required: Requirements,
) -> list[str]:
    """Say in words why the line cannot replace what experts said, if it cannot.

    Args:
        quantities: Driver quantity by period, in units.
        costs: Cost of the same periods, in base currency.
        line: The line, None where there is none.
        required: What an estimate must have.

    Returns:
        Reasons; none where it can.
    """
    reasons = []
    least = max(required.periods, LEAST_PERIODS_OF_A_LINE)
    if len(costs) < least:
        reasons.append(f"{len(costs)} periods, {least} are needed")
    if not varies(quantities):
        reasons.append("the driver does not vary")
    if not varies(costs):
        reasons.append("the cost does not vary")
    if line and line.fit_ratio < required.fit_ratio:
        reasons.append(
            f"the line explains {line.fit_ratio:.2f} of the variance,"
            f" {required.fit_ratio.normalize():f} is needed"
        )
    if line and line.slope <= 0:
        reasons.append("cost does not rise with the driver")
    if sum(costs) <= 0:
        reasons.append("the costs do not add up to more than nothing")
    return reasons


def varies(values: Sequence[Decimal]) -> bool:
    """Say whether there are two different values."""
    return len(set(values)) > 1
