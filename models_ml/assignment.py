"""Which segment is each customer in, given the one it was in before?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Labels, Points, squared_distances
from models_ml.artefact import EXCEPTIONAL, RULE_CODES, UNCLASSIFIED, SegmentModel
from models_ml.preparation import beyond_limits, scaled_points
from models_ml.stability import matched_labels
from models_ml.wording import (
    capping_note,
    exceptional_reason,
    segment_reason,
)

NO_SEGMENT = -1


@dataclass(frozen=True)
class PreviousSegmentation:
    """What the release in force knows.

    Attributes:
        artefact: Model artefact of that release.
        assignments: customer_id and segment_code of that release, one row each.
    """

    artefact: Mapping[str, Any]
    assignments: pd.DataFrame


@dataclass(frozen=True)
class Positions:
    """Where customers stand in a model.

    Attributes:
        raw: Raw values, shape (n_customers, n_features).
        scaled: Scaled values, same shape.
        beyond: Which values lie beyond the exceptional limits, same shape.
        distances: Weighted distance to every centroid, shape (n_customers, k).
    """

    raw: Points
    scaled: Points
    beyond: NDArray[np.bool_]
    distances: Points


def positions_in(frame: pd.DataFrame, model: SegmentModel) -> Positions:
    """Place customers in a stored model.

    The distance is ``sqrt(sum_j w_j (x_j - c_j)^2)`` over scaled attributes.

    Args:
        frame: Customers, one row each, with the model's attributes.
        model: Fitted model.

    Returns:
        Their positions, in row order.

    Raises:
        ValueError: If an attribute of the model is missing, null or not finite.
    """
    raw, scaled = scaled_points(frame, model.scalings)
    root_weights = np.sqrt(model.weights)
    squared = squared_distances(scaled * root_weights, model.centroids * root_weights)
    return Positions(raw, scaled, beyond_limits(raw, model.scalings), np.sqrt(squared))


def damped(distances: Points, previous: Labels, hysteresis_ratio: float) -> Labels:
    """Keep customers where they were unless another segment is clearly nearer.

    A customer moves only if ``d_nearest <= (1 - ratio) * d_previous``.

    Args:
        distances: Distance to every centroid, shape (n_customers, k).
        previous: Segment number before, -1 without one, shape (n_customers,).
        hysteresis_ratio: 0 (always the nearest) to below 1.

    Returns:
        Segment number in force, shape (n_customers,); equal distances go to the lower
        number.
    """
    rows = np.arange(len(distances))
    nearest = distances.argmin(axis=1)
    before = distances[rows, previous]
    is_clear = distances[rows, nearest] <= (1 - hysteresis_ratio) * before
    return np.where((previous == NO_SEGMENT) | is_clear, nearest, previous)


def inherited_codes(
    previous_codes: pd.Series,
    labels: Labels,
    order: Labels,
    used_codes: set[str],
    minimum_jaccard: float,
) -> dict[int, str]:
    """Give each cluster the code of the segment it continues, or one never used.

    Args:
        previous_codes: Code in force before per customer, null if there was none.
        labels: Cluster of the same customers, same order.
        order: Cluster numbers in the order in which new codes are given.
        used_codes: Every code ever given.
        minimum_jaccard: Least overlap at which a code is inherited.

    Returns:
        Code per cluster number.
    """
    had_segment = (previous_codes.notna() & ~previous_codes.isin(RULE_CODES)).to_numpy(
        dtype=bool
    )
    codes: dict[int, str] = {}
    if had_segment.any():
        names, earlier = np.unique(
            previous_codes[had_segment].to_numpy(dtype=str), return_inverse=True
        )
        matches = matched_labels(
            earlier.astype(np.int64), labels[had_segment], minimum_jaccard
        )
        codes = {cluster: str(names[match]) for cluster, match in matches.items()}
    last = max((int(code[1:]) for code in used_codes), default=0)
    for cluster in order.tolist():
        if cluster not in codes:
            last += 1
            codes[cluster] = f"S{last:02d}"
    return codes


def assign_customers(
    frame: pd.DataFrame, model: SegmentModel, previous_codes: pd.Series
) -> pd.DataFrame:
    """Assign every customer: to a segment, to EXC by its limits or to UNC.

    Args:
        frame: Customers in key order with customer_id, is_excluded,
            exclusion_reason and the model's attributes (those of excluded customers
            are not read).
        model: Fitted model.
        previous_codes: Segment code before per row of ``frame``, null if none.

    Returns:
        One row per customer, in key order: customer_id, segment_code,
        model_segment_code, assigned_by, reason, distance, second_segment_code,
        second_distance, previous_segment_code, has_moved. Distances are null for UNC;
        for EXC, which has no centroid, the second segment is the nearest one.

    Raises:
        ValueError: If an attribute of the model is missing, null or not finite.
    """
    excluded = frame["is_excluded"].to_numpy(dtype=bool)
    included = frame[~excluded]
    known = previous_codes.astype(object)
    before = known.where(previous_codes.notna(), None).to_numpy()
    parts = [_unclassified(frame[excluded], before[excluded])]
    if len(included):
        positions = positions_in(included, model)
        parts.append(_classified(included, model, positions, before[~excluded]))
    rows = pd.concat(parts, ignore_index=True).sort_values("customer_id")
    return _with_moves(rows.reset_index(drop=True))


def segment_codes_at(
    frame: pd.DataFrame, model: SegmentModel, previous_codes: pd.Series
) -> NDArray[np.str_]:
    """Say which segment customers with these attributes would be assigned to.

    Args:
        frame: Customers, none excluded, with the model's attributes.
        model: Fitted model.
        previous_codes: Segment code before per row of ``frame``, null if none.

    Returns:
        Segment code, or EXC, per row.

    Raises:
        ValueError: If an attribute of the model is missing, null or not finite.
    """
    positions = positions_in(frame, model)
    segment = damped(
        positions.distances, _numbers(previous_codes, model), model.hysteresis_ratio
    )
    exceptional = positions.beyond.any(axis=1) & (not model.is_capping)
    return np.where(exceptional, EXCEPTIONAL, np.array(model.codes)[segment])


def leave_unsegmented(
    frame: pd.DataFrame, reason: str, previous_codes: pd.Series
) -> pd.DataFrame:
    """Assign every customer to UNC because there are no segments.

    Args:
        frame: Customers in key order with customer_id, is_excluded and
            exclusion_reason.
        reason: Why there are none; excluded customers keep their own reason.
        previous_codes: Segment code before per row of ``frame``, null if none.

    Returns:
        As ``assign_customers``.
    """
    known = previous_codes.astype(object)
    before = known.where(previous_codes.notna(), None).to_numpy()
    rows = _unclassified(frame, before)
    excluded = frame["is_excluded"].astype(bool)
    rows["reason"] = rows["reason"].where(excluded, reason)
    return _with_moves(rows.reset_index(drop=True))


def _with_moves(rows: pd.DataFrame) -> pd.DataFrame:
    rows["has_moved"] = rows["previous_segment_code"].notna() & (
        rows["previous_segment_code"] != rows["segment_code"]
    )
    return rows


def _unclassified(frame: pd.DataFrame, before: NDArray[np.object_]) -> pd.DataFrame:
    given = frame["exclusion_reason"].astype(object)
    reasons = given.where(given.notna(), "no reason given").astype(str)
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"].astype(str),
            "segment_code": UNCLASSIFIED,
            "model_segment_code": UNCLASSIFIED,
            "assigned_by": "rule",
            "reason": "excluded: " + reasons,
            "distance": np.nan,
            "second_segment_code": pd.Series(None, index=frame.index, dtype="str"),
            "second_distance": np.nan,
            "previous_segment_code": pd.Series(before, frame.index, dtype="str"),
        }
    )


def _classified(
    frame: pd.DataFrame,
    model: SegmentModel,
    positions: Positions,
    before: NDArray[np.object_],
) -> pd.DataFrame:
    codes = np.array(model.codes)
    previous = _numbers(before, model)
    nearest: Labels = positions.distances.argmin(axis=1)
    segment = damped(positions.distances, previous, model.hysteresis_ratio)
    is_beyond = np.asarray(positions.beyond.any(axis=1))
    exceptional = is_beyond & (not model.is_capping)
    own = positions.distances[np.arange(len(frame)), segment]
    second, second_distance = _second(positions.distances, segment, exceptional)
    by_rule = exceptional | (segment != nearest)
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"].astype(str),
            "segment_code": np.where(exceptional, EXCEPTIONAL, codes[segment]),
            "model_segment_code": np.where(exceptional, EXCEPTIONAL, codes[nearest]),
            "assigned_by": np.where(by_rule, "rule", "model"),
            "reason": [
                exceptional_reason(
                    model.scalings, positions.raw[row], positions.beyond[row]
                )
                if exceptional[row]
                else segment_reason(
                    model.codes,
                    (int(nearest[row]), int(segment[row])),
                    before[row],
                    positions.distances[row],
                )
                + capping_note(model, positions.beyond[row])
                for row in range(len(frame))
            ],
            "distance": np.where(exceptional, np.nan, own),
            "second_segment_code": codes[second],
            "second_distance": second_distance,
            "previous_segment_code": pd.Series(before, frame.index, dtype="str"),
        }
    )


def _numbers(codes: pd.Series | NDArray[np.object_], model: SegmentModel) -> Labels:
    """Number the segments; a code the model does not have is none."""
    numbers = {code: number for number, code in enumerate(model.codes)}
    return np.array([numbers.get(code, NO_SEGMENT) for code in codes], np.int64)


def _second(
    distances: Points, segment: Labels, exceptional: NDArray[np.bool_]
) -> tuple[Labels, Points]:
    """Find the nearest segment other than the own; exceptional customers have none."""
    others = distances.copy()
    regular = np.flatnonzero(~exceptional)
    others[regular, segment[regular]] = np.inf
    second: Labels = others.argmin(axis=1)
    return second, others[np.arange(len(others)), second]
