"""How is an attribute brought to a scale that k-means may compare, and back?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Points
from models_ml.features import Transform, transformed, untransformed


@dataclass(frozen=True)
class UnitTerms:
    """How values of one business unit are said in the terms of the whole company.

    Attributes:
        business_unit: Its name.
        offset: ``t' = offset + slope t`` in transformed units.
        slope: Spread of the company over that of the unit.
    """

    business_unit: str
    offset: float
    slope: float


@dataclass(frozen=True)
class FeatureScaling:
    """The fitted scaling of one attribute: plain numbers, enough to repeat it.

    All bounds are in transformed units.

    Attributes:
        name: Attribute.
        transform: Transform applied first.
        lower: Values below are clipped to it.
        upper: Values above are clipped to it.
        center: Median after clipping.
        scale: Spread after clipping, above 0.
        weight: Factor on squared scaled differences.
        low_limit: Below it a customer is exceptional; None where nothing is.
        high_limit: Above it a customer is exceptional; None where nothing is.
        unit_terms: Business units whose values are first brought to the terms of the
            company; those of others are in them.
    """

    name: str
    transform: Transform
    lower: float
    upper: float
    center: float
    scale: float
    weight: float = 1.0
    low_limit: float | None = None
    high_limit: float | None = None
    unit_terms: tuple[UnitTerms, ...] = ()

    def in_company_terms(self, values: Points, business_units: pd.Series) -> Points:
        """Say raw values as if each customer's unit were as large and wide as all.

        Args:
            values: Raw values, shape (n_customers,).
            business_units: Unit per customer, same order; may be null.

        Returns:
            Raw values, same shape: a unit's median is the company's, its quartile
            range too.
        """
        found = values.astype(np.float64)
        for terms in self.unit_terms:
            own = (business_units == terms.business_unit).to_numpy(dtype=bool)
            comparable = transformed(values[own], self.transform)
            found[own] = untransformed(
                terms.offset + terms.slope * comparable, self.transform
            )
        return found

    def in_own_terms(self, values: Points, business_units: pd.Series) -> Points:
        """Undo ``in_company_terms``; NaN stays NaN."""
        found = values.astype(np.float64)
        for terms in self.unit_terms:
            own = (business_units == terms.business_unit).to_numpy(dtype=bool)
            comparable = transformed(values[own], self.transform)
            found[own] = untransformed(
                (comparable - terms.offset) / terms.slope, self.transform
            )
        return found

    def scaled(self, values: Points) -> Points:
        """Scale raw values: ``(clip(t(x), lower, upper) - center) / scale``.

        Args:
            values: Raw values, shape (n_customers,).

        Returns:
            Scaled values without unit, same shape.
        """
        clipped = transformed(values, self.transform).clip(self.lower, self.upper)
        scaled: Points = (clipped - self.center) / self.scale
        return scaled

    def unscaled(self, values: Points) -> Points:
        """Bring scaled values back to the attribute's own unit.

        Args:
            values: Scaled values, any shape; NaN stays NaN.

        Returns:
            Raw values, same shape.
        """
        return untransformed(values * self.scale + self.center, self.transform)

    def exceeded_limit(self, value: float) -> tuple[float, str]:
        """Name the exceptional limit a raw value lies beyond.

        Args:
            value: Raw value beyond one of the limits.

        Returns:
            The limit in the attribute's own unit, and ``above`` or ``below``.

        Raises:
            ValueError: If the value lies within the limits.
        """
        comparable = float(transformed(np.array([value]), self.transform)[0])
        if self.high_limit is not None and comparable > self.high_limit:
            limit, side = self.high_limit, "above"
        elif self.low_limit is not None and comparable < self.low_limit:
            limit, side = self.low_limit, "below"
        else:
            raise ValueError(f"{self.name} {value} lies within its limits")
        return float(untransformed(np.array([limit]), self.transform)[0]), side


def robust_center_and_scale(values: Points) -> tuple[float, float]:
    """Take the median and the interquartile range.

    ``x' = (x - median) / (q75 - q25)``, quartiles interpolated linearly.

    Args:
        values: One attribute, shape (n_customers,), at least one value.

    Returns:
        Median and interquartile range in the unit of the values; the range is 0 where
        the middle half of the customers is equal.
    """
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return float(median), float(high - low)


def fit_scaling(
    name: str,
    values: Points,
    transform: Transform,
    winsor_ratio: float,
    spread_floor_ratio: float,
) -> FeatureScaling | None:
    """Fit clipping bounds, median and scale of one attribute.

    The scale is the interquartile range, but never less than ``spread_floor_ratio`` of
    the clipped range: where most customers are equal (a share that is mostly zero),
    the interquartile range alone would blow the rest up until they decide everything.
    A Gaussian attribute has IQR / (q99 - q01) = 0.29, so the usual floor of 0.25 only
    touches attributes more peaked than that.

    Args:
        name: Attribute.
        values: Raw values, shape (n_customers,), finite.
        transform: Transform to apply first.
        winsor_ratio: Share clipped at each end, 0 to below 0.5.
        spread_floor_ratio: Least scale as a share of the clipped range.

    Returns:
        The scaling, or None if the clipped values do not vary.
    """
    comparable = transformed(values, transform)
    lower, upper = np.quantile(comparable, [winsor_ratio, 1 - winsor_ratio])
    center, spread = robust_center_and_scale(comparable.clip(lower, upper))
    scale = max(spread, spread_floor_ratio * float(upper - lower))
    if scale <= 1e-12 * max(1.0, abs(center)):
        return None
    return FeatureScaling(name, transform, float(lower), float(upper), center, scale)


def fit_unit_terms(
    name: str,
    values: Points,
    transform: Transform,
    ratios: tuple[float, float],
    members: Mapping[str, NDArray[np.bool_]],
) -> tuple[UnitTerms, ...]:
    """Fit how business units differ from the company in median and spread.

    Args:
        name: Attribute.
        values: Raw values, shape (n_customers,), finite.
        transform: Transform to apply first.
        ratios: winsor_ratio and spread_floor_ratio of ``fit_scaling``.
        members: Per business unit who belongs to it, shape (n_customers,).

    Returns:
        Terms per unit; none for a unit whose values do not vary.
    """
    company = fit_scaling(name, values, transform, *ratios)
    if company is None:
        return ()
    found = []
    for unit, is_member in sorted(members.items()):
        own = fit_scaling(name, values[is_member], transform, *ratios)
        if own is not None:
            slope = company.scale / own.scale
            found.append(UnitTerms(unit, company.center - slope * own.center, slope))
    return tuple(found)
