"""How is an assignment put into words?"""

import numpy as np
from numpy.typing import NDArray

from models_ml.algorithms.base import Points
from models_ml.artefact import RULE_CODES, SegmentModel
from models_ml.scaling import FeatureScaling


def segment_reason(
    codes: tuple[str, ...],
    nearest_and_own: tuple[int, int],
    before: str | None,
    distances: Points,
) -> str:
    """Say why a customer is in its segment.

    Args:
        codes: Segment codes of the model, in order.
        nearest_and_own: Number of the nearest segment and of the one in force.
        before: Code before, None if there was none.
        distances: Distance to every centroid, shape (k,).

    Returns:
        One clause.
    """
    nearest, segment = nearest_and_own
    code = codes[segment]
    if segment != nearest:
        gain = 1 - distances[nearest] / distances[segment]
        return (
            f"kept in {code}: {codes[nearest]} is nearer by {gain:.1%}, "
            "less than a move needs"
        )
    if before is None:
        return f"{code} is the nearest segment; first assignment"
    if before == code:
        return f"{code} is still the nearest segment"
    if before in codes:
        gain = 1 - distances[segment] / distances[codes.index(before)]
        return f"moved from {before}: {code} is nearer by {gain:.1%}"
    if before in RULE_CODES:
        return f"{code} is the nearest segment; was {before}"
    return f"{code} is the nearest segment; {before} was retired"


def exceptional_reason(
    scalings: tuple[FeatureScaling, ...], raw: Points, beyond: NDArray[np.bool_]
) -> str:
    """Say which limits a customer is beyond.

    Args:
        scalings: Scalings of the model's attributes.
        raw: The customer's raw values, shape (n_features,).
        beyond: Which of them lie beyond their limits, same shape.

    Returns:
        One clause.
    """
    claims = []
    for number in np.flatnonzero(beyond).tolist():
        value, scaling = raw[number], scalings[number]
        limit, side = scaling.exceeded_limit(value)
        claims.append(f"{scaling.name} {value:,.6g} {side} {limit:,.6g}")
    return f"exceptional: {'; '.join(claims)}"


def capping_note(model: SegmentModel, beyond: NDArray[np.bool_]) -> str:
    """Name the attributes whose extreme values were capped, shape (n_features,)."""
    if not beyond.any():
        return ""
    names = [model.feature_names[number] for number in np.flatnonzero(beyond)]
    return f"; exceptional values were capped: {', '.join(names)}"
