"""What does a table of assignments hold?"""

import numpy as np
import pandas as pd

from models_ml.algorithms.base import Labels, Points
from models_ml.artefact import EXCEPTIONAL, UNCLASSIFIED, SegmentModel
from models_ml.hysteresis import NO_SEGMENT
from models_ml.layers import Layers
from models_ml.positions import Positions
from models_ml.standings import segment_numbers
from models_ml.wording import (
    Move,
    capping_note,
    exceptional_reason,
    guard_reason,
    override_reason,
    segment_reason,
    worded,
)

ROW_TYPES = {
    "customer_id": "str",
    "segment_code": "str",
    "model_segment_code": "str",
    "damped_segment_code": "str",
    "guarded_segment_code": "str",
    "assigned_by": "str",
    "decider_id": "str",
    "valid_to_date": "datetime64[us]",
    "reason": "str",
    "held_by": "str",
    "held_until_date": "datetime64[us]",
    "challenger_segment_code": "str",
    "challenger_streak_count": "int64",
    "challenger_counted_date": "datetime64[us]",
    "distance": "float64",
    "second_segment_code": "str",
    "second_distance": "float64",
    "previous_segment_code": "str",
}


def classified_rows(
    frame_and_standings: tuple[pd.DataFrame, pd.DataFrame],
    model: SegmentModel,
    positions: Positions,
    layers: Layers,
    dwell_days: int,
) -> pd.DataFrame:
    """Lay out what the layers decided about customers who are not excluded.

    Args:
        frame_and_standings: The customers, and where they stood.
        model: Fitted model.
        positions: Where they stand in it.
        layers: What was decided, same order.
        dwell_days: Least stay in a segment.

    Returns:
        Rows as ``assignment.assign_customers`` describes them, without has_moved.
    """
    frame, standings = frame_and_standings
    exceptional, layer = layers.exceptional, layers.damped
    segment = layers.guarded.segment
    is_guarded = (segment != layer.segment) & ~exceptional
    is_held = (layer.segment != layers.nearest) & ~exceptional
    held_by = np.where(is_held & (layer.held_by == ""), "limit", layer.held_by)
    held_by = np.where(is_held, held_by, "")
    until = standings["stay_since_date"] + pd.Timedelta(days=dwell_days)
    is_challenged = (layer.challenger != NO_SEGMENT) & ~exceptional
    second, second_distance = _second(positions.distances, layers.in_force)
    own_distance = positions.distances[np.arange(len(frame)), layers.in_force]
    codes = np.array([*model.codes, EXCEPTIONAL, None], dtype=object)
    exc, none = len(model.codes), len(model.codes) + 1
    rows = pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "segment_code": codes[np.where(exceptional, exc, segment)],
            "model_segment_code": codes[np.where(exceptional, exc, layers.nearest)],
            "damped_segment_code": codes[np.where(exceptional, exc, layer.segment)],
            "guarded_segment_code": codes[np.where(exceptional, exc, segment)],
            "assigned_by": np.select(
                [is_guarded, exceptional | is_held], ["guard", "rule"], "model"
            ),
            "decider_id": None,
            "valid_to_date": pd.NaT,
            "reason": None,
            "held_by": held_by,
            "held_until_date": until.where(held_by == "dwell"),
            "challenger_segment_code": codes[
                np.where(is_challenged, layer.challenger, none)
            ],
            "challenger_streak_count": np.where(is_challenged, layer.streak, 0),
            "challenger_counted_date": pd.to_datetime(frame["as_of_date"]).where(
                is_challenged
            ),
            "distance": np.where(layers.in_force == NO_SEGMENT, np.nan, own_distance),
            "second_segment_code": codes[second],
            "second_distance": second_distance,
            "previous_segment_code": standings["segment_code"],
        },
        index=frame.index,
    ).astype(ROW_TYPES)
    rows["reason"] = _reasons(rows, model, positions, layers)
    _name_deciders(rows, layers)
    return rows


def unclassified_rows(frame: pd.DataFrame, standings: pd.DataFrame) -> pd.DataFrame:
    """Lay out excluded customers, who are in no segment.

    Args:
        frame: Customers with exclusion_reason.
        standings: Where they stood, same rows.

    Returns:
        Rows as ``classified_rows``.
    """
    given = frame["exclusion_reason"].astype(object)
    reasons = given.where(given.notna(), "no reason given").astype(str)
    rows = pd.DataFrame(dict.fromkeys(ROW_TYPES), index=frame.index)
    rows["customer_id"] = frame["customer_id"]
    for layer in ("model_", "damped_", "guarded_", ""):
        rows[f"{layer}segment_code"] = UNCLASSIFIED
    rows["assigned_by"], rows["held_by"] = "rule", ""
    rows["challenger_streak_count"] = 0
    rows["reason"] = "excluded: " + reasons
    rows["previous_segment_code"] = standings["segment_code"]
    return rows.astype(ROW_TYPES)


