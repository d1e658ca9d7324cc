"""How do customer attributes become the points that are clustered?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Points
from models_ml.config import SegmentationConfig
from models_ml.features import (
    Feature,
    numeric_column,
    transformed,
    unavailability,
)
from models_ml.outliers import Limits, is_beyond, outlier_limits
from models_ml.scaling import FeatureScaling, UnitTerms, fit_scaling, fit_unit_terms


class UnsegmentableError(ValueError):
    """The customers are in order, but too few or too alike to form segments."""


@dataclass(frozen=True)
class Preparation:
    """Fitted preparation of all attributes.

    Attributes:
        features: Attributes used, in order.
        scalings: Their fitted scalings, same order.
        dropped: Reason per attribute left out.
    """

    features: tuple[Feature, ...]
    scalings: tuple[FeatureScaling, ...]
    dropped: Mapping[str, str]


def fit_preparation(frame: pd.DataFrame, config: SegmentationConfig) -> Preparation:
    """Fit limits, clipping, scaling and weights on customers of one date.

    Limits are fitted on all customers; clipping and scaling on those within them, so
    that no exceptional customer stretches a scale (under ``cap`` all stay).

    Args:
        frame: Customers to segment, one row each.
        config: Thresholds and the attribute list.

    Returns:
        The fitted preparation.

    Raises:
        UnsegmentableError: If no attribute varies.
        ValueError: If a column is missing or unusable.
    """
    weighted = tuple(
        feature for feature in config.features if _weight(feature, config) > 0
    )
    features, dropped = available_features(frame, weighted, config.missing_limit_ratio)
    values = {feature.name: numeric_column(frame, feature.name) for feature in features}
    unit_terms = _unit_terms(frame, features, values, config)
    features = _without_duplicates(features, values, dropped, config)
    scalings = _fit_scalings(features, values, config)
    while None in scalings:
        # A dropped attribute's limits no longer count, which may bring customers back.
        for feature, scaling in zip(features, scalings, strict=True):
            if scaling is None:
                dropped[feature.name] = "no spread: equal for all but a few customers"
        features = tuple(feature for feature in features if feature.name not in dropped)
        scalings = _fit_scalings(features, values, config)
    fitted = tuple(
        replace(scaling, unit_terms=unit_terms.get(scaling.name, ()))
        for scaling in scalings
        if scaling is not None
    )
    if not fitted:
        raise UnsegmentableError("no attribute varies between the customers")
    return Preparation(features, fitted, dropped)


def available_features(
    frame: pd.DataFrame, features: tuple[Feature, ...], missing_limit_ratio: float
) -> tuple[tuple[Feature, ...], dict[str, str]]:
    """Split the features into those with values and those without enough of them.

    A column that is null for every customer means its source table is absent, and one
    that policy found too empty to impute stays null where it was: both are left out
    and reported. A few nulls are refused, because imputation belongs upstream where
    it is flagged.

    Args:
        frame: Customers to segment, one row each.
        features: Candidate features.
        missing_limit_ratio: Share of nulls above which a feature is left out.

    Returns:
        The features with values in their given order, and a reason per feature left
        out.

    Raises:
        ValueError: If a column is missing, null for a few or not finite.
    """
    kept: list[Feature] = []
    dropped: dict[str, str] = {}
    for feature in features:
        values = numeric_column(frame, feature.name)
        reason = unavailability(values, missing_limit_ratio)
        null_count = int(np.isnan(values).sum())
        if reason:
            dropped[feature.name] = reason
        elif null_count:
            raise ValueError(
                f"column {feature.name} is null for {null_count} of {len(values)} "
                "customers: impute it upstream or leave it out"
            )
        elif not np.isfinite(values).all():
            raise ValueError(f"column {feature.name} holds an infinite value")
        else:
            kept.append(feature)
    return tuple(kept), dropped


def scaled_points(
    frame: pd.DataFrame, scalings: tuple[FeatureScaling, ...]
) -> tuple[Points, Points]:
    """Read and scale attributes with a stored preparation.

    Args:
        frame: Customers, one row each.
        scalings: Fitted scalings.

    Returns:
        Raw values in the terms of the company and scaled, unweighted values, both
        (n_customers, n_features).

    Raises:
        ValueError: If a column is missing, null or not finite.
    """
    raw = np.empty((len(frame), len(scalings)))
    scaled = np.empty_like(raw)
    for position, scaling in enumerate(scalings):
        values = numeric_column(frame, scaling.name)
        if not np.isfinite(values).all():
            raise ValueError(
                f"column {scaling.name} is null or infinite for "
                f"{int((~np.isfinite(values)).sum())} customers"
            )
        if scaling.unit_terms:
            values = scaling.in_company_terms(values, business_units(frame))
        raw[:, position] = values
        scaled[:, position] = scaling.scaled(values)
    return raw, scaled


def business_units(frame: pd.DataFrame) -> pd.Series:
    """Read the business unit of every customer, null for none.

    Raises:
        ValueError: If the column is missing.
    """
    if "business_unit" not in frame:
        raise ValueError("column business_unit is missing from the customer features")
    return frame["business_unit"].astype("str")


def beyond_limits(
    raw: Points, scalings: tuple[FeatureScaling, ...]
) -> NDArray[np.bool_]:
    """Mark which attributes of which customers lie beyond the exceptional limits.

    Args:
        raw: Raw values, shape (n_customers, n_features).
        scalings: Fitted scalings with their limits.

    Returns:
        Shape (n_customers, n_features).
    """
    beyond = np.zeros(raw.shape, dtype=bool)
    for position, scaling in enumerate(scalings):
        limits = Limits(scaling.low_limit, scaling.high_limit)
        comparable = transformed(raw[:, position], scaling.transform)
        beyond[:, position] = is_beyond(comparable, limits)
    return beyond


def _unit_terms(
    frame: pd.DataFrame,
    features: tuple[Feature, ...],
    values: dict[str, Points],
    config: SegmentationConfig,
) -> dict[str, tuple[UnitTerms, ...]]:
    """Fit the terms of units large enough to have some, and bring values to them."""
    if config.scaling_level == "company":
        return {}
    units = business_units(frame)
    counts = units.value_counts()
    members = {
        str(unit): (units == unit).to_numpy(dtype=bool)
        for unit in counts.index[counts >= config.minimum_customers]
    }
    ratios = (config.winsor_ratio, config.spread_floor_ratio)
    found = {}
    for feature in features:
        name, own = feature.name, values[feature.name]
        terms = fit_unit_terms(name, own, feature.transform, ratios, members)
        in_terms = FeatureScaling(
            name, feature.transform, 0, 0, 0, 1, unit_terms=terms
        ).in_company_terms(own, units)
        found[name], values[name] = terms, in_terms
    return found


def _without_duplicates(
    features: tuple[Feature, ...],
    values: Mapping[str, Points],
    dropped: dict[str, str],
    config: SegmentationConfig,
) -> tuple[Feature, ...]:
    ranks = pd.DataFrame({feature.name: values[feature.name] for feature in features})
    correlations = ranks.rank().corr().abs().to_numpy(dtype=np.float64)
    distinct: list[int] = []
    for position, feature in enumerate(features):
        twins = [
            earlier
            for earlier in distinct
            if correlations[position, earlier] > config.duplicate_correlation
        ]
        if twins:
            correlation = correlations[position, twins[0]]
            dropped[feature.name] = (
                f"duplicate of {features[twins[0]].name}: "
                f"rank correlation {correlation:.3f}"
            )
        else:
            distinct.append(position)
    return tuple(features[position] for position in distinct)


def _fit_scalings(
    features: tuple[Feature, ...],
    values: Mapping[str, Points],
    config: SegmentationConfig,
) -> list[FeatureScaling | None]:
    limits = [_limits(feature, values[feature.name], config) for feature in features]
    regular = np.ones(len(next(iter(values.values()), np.empty(0))), dtype=bool)
    if config.outlier_policy == "segment":
        for feature, bounds in zip(features, limits, strict=True):
            comparable = transformed(values[feature.name], feature.transform)
            regular &= ~is_beyond(comparable, bounds)
    blocks = [feature.block for feature in features]
    scalings: list[FeatureScaling | None] = []
    for feature, bounds in zip(features, limits, strict=True):
        scaling = fit_scaling(
            feature.name,
            values[feature.name][regular],
            feature.transform,
            config.winsor_ratio,
            config.spread_floor_ratio,
        )
        weight = _weight(feature, config) / blocks.count(feature.block)
        scalings.append(
            scaling
            and replace(
                scaling, weight=weight, low_limit=bounds.low, high_limit=bounds.high
            )
        )
    return scalings


def _weight(feature: Feature, config: SegmentationConfig) -> float:
    """Weight of a block, times what the objective makes of the attribute."""
    factor = dict(config.attribute_weights).get(feature.name, 1.0)
    return dict(config.block_weights).get(feature.block, 1.0) * factor


def _limits(feature: Feature, values: Points, config: SegmentationConfig) -> Limits:
    if not feature.is_outlier_checked:
        return Limits(None, None)
    return outlier_limits(
        transformed(values, feature.transform),
        config.outlier_threshold,
        config.smallest_segment(len(values)),
    )
