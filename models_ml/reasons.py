"""Why is a customer in its segment, and what would take it to another?"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Labels, Points
from models_ml.artefact import EXCEPTIONAL, UNCLASSIFIED, SegmentModel
from models_ml.assignment import DEFAULT_POLICY, AssignmentPolicy
from models_ml.features import numeric_column
from models_ml.guards import segment_ranks
from models_ml.positions import Positions, positions_in
from models_ml.preparation import business_units
from models_ml.standings import segment_numbers

NUDGE = 1e-9


def assignment_reasons(
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
    model: SegmentModel,
    policy: AssignmentPolicy = DEFAULT_POLICY,
) -> pd.DataFrame:
    """Break every assignment down by attribute, with what would change it.

    An attribute's contribution is how much it speaks for the segment in force against
    the second: ``w ((x - c_second)^2 - (x - c_own)^2)``; over a customer's attributes
    it adds up to ``second_distance^2 - distance^2``. What would change it is asked of
    the model and hysteresis: no attribute moves a guard or an override. For exceptional
    customers contribution and centroid are null, and ``flip_feature_value`` is the
    limit they would have to keep, where one attribute alone makes them exceptional.

    Args:
        frame: Customers in key order, with the model's attributes.
        assignments: The customers of ``assign_customers``, same order.
        model: Fitted model.
        policy: For the limits of a move.

    Returns:
        One row per customer the model places and attribute: customer_id,
        segment_code, feature_name, feature_value, scaled_value, centroid_value,
        contribution, flip_feature_value, flips_to_segment_code.

    Raises:
        ValueError: If the two frames do not hold the same customers in one order.
    """
    if frame["customer_id"].astype(str).tolist() != assignments["customer_id"].tolist():
        raise ValueError("features and assignments list different customers")
    explained = (assignments["model_segment_code"] != UNCLASSIFIED).to_numpy(dtype=bool)
    if not explained.any():
        return _no_reasons()
    rows = assignments[explained].reset_index(drop=True)
    positions = positions_in(frame[explained], model)
    own = segment_numbers(rows["segment_code"], model)
    second = segment_numbers(rows["second_segment_code"], model)
    damped = segment_numbers(rows["damped_segment_code"], model)
    scaled_flips, targets = smallest_flips(positions, damped, model, policy)
    flips = np.column_stack(
        [
            scaling.unscaled(scaled_flips[:, number])
            for number, scaling in enumerate(model.scalings)
        ]
    )
    is_beyond = (rows["model_segment_code"] == EXCEPTIONAL).to_numpy(dtype=bool)
    _explain_exceptional((flips, targets), positions, second, is_beyond, model)
    values, flips = _own_terms(frame[explained], flips, model)
    centroids = model.centroids[own]
    centroids[own < 0] = np.nan
    second_centroids = model.centroids[second]
    contributions = model.weights * (
        (positions.scaled - second_centroids) ** 2 - (positions.scaled - centroids) ** 2
    )
    names = np.array([*model.codes, None], dtype=object)
    feature_count = len(model.feature_names)
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"].repeat(feature_count).to_numpy(),
            "segment_code": rows["segment_code"].repeat(feature_count).to_numpy(),
            "feature_name": np.tile(model.feature_names, len(rows)),
            "feature_value": values.ravel(),
            "scaled_value": positions.scaled.ravel(),
            "centroid_value": centroids.ravel(),
            "contribution": contributions.ravel(),
            "flip_feature_value": flips.ravel(),
            "flips_to_segment_code": pd.Series(names[targets.ravel()], dtype="str"),
        }
    )


def _own_terms(
    customers: pd.DataFrame, flips: Points, model: SegmentModel
) -> tuple[Points, Points]:
    """Say values and flips as the customers' business units know them."""
    values, own_flips = np.empty_like(flips), flips.copy()
    for number, scaling in enumerate(model.scalings):
        values[:, number] = numeric_column(customers, scaling.name)
        if scaling.unit_terms:
            units = business_units(customers)
            own_flips[:, number] = scaling.in_own_terms(flips[:, number], units)
    return values, own_flips


