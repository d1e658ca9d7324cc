"""Which segment is each customer in, given the one it was in before?

Four layers decide in turn: the model, hysteresis, guards, overrides. Each is kept, so
that one can see what the model wanted, what was allowed, and who decided.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.artefact import EXCEPTIONAL, SegmentModel
from models_ml.assignment_rows import (
    classified_rows,
    overridden,
    unclassified_rows,
    with_moves,
)
from models_ml.guards import Guard, guarded, permissions, segment_ranks
from models_ml.hysteresis import NO_SEGMENT, Damping, challengers, damped
from models_ml.layers import Layers, guard_hit_rows, no_guard_hits
from models_ml.positions import Positions, positions_in
from models_ml.standings import segment_numbers, standing_in

RANK_ATTRIBUTE = "decayed_net_sales_amount_base_ccy"
OVERRIDE_COLUMNS = (
    "customer_id",
    "segment_code",
    "override_id",
    "reason",
    "approved_by",
    "valid_to_date",
)


def _no_facts() -> pd.DataFrame:
    return pd.DataFrame({"customer_id": pd.Series(dtype="str")})


def _no_overrides() -> pd.DataFrame:
    return pd.DataFrame(columns=list(OVERRIDE_COLUMNS), dtype="str")


@dataclass(frozen=True)
class AssignmentPolicy:
    """What decides beside the model.

    Attributes:
        damping: Limits, streak, stay and cap of a move.
        rank_attribute: Attribute that makes one segment higher than another.
        guards: Guards in force.
        facts: customer_id and a column per fact the guards may ask for.
        overrides: customer_id, segment_code, override_id, reason, approved_by and
            valid_to_date of the overrides in force, at most one per customer.
    """

    damping: Damping = field(default_factory=Damping)
    rank_attribute: str = RANK_ATTRIBUTE
    guards: tuple[Guard, ...] = ()
    facts: pd.DataFrame = field(default_factory=_no_facts)
    overrides: pd.DataFrame = field(default_factory=_no_overrides)


DEFAULT_POLICY = AssignmentPolicy()


@dataclass(frozen=True)
class Assignments:
    """Who is in which segment, and what the guards forbade.

    Attributes:
        customers: One row per customer, in key order.
        guard_hits: One row per customer and guard that forbade the segment wanted.
    """

    customers: pd.DataFrame
    guard_hits: pd.DataFrame


def assign_customers(
    frame: pd.DataFrame,
    model: SegmentModel,
    standings: pd.DataFrame,
    policy: AssignmentPolicy = DEFAULT_POLICY,
) -> Assignments:
    """Assign every customer: the model, then hysteresis, guards and overrides.

    Args:
        frame: Customers in key order with customer_id, is_excluded,
            exclusion_reason, as_of_date and the model's attributes (those of excluded
            customers are not read).
        model: Fitted model.
        standings: What ``standings.standings`` returned for the same rows.
        policy: What decides beside the model.

    Returns:
        Per customer, in key order: customer_id; segment_code in force and
        model_segment_code, the nearest; damped_segment_code and guarded_segment_code,
        what hysteresis and then the guards allowed; assigned_by (model; rule where it
        was held, exceptional or excluded; guard; override), decider_id of that guard
        or override and the date it counts to; reason; held_by (limit, streak, dwell or
        cap) and, for a dwell, held_until_date; the challenger with its streak and the
        date it was counted; distance and second segment; previous_segment_code and
        has_moved. Distances are null where no centroid is meant; for EXC, which has
        none, the second segment is the nearest one.

    Raises:
        ValueError: If an attribute of the model is missing, null or not finite, or a
            guard asks for an unknown fact.
    """
    excluded = frame["is_excluded"].to_numpy(dtype=bool)
    parts = [unclassified_rows(frame[excluded], standings[excluded])]
    hits = no_guard_hits()
    if not excluded.all():
        included, known = frame[~excluded], standings[~excluded]
        positions = positions_in(included, model)
        layers = _layers(included, model, positions, known, policy)
        dwell_days = policy.damping.dwell_days
        parts.append(
            classified_rows((included, known), model, positions, layers, dwell_days)
        )
        hits = guard_hit_rows(included, model, layers)
    rows = pd.concat(parts, ignore_index=True).sort_values("customer_id")
    rows = overridden(rows.reset_index(drop=True), model, policy.overrides)
    return Assignments(with_moves(rows), hits)


def segment_codes_at(
    frame: pd.DataFrame,
    model: SegmentModel,
    previous_codes: pd.Series,
    policy: AssignmentPolicy = DEFAULT_POLICY,
) -> NDArray[np.str_]:
    """Say which segment customers with these attributes would want to be in.

    Args:
        frame: Customers, none excluded, with the model's attributes.
        model: Fitted model.
        previous_codes: Segment code before per row of ``frame``, null if none.
        policy: For the limits of a move.

    Returns:
        Per row the segment in force unless another crosses its limit, or EXC.

    Raises:
        ValueError: If an attribute of the model is missing, null or not finite.
    """
    positions = positions_in(frame, model)
    before = segment_numbers(previous_codes, model)
    ranks = segment_ranks(model, policy.rank_attribute)
    challenger = challengers(positions.distances, before, ranks, policy.damping)
    nearest = positions.distances.argmin(axis=1)
    stays = np.where(before == NO_SEGMENT, nearest, before)
    segment = np.where(challenger == NO_SEGMENT, stays, challenger)
    return np.where(
        positions.is_exceptional(model), EXCEPTIONAL, np.array(model.codes)[segment]
    )


def leave_unsegmented(
    frame: pd.DataFrame, reason: str, standings: pd.DataFrame
) -> Assignments:
    """Assign every customer to UNC because there are no segments.

    Args:
        frame: Customers in key order with customer_id, is_excluded and
            exclusion_reason.
        reason: Why there are none; excluded customers keep their own reason.
        standings: What ``standings.standings`` returned for the same rows.

    Returns:
        As ``assign_customers``.
    """
    rows = unclassified_rows(frame, standings)
    excluded = frame["is_excluded"].astype(bool)
    rows["reason"] = rows["reason"].where(excluded, reason)
    return Assignments(with_moves(rows.reset_index(drop=True)), no_guard_hits())


def _layers(
    frame: pd.DataFrame,
    model: SegmentModel,
    positions: Positions,
    standings: pd.DataFrame,
    policy: AssignmentPolicy,
) -> Layers:
    ranks = segment_ranks(model, policy.rank_attribute)
    standing = standing_in(frame, standings, model)
    nearest = positions.distances.argmin(axis=1)
    wished = challengers(positions.distances, standing.segment, ranks, policy.damping)
    layer = damped(wished, nearest, standing, policy.damping)
    facts = _of_customers(frame, policy.facts)
    permitted = permissions(policy.guards, facts, standing.segment, model, ranks)
    return Layers(
        nearest,
        layer,
        guarded(layer.segment, standing.segment, positions.distances, permitted),
        positions.is_exceptional(model),
        segment_numbers(_of_customers(frame, policy.overrides)["segment_code"], model),
    )


def _of_customers(frame: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    return frame[["customer_id"]].merge(
        known, on="customer_id", how="left", validate="one_to_one"
    )
