"""Which moves does the business forbid, whatever the model wants?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Labels, Points
from models_ml.artefact import SegmentModel
from models_ml.features import numeric_column
from models_ml.hysteresis import NO_SEGMENT, Flags

GuardAction = Literal["segment_at_least", "no_downgrade", "no_temporary_downgrade"]
TEMPORARY_DROP = "is_temporary_drop"


@dataclass(frozen=True)
class Guard:
    """One row of ``policy_assignment_guards``.

    Attributes:
        guard_id: Its id; guards take their turn in the order of their ids.
        fact: Fact of a customer that the guard asks about.
        least_value: It guards customers for whom the fact is at least this.
        action: ``segment_at_least``: only segments whose centre has at least
            ``attribute_least_value`` of ``attribute``; ``no_downgrade``: no segment
            ranked below the one in force; ``no_temporary_downgrade``: the same while
            the customer's sales have dropped for a time only.
        attribute: Attribute of the model, None unless the action names one.
        attribute_least_value: In the attribute's own unit.
        reason: Why, in words.
        valid_to: First day it no longer counts, ISO 8601.
    """

    guard_id: str
    fact: str
    least_value: float
    action: GuardAction
    attribute: str | None
    attribute_least_value: float | None
    reason: str
    valid_to: str | None

    def __post_init__(self) -> None:
        """Refuse a guard that guards nothing.

        Raises:
            ValueError: If the action is unknown or lacks its attribute.
        """
        if self.action not in get_args(GuardAction):
            raise ValueError(
                f"guard {self.guard_id}: action {self.action!r} is none of "
                f"{', '.join(get_args(GuardAction))}"
            )
        if self.action == "segment_at_least" and (
            self.attribute is None or self.attribute_least_value is None
        ):
            raise ValueError(f"guard {self.guard_id}: name attribute and least value")


@dataclass(frozen=True)
class GuardHit:
    """What one guard did.

    Attributes:
        guard: The guard.
        rows: Customers whose wanted segment it forbids, as row numbers.
        is_feasible: Whether a segment was left to go to, same shape as ``rows``.
    """

    guard: Guard
    rows: NDArray[np.int64]
    is_feasible: Flags


@dataclass(frozen=True)
class Guarded:
    """What the guards leave, shape (n_customers,).

    Attributes:
        segment: Segment number allowed.
        hits: What each guard forbade, in the order of the guards.
    """

    segment: Labels
    hits: tuple[GuardHit, ...]


def centre_values(model: SegmentModel, attribute: str) -> Points:
    """Read an attribute at the centre of every segment, in its own unit.

    Args:
        model: Fitted model.
        attribute: Name of an attribute.

    Returns:
        Shape (k,); NaN if the model does not use the attribute.
    """
    if attribute not in model.feature_names:
        return np.full(len(model.codes), np.nan)
    number = model.feature_names.index(attribute)
    return model.scalings[number].unscaled(model.centroids[:, number])


def segment_ranks(model: SegmentModel, attribute: str) -> Points:
    """Rank the segments by an attribute at their centres, the largest highest.

    Args:
        model: Fitted model.
        attribute: Attribute that makes one segment higher than another.

    Returns:
        Shape (k,); all equal if the model does not use the attribute.
    """
    ranks: Points = np.nan_to_num(centre_values(model, attribute))
    return ranks


def guarded(
    wanted: Labels,
    before: Labels,
    distances: Points,
    permissions: Sequence[tuple[Guard, Flags]],
) -> Guarded:
    """Take every customer to a segment that its guards permit.

    A customer whose wanted segment is permitted stays with it; otherwise it stays where
    it was if that is permitted, else it goes to the nearest permitted segment. A guard
    that would leave a customer nowhere to go is recorded as infeasible and passed over:
    the earlier guard wins.

    Args:
        wanted: Segment number after hysteresis, shape (n_customers,).
        before: Segment number in force, -1 without one, shape (n_customers,).
        distances: Distance to every segment, shape (n_customers, k).
        permissions: Per guard, in order, which segments it permits whom, each of shape
            (n_customers, k).

    Returns:
        The segments and what each guard forbade.
    """
    rows = np.arange(len(wanted))
    permitted = np.ones(distances.shape, dtype=bool)
    hits = []
    for guard, permits in permissions:
        narrowed = permitted & permits
        is_feasible = np.asarray(narrowed.any(axis=1))
        hit = np.flatnonzero(~permits[rows, wanted])
        permitted = np.where(is_feasible[:, np.newaxis], narrowed, permitted)
        if hit.size:
            hits.append(GuardHit(guard, hit, is_feasible[hit]))
    nearest = np.where(permitted, distances, np.inf).argmin(axis=1)
    may_stay = (before != NO_SEGMENT) & permitted[rows, before]
    allowed = np.where(may_stay, before, nearest)
    segment = np.where(permitted[rows, wanted], wanted, allowed)
    return Guarded(segment, tuple(hits))


def permissions(
    guards: Sequence[Guard],
    facts: pd.DataFrame,
    before: Labels,
    model: SegmentModel,
    ranks: Points,
) -> list[tuple[Guard, Flags]]:
    """Work out which segments each guard permits each customer.

    Args:
        guards: Guards in force.
        facts: One row per customer with a column per fact; null where unknown.
        before: Segment number in force, -1 without one, shape (n_customers,).
        model: Fitted model.
        ranks: Rank per segment, shape (k,).

    Returns:
        Per guard, by guard_id, the permitted segments, shape (n_customers, k).

    Raises:
        ValueError: If a guard asks for a fact nobody knows.
    """
    not_lower = (ranks >= ranks[before][:, np.newaxis]) | (before == NO_SEGMENT)[
        :, np.newaxis
    ]
    found = []
    for guard in sorted(guards, key=lambda guard: guard.guard_id):
        applies = _known_fact(facts, guard, guard.fact) >= guard.least_value
        if guard.action == "segment_at_least":
            centres = centre_values(model, str(guard.attribute))
            # What the model does not know of its segments forbids none of them.
            permits = ~(centres < float(guard.attribute_least_value or 0))
        else:
            permits = not_lower
        if guard.action == "no_temporary_downgrade":
            applies &= _known_fact(facts, guard, TEMPORARY_DROP) >= 1
        found.append((guard, permits | ~applies[:, np.newaxis]))
    return found


def _known_fact(facts: pd.DataFrame, guard: Guard, name: str) -> Points:
    if name not in facts.columns:
        known = ", ".join(sorted(set(facts.columns) - {"customer_id"})) or "none"
        raise ValueError(
            f"guard {guard.guard_id} asks for the fact {name!r}; known are {known}"
        )
    return numeric_column(facts, name)
