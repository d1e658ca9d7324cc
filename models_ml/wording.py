"""How is an assignment put into words?"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Points
from models_ml.artefact import RULE_CODES, SegmentModel
from models_ml.guards import Guard
from models_ml.scaling import FeatureScaling


class Move(NamedTuple):
    """What the model and hysteresis decided about one customer.

    Attributes:
        nearest: Code of the nearest segment.
        segment: Code of the segment allowed.
        before: Code before, null if there was none.
        held_by: What kept the customer from the nearest segment, "" if nothing.
        held_until: Date from which a stay may end, null but for ``dwell``.
        streak: How often in a row its challenger has asked for it.
        gain: By which share the wanted segment is nearer than the one before.
    """

    nearest: str
    segment: str
    before: Any
    held_by: str
    held_until: pd.Timestamp
    streak: int
    gain: float


def worded(rows: pd.DataFrame, sentence: Callable[..., str]) -> list[str]:
    """Put rows into words, each different row only once.

    Args:
        rows: What the sentences are about.
        sentence: Makes a sentence of the values of a row, in the order of the columns.

    Returns:
        A sentence per row.
    """
    numbers = rows.groupby(list(rows.columns), dropna=False, sort=False).ngroup()
    _, first = np.unique(numbers, return_index=True)
    different = rows.iloc[first].astype(object).itertuples(index=False, name=None)
    sentences = np.array([sentence(*row) for row in different], dtype=object)
    found: list[str] = sentences[numbers].tolist()
    return found


def segment_reason(move: Move, codes: tuple[str, ...]) -> str:
    """Say why a customer is in its segment.

    Args:
        move: What was decided.
        codes: Segment codes of the model.

    Returns:
        One clause.
    """
    code, before = move.segment, move.before
    if move.held_by and code == before:
        nearer = f"{move.nearest} is nearer by {move.gain:.1%}"
        return f"kept in {code}: {nearer}, {_hindrance(move)}"
    if pd.isna(before):
        return f"{code} is the nearest segment; first assignment"
    if before == code:
        return f"{code} is still the nearest segment"
    if before in codes:
        return f"moved from {before}: {code} is nearer by {move.gain:.1%}"
    if before in RULE_CODES:
        return f"{code} is the nearest segment; was {before}"
    return f"{code} is the nearest segment; {before} was retired"


def _hindrance(move: Move) -> str:
    if move.held_by == "dwell":
        return f"but may follow only from {move.held_until:%Y-%m-%d}"
    if move.held_by == "streak":
        return f"{move.streak} time in a row, not often enough"
    if move.held_by == "cap":
        return "but the customer has moved too often of late"
    return "less than a move needs"


def guard_reason(guard: Guard, wanted: str, allowed: str) -> str:
    """Say what a guard did to one customer."""
    until = f" until {guard.valid_to}" if guard.valid_to else ""
    return (
        f"guard {guard.guard_id}: {allowed} instead of {wanted}{until}: {guard.reason}"
    )


def override_reason(override: Mapping[Hashable, Any], wanted: str) -> str:
    """Say what a person did to one customer, given the override's row."""
    until = pd.Timestamp(override["valid_to_date"])
    return (
        f"override {override['override_id']}: {override['segment_code']} instead of "
        f"{wanted} until {until:%Y-%m-%d}, approved by {override['approved_by']}: "
        f"{override['reason']}"
    )


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
        terms = ", both in company terms" if scaling.unit_terms else ""
        claims.append(f"{scaling.name} {value:,.6g} {side} {limit:,.6g}{terms}")
    return f"exceptional: {'; '.join(claims)}"


def capping_note(model: SegmentModel, beyond: NDArray[np.bool_]) -> str:
    """Name the attributes whose extreme values were capped, shape (n_features,)."""
    if not beyond.any():
        return ""
    names = [model.feature_names[number] for number in np.flatnonzero(beyond)]
    return f"; exceptional values were capped: {', '.join(names)}"
