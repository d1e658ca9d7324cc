"""Which algorithm, at which number of segments, draws the segments best?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models_ml.algorithms import ALGORITHMS
from models_ml.candidates import Candidate
from models_ml.selection import Selection, choose_segment_count
from models_ml.trials import Evidence, Trial, tried

AS_GOOD = 0.02
AS_FITTING = 0.015
MOST_FINER_COUNTS = 3


@dataclass(frozen=True)
class BenchResult:
    """The winner of the bench and all that took part.

    Attributes:
        algorithm: Winner's name.
        segment_count: Winner's number of segments.
        has_structure: Whether any trial stood; if not, the winner only stands in.
        trials: All trials, the winner's first, then by score.
        scan: Evidence per number of segments.
    """

    algorithm: str
    segment_count: int
    has_structure: bool
    trials: tuple[Trial, ...]
    scan: tuple[Candidate, ...]


def run_bench(
    evidence: Evidence,
    algorithms: Sequence[str] = tuple(ALGORITHMS),
    segment_count: int | None = None,
) -> BenchResult:
    """Try every algorithm at the numbers of segments that two kinds of evidence name.

    Compact groups: the scan of ``choose_segment_count`` by k-means. Groups of any form:
    the dense regions that valleys part. A trial stands if its segments return under
    resampling, predict each other across halves, are large enough, join or cut no
    dense regions that a valley parts, and split none that structureless data would
    let them split as well. Of those that stand the ones with most segments count, and
    of them those whose segments describe the points best as bell shapes (within 0.015
    nats an attribute: k-means cuts wide groups for the sake of narrow ones); the best
    score wins, and of scores as good (within 0.02) the algorithm that is simpler
    to tell.

    Args:
        evidence: Points, dense regions and thresholds.
        algorithms: Names that take part.
        segment_count: The number wanted; found where None.

    Returns:
        The winner and the trials.

    Raises:
        ValueError: If no algorithm can form the segments at all.
    """
    scan: Selection | None = None
    if segment_count is None:
        fewest, most = evidence.config.segment_counts
        fewest = min(max(fewest, evidence.modes.count), most)
        scan = choose_segment_count(
            evidence.points,
            replace(evidence.config, segment_counts=(fewest, most)),
            lambda _: True,
        )
        counts = _counts(scan, evidence.modes.count)
    else:
        counts = [segment_count]
    trials: list[Trial] = []
    for count in counts:
        trials += [tried(name, count, evidence) for name in algorithms]
        if any(not trial.objections for trial in trials):
            break
    standing = [trial for trial in trials if not trial.objections]
    if not standing and not [trial for trial in trials if trial.score is not None]:
        stand_in = scan.segment_count if scan else counts[0]
        trials += [tried(name, stand_in, evidence) for name in algorithms]
    winner = _winner(standing or trials)
    return BenchResult(
        algorithm=winner.algorithm,
        segment_count=winner.segment_count,
        has_structure=bool(standing),
        trials=_judged(trials, winner, bool(standing)),
        scan=scan.candidates if scan else (),
    )


def compared_with_others(
    algorithm: str, segment_count: int, evidence: Evidence
) -> tuple[Trial, ...]:
    """Try every algorithm at one number, for a choice that is not theirs to make.

    A governed segment must be explained attribute by attribute, by the distance to its
    centre: its algorithm is policy. What the others would do says how much that costs.

    Args:
        algorithm: The one in use.
        segment_count: Segments.
        evidence: Points, dense regions and thresholds.

    Returns:
        The trials, the one in use first, then by score.
    """
    trials = [tried(name, segment_count, evidence) for name in ALGORITHMS]
    used = next(trial for trial in trials if trial.algorithm == algorithm)
    standing = [trial for trial in trials if not trial.objections]
    best = _winner(standing) if standing else used
    judged = _judged(trials, best, bool(standing))
    final = [
        replace(trial, is_chosen=True, reason=_policy_reason(trial, best))
        if trial.algorithm == algorithm
        else replace(trial, is_chosen=False, reason=_other_reason(trial, best))
        for trial in judged
    ]
    return tuple(
        sorted(final, key=lambda each: (not each.is_chosen, -(each.score or 0.0)))
    )


def _policy_reason(used: Trial, best: Trial) -> str:
    if best.algorithm == used.algorithm:
        return used.reason
    against = f" ({'; '.join(used.objections)})" if used.objections else ""
    return (
        f"in use by policy: it explains a customer by the distance to a centre; "
        f"{best.algorithm} would draw the segments better{against}"
    )


def _other_reason(trial: Trial, best: Trial) -> str:
    if trial.algorithm == best.algorithm:
        return "stands and is the best, but does not explain a customer by a centre"
    return trial.reason


def _counts(scan: Selection, mode_count: int) -> list[int]:
    """List the numbers to try, most segments first."""
    finer = [
        each.segment_count
        for each in scan.candidates
        if each.is_qualified
        and each.segment_count > max(mode_count, 1)
        and each.segment_count <= scan.segment_count
    ]
    counts = sorted(finer, reverse=True)[:MOST_FINER_COUNTS]
    return counts + ([mode_count] if mode_count > 1 else [])


def _winner(trials: Sequence[Trial]) -> Trial:
    scored = [trial for trial in trials if trial.score is not None]
    if not scored:
        raise ValueError(
            "no algorithm can form segments: "
            + "; ".join(f"{each.algorithm}: {each.objections[0]}" for each in trials)
        )
    most = max(trial.segment_count for trial in scored)
    finest = [trial for trial in scored if trial.segment_count == most]
    fitting = max(trial.bell_fit or -np.inf for trial in finest) - AS_FITTING
    finest = [each for each in finest if (each.bell_fit or -np.inf) >= fitting]
    best = max(trial.score or 0.0 for trial in finest)
    simplest = list(ALGORITHMS)
    return min(
        (trial for trial in finest if (trial.score or 0.0) >= best - AS_GOOD),
        key=lambda trial: simplest.index(trial.algorithm),
    )


def _judged(
    trials: Sequence[Trial], winner: Trial, has_structure: bool
) -> tuple[Trial, ...]:
    judged = [
        replace(
            trial,
            is_chosen=trial is winner,
            reason=_reason(trial, winner, has_structure),
        )
        for trial in trials
    ]
    return tuple(
        sorted(judged, key=lambda each: (not each.is_chosen, -(each.score or -np.inf)))
    )


def _reason(trial: Trial, winner: Trial, has_structure: bool) -> str:
    if trial is winner:
        if has_structure:
            return "chosen: nothing speaks against it, and none simpler is as good"
        return f"no structure: stands in only ({'; '.join(trial.objections)})"
    if trial.objections:
        return f"rejected: {'; '.join(trial.objections)}"
    if trial.segment_count < winner.segment_count:
        return f"stands, but {winner.algorithm} tells {winner.segment_count} apart"
    if (winner.bell_fit or 0.0) - (trial.bell_fit or 0.0) > AS_FITTING:
        return f"stands, but fits the points worse than {winner.algorithm}"
    gap = (winner.score or 0.0) - (trial.score or 0.0)
    if gap > 0:
        return f"stands, scores {gap:.2f} less than {winner.algorithm}"
    return f"stands and scores alike, but {winner.algorithm} is simpler to tell"