def overridden(
    rows: pd.DataFrame, model: SegmentModel, overrides: pd.DataFrame
) -> pd.DataFrame:
    """Put customers where a person put them, for as long as the override counts.

    Args:
        rows: Assignments by customer.
        model: Fitted model; an override to a segment it lacks has no effect.
        overrides: As ``assignment.AssignmentPolicy``.

    Returns:
        The same rows with overrides carried out.
    """
    known = overrides[overrides["segment_code"].isin(model.codes)]
    if known.empty:
        return rows
    orders = rows[["customer_id"]].merge(
        known, on="customer_id", how="left", validate="one_to_one"
    )
    ordered = orders["override_id"].notna()
    rows.loc[ordered, "segment_code"] = orders["segment_code"]
    rows.loc[ordered, "assigned_by"] = "override"
    rows.loc[ordered, "decider_id"] = orders["override_id"]
    rows.loc[ordered, "valid_to_date"] = pd.to_datetime(orders["valid_to_date"])
    rows.loc[ordered, "reason"] = pd.Series(
        [
            override_reason(order, wanted)
            for order, wanted in zip(
                orders[ordered].to_dict("records"),
                rows.loc[ordered, "guarded_segment_code"],
                strict=True,
            )
        ],
        index=rows.index[ordered],
    )
    return rows


def with_moves(rows: pd.DataFrame) -> pd.DataFrame:
    """Say who is in another segment than before."""
    rows["has_moved"] = rows["previous_segment_code"].notna() & (
        rows["previous_segment_code"] != rows["segment_code"]
    )
    return rows


def _name_deciders(rows: pd.DataFrame, layers: Layers) -> None:
    """Name the first guard that forbade what was wanted, and say so."""
    by_guard = np.array(rows["assigned_by"] == "guard")
    for hit in layers.guarded.hits:
        found = hit.rows[by_guard[hit.rows] & hit.is_feasible]
        index = rows.index[found]
        rows.loc[index, "decider_id"] = hit.guard.guard_id
        if hit.guard.valid_to:
            rows.loc[index, "valid_to_date"] = pd.Timestamp(hit.guard.valid_to)
        rows.loc[index, "reason"] = pd.Series(
            [
                guard_reason(hit.guard, wanted, allowed)
                for wanted, allowed in zip(
                    rows.loc[index, "damped_segment_code"],
                    rows.loc[index, "segment_code"],
                    strict=True,
                )
            ],
            index=index,
            dtype="str",
        )
        by_guard[found] = False


def _reasons(
    rows: pd.DataFrame, model: SegmentModel, positions: Positions, layers: Layers
) -> list[str]:
    before = rows["previous_segment_code"]
    is_worded = (rows["held_by"] != "") | (before != rows["damped_segment_code"])
    moves = pd.DataFrame(
        {
            "nearest": rows["model_segment_code"],
            "segment": rows["damped_segment_code"],
            "before": before,
            "held_by": rows["held_by"],
            "held_until": rows["held_until_date"],
            "streak": rows["challenger_streak_count"],
            "gain": np.where(
                is_worded & before.notna(), _gains(rows, model, positions, layers), 0
            ),
        }
    )
    reasons = worded(moves, lambda *move: segment_reason(Move(*move), model.codes))
    for row in np.flatnonzero(positions.beyond.any(axis=1)).tolist():
        raw, beyond = positions.raw[row], positions.beyond[row]
        if layers.exceptional[row]:
            reasons[row] = exceptional_reason(model.scalings, raw, beyond)
        else:
            reasons[row] += capping_note(model, beyond)
    return reasons


def _gains(
    rows: pd.DataFrame, model: SegmentModel, positions: Positions, layers: Layers
) -> Points:
    """Say by which share the nearer of two segments is nearer.

    The two are the segment in force before and the one wanted, or allowed instead.
    """
    segment, nearest = layers.damped.segment, layers.nearest
    before = segment_numbers(rows["previous_segment_code"], model)
    compared = np.where(before == NO_SEGMENT, nearest, before)
    index = np.arange(len(rows))
    wanted = np.where(segment == compared, nearest, segment)
    distances = positions.distances
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = distances[index, wanted] / distances[index, compared]
    gains: Points = 1 - ratio
    return gains


def _second(distances: Points, in_force: Labels) -> tuple[Labels, Points]:
    """Find the nearest segment other than the one in force."""
    others = distances.copy()
    placed = np.flatnonzero(in_force != NO_SEGMENT)
    others[placed, in_force[placed]] = np.inf
    second: Labels = others.argmin(axis=1)
    return second, others[np.arange(len(others)), second]
