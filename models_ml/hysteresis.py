"""When does a customer's drift towards another segment become a move?

A score must cross a limit on the way up and a lower one on the way down, several times
in a row, and not too soon or too often after the last move.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models_ml.algorithms.base import Labels, Points

NO_SEGMENT = -1
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Damping:
    """How much a customer must change before it moves.

    Attributes:
        promote_score: Closeness to the higher segment, of two, from which a customer
            of the lower one wants to move up; 0.5 to below 1.
        demote_score: Closeness to the higher segment below which a customer of it
            wants to move down; above 0 to 0.5.
        streak_count: Refreshes of rising dates in a row that must name one challenger.
        dwell_days: Least stay in a segment.
        move_cap_count: Most moves within the time the standings count moves over.
    """

    promote_score: float = 0.53
    demote_score: float = 0.47
    streak_count: int = 2
    dwell_days: int = 91
    move_cap_count: int = 2

    def __post_init__(self) -> None:
        """Refuse limits under which a customer could never rest.

        Raises:
            ValueError: If a limit is out of its range; the message names it.
        """
        if not 0 < self.demote_score <= 0.5 <= self.promote_score < 1:
            raise ValueError(
                "limits must satisfy 0 < demote_score <= 0.5 <= promote_score < 1: "
                f"{self.demote_score}, {self.promote_score}"
            )
        if self.streak_count < 1 or self.dwell_days < 0 or self.move_cap_count < 1:
            raise ValueError(
                "streak_count and move_cap_count must be at least 1 and dwell_days "
                f"at least 0: {self.streak_count}, {self.move_cap_count}, "
                f"{self.dwell_days}"
            )

    def reach(self, is_promotion: Flags) -> Points:
        """Say how far, as a multiple of the own segment, a challenger may be.

        A score limit ``s`` on ``d_low / (d_high + d_low)`` is a limit on distances:
        up, ``d_new <= (1 - s) / s d_own``; down, ``d_new < s / (1 - s) d_own``.

        Args:
            is_promotion: Whether the challenger is the higher of the two, any shape.

        Returns:
            Factors on the distance to the own segment, at most 1, same shape.
        """
        up = (1 - self.promote_score) / self.promote_score
        down = self.demote_score / (1 - self.demote_score)
        return np.where(is_promotion, up, down)


@dataclass(frozen=True)
class Standing:
    """What customers bring along from the release in force, shape (n_customers,).

    Attributes:
        segment: Number of the segment they are in, -1 without one.
        challenger: Number of the segment that challenged it last, -1 without one.
        streak: How often in a row it did.
        is_later: Whether the refresh stands at a later date than the last count.
        days_in_segment: Days since they came into the segment.
        move_count: Moves within the time of the frequency cap.
    """

    segment: Labels
    challenger: Labels
    streak: Labels
    is_later: Flags
    days_in_segment: Labels
    move_count: Labels


@dataclass(frozen=True)
class Damped:
    """What hysteresis makes of the challengers, shape (n_customers,).

    Attributes:
        segment: Segment number allowed.
        challenger: Segment that crossed its limit, -1 if none did.
        streak: How often in a row, this refresh included.
        held_by: ``streak``, ``dwell`` or ``cap`` where a challenger must wait, else "".
    """

    segment: Labels
    challenger: Labels
    streak: Labels
    held_by: NDArray[np.str_]


def crosses_limit(
    scores: Points, is_promotion: Flags, promote: float, demote: float
) -> Flags:
    """Compare scores with the limit of their direction.

    Args:
        scores: Higher is nearer to the higher level, any shape and unit.
        is_promotion: Whether the move would lead up, same shape.
        promote: Score from which a move up is wanted.
        demote: Score below which a move down is wanted.

    Returns:
        Whether the move is wanted, same shape; never for a score that is NaN.
    """
    return np.where(is_promotion, scores >= promote, scores < demote)


def challengers(
    distances: Points, segment: Labels, ranks: Points, damping: Damping
) -> Labels:
    """Find the segment each customer should be in rather than its own.

    Of own segment and challenger the higher-ranked is the high one; the score is
    ``d_low / (d_high + d_low)``. Segments of equal rank count as a way up.

    Args:
        distances: Distance to every segment, shape (n_customers, k).
        segment: Number of the own segment, -1 without one, shape (n_customers,).
        ranks: Rank per segment, higher is higher, shape (k,).
        damping: The limits.

    Returns:
        The nearest segment whose limit is crossed, -1 if none is, shape (n_customers,).
    """
    rows = np.arange(len(distances))
    own = distances[rows, segment][:, np.newaxis]
    is_promotion = ranks >= ranks[segment][:, np.newaxis]
    with np.errstate(invalid="ignore"):
        scores = np.where(is_promotion, own, distances) / (own + distances)
    crossing = crosses_limit(
        scores, is_promotion, damping.promote_score, damping.demote_score
    )
    crossing[rows, segment] = False
    crossing[segment == NO_SEGMENT] = False
    best = np.where(crossing, distances, np.inf).argmin(axis=1)
    found: Labels = np.where(crossing.any(axis=1), best, NO_SEGMENT)
    return found


def damped(
    challenger: Labels, nearest: Labels, standing: Standing, damping: Damping
) -> Damped:
    """Let a challenger win once it has insisted and the last move is long enough ago.

    A refresh at the date of the last count neither adds to a streak nor breaks it.
    Whoever has no segment yet goes to the nearest at once.

    Args:
        challenger: What ``challengers`` found, shape (n_customers,).
        nearest: Number of the nearest segment, same shape.
        standing: What the customers bring along.
        damping: Streak, stay and cap.

    Returns:
        The segment allowed and the streak to carry on.
    """
    is_same = challenger == standing.challenger
    streak = np.where(is_same, standing.streak + standing.is_later, 1)
    streak = np.where(challenger == NO_SEGMENT, 0, np.maximum(streak, 1))
    held_by = np.select(
        [
            challenger == NO_SEGMENT,
            standing.move_count >= damping.move_cap_count,
            standing.days_in_segment < damping.dwell_days,
            streak < damping.streak_count,
        ],
        ["", "cap", "dwell", "streak"],
        default="",
    )
    moves = (challenger != NO_SEGMENT) & (held_by == "")
    stays = np.where(standing.segment == NO_SEGMENT, nearest, standing.segment)
    segment = np.where(moves, challenger, stays)
    return Damped(segment, challenger, streak, held_by)