def _no_reasons() -> pd.DataFrame:
    """Return the columns without rows, typed so that a warehouse keeps their types."""
    texts = dict.fromkeys(("customer_id", "segment_code", "feature_name"), "str")
    numbers = dict.fromkeys(
        (
            "feature_value",
            "scaled_value",
            "centroid_value",
            "contribution",
            "flip_feature_value",
        ),
        "float64",
    )
    types = {**texts, **numbers, "flips_to_segment_code": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


def smallest_flips(
    positions: Positions,
    own: Labels,
    model: SegmentModel,
    policy: AssignmentPolicy = DEFAULT_POLICY,
) -> tuple[Points, Labels]:
    """Find, per attribute, the nearest value at which the customer would want to move.

    With all other attributes as they are, segment c crosses its limit once
    ``d_c <= reach d_own``: a quadratic in the attribute. Only values
    within the clipping bounds count, as beyond them a value has no further effect.

    Args:
        positions: Where the customers stand.
        own: Number of the segment to leave, shape (n_customers,).
        model: Fitted model.
        policy: For the limits of a move.

    Returns:
        Scaled value and segment number it flips to, both (n_customers, n_features);
        NaN and -1 where no value of the attribute alone would do.
    """
    shape = positions.scaled.shape
    flips, targets = np.full(shape, np.nan), np.full(shape, -1, dtype=np.int64)
    bounds = [
        ((s.lower - s.center) / s.scale, (s.upper - s.center) / s.scale)
        for s in model.scalings
    ]
    ranks = segment_ranks(model, policy.rank_attribute)
    squared = positions.distances**2
    own_squared = squared[np.arange(len(own)), own]
    for number, centroid in enumerate(model.centroids):
        candidates = own != number
        keep = policy.damping.reach(ranks[number] >= ranks[own]) ** 2
        for feature, weight in enumerate(model.weights.tolist()):
            x = positions.scaled[:, feature]
            a, b = centroid[feature], model.centroids[own, feature]
            rest_own = own_squared - weight * (x - b) ** 2
            rest_other = squared[:, number] - weight * (x - a) ** 2
            flip = _nearest_root(
                x,
                weight * (1 - keep),
                2 * weight * (keep * b - a),
                weight * (a**2 - keep * b**2) + rest_other - keep * rest_own,
            )
            low, high = bounds[feature]
            better = candidates & (flip >= low) & (flip <= high)
            current = np.abs(flips[:, feature] - x)
            better &= ~(current <= np.abs(flip - x))
            flips[better, feature] = flip[better]
            targets[better, feature] = number
    return flips, targets


def _nearest_root(
    x: Points, square: Points, linear: Points, constant: Points
) -> Points:
    """Solve square·y² + linear·y + constant <= 0 for the y nearest to x, NaN if none.

    The answer lies a hair inside the solution, so that rounding cannot undo it.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        line = -constant / linear
        line += NUDGE * (1 + np.abs(line)) * -np.sign(linear)
        half_width = np.sqrt(linear**2 - 4 * square * constant) / (2 * square)
        middle = -linear / (2 * square)
        inner = np.maximum(half_width - NUDGE * (1 + np.abs(middle)), 0)
        root = np.where(x < middle, middle - inner, middle + inner)
        return np.where(square == 0, line, root)


def _explain_exceptional(
    flips_and_targets: tuple[Points, Labels],
    positions: Positions,
    second: Labels,
    exceptional: NDArray[np.bool_],
    model: SegmentModel,
) -> None:
    flips, targets = flips_and_targets
    flips[exceptional], targets[exceptional] = np.nan, -1
    alone = exceptional & (positions.beyond.sum(axis=1) == 1)
    for row in np.flatnonzero(alone).tolist():
        number = int(np.flatnonzero(positions.beyond[row])[0])
        limit, _ = model.scalings[number].exceeded_limit(positions.raw[row, number])
        flips[row, number], targets[row, number] = limit, second[row]
