"""Which m and u does a model keep of what EM and sampling say?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from echelon.identity.model import ComparisonWeights
from echelon.identity.settings import MatchSettings

SMALLEST_SHARE = 1e-6  # no level is impossible because a sample lacks it
# True matches that disagree more often than this many times the prior are not learnt:
# such sessions have found neighbours or namesakes, not matches.
MOST_DISAGREEMENT = 3.0
LEAST_M = 0.1  # of the prior's: data too clean teaches too hard a verdict
LEAST_U = 0.2  # of the sampled u: not all random pairs that agree are matches
DIGITS = 9  # rounding takes off what the order of float sums leaves


def monotone(m: Sequence[float], u: Sequence[float]) -> list[float]:
    """Return m such that m / u does not rise, levels out of order pooled.

    Args:
        m: Share per level among true matches, agreement first.
        u: Share per level among other pairs, positive.

    Returns:
        One m per level, of the same sum; pooled levels have one ratio.

    References:
        Ayer et al. (1955), pool adjacent violators.
    """
    pools: list[tuple[float, float, int]] = []
    for pair in zip(m, u, strict=True):
        pools.append((*pair, 1))
        while len(pools) > 1 and pools[-1][0] * pools[-2][1] > (
            pools[-2][0] * pools[-1][1]
        ):
            (m_a, u_a, size_a), (m_b, u_b, size_b) = pools[-2:]
            pools[-2:] = [(m_a + m_b, u_a + u_b, size_a + size_b)]
    ratios = [m_sum / u_sum for m_sum, u_sum, size in pools for _ in range(size)]
    return [ratio * its_u for ratio, its_u in zip(ratios, u, strict=True)]


@dataclass(frozen=True)
class Learnt:
    """The m of one comparison from one EM session."""

    matches: float
    m: list[float]


def join_sessions(
    prior: ComparisonWeights,
    sessions: list[Learnt],
    settings: MatchSettings,
    notes: list[str],
) -> ComparisonWeights:
    """Average the sessions' m with the prior's, and keep agreement above the rest."""
    sound = [
        one
        for one in sessions
        if all(math.isfinite(m) for m in one.m)
        and sum(one.m) > 0
        and one.m[0] >= prior.levels[0].u
        and one.m[-1] <= max(prior.levels[-1].u, 0.5)
    ]
    if not sound:
        reason = "no session was sound" if sessions else "no session could train it"
        notes.append(f"comparison {prior.comparison}: {reason}, shipped weights stand")
    total = sum(one.matches for one in sound) + settings.training.prior_pairs
    shares = [
        (
            sum(one.matches * one.m[i] for one in sound)
            + settings.training.prior_pairs * level.m
        )
        / total
        for i, level in enumerate(prior.levels)
    ]
    shares = _within_reason(shares, prior, notes)
    levels = [
        replace(level, m=rounded(m))
        for m, level in zip(shares, prior.levels, strict=True)
    ]
    return ComparisonWeights(prior.comparison, bool(sound), levels)


def without_matches(weights: ComparisonWeights, prior: float) -> ComparisonWeights:
    """Take the matches among random pairs off u: u = (sampled - prior m) / (1 - prior).

    In a short list with many duplicates most random pairs that agree are matches, and
    agreement would seem to say nothing.
    """
    others = [
        max(level.u - prior * level.m, level.u * LEAST_U) for level in weights.levels
    ]
    levels = [
        replace(level, u=rounded(other / sum(others)))
        for level, other in zip(weights.levels, others, strict=True)
    ]
    return replace(weights, levels=levels)


def ordered(weights: ComparisonWeights) -> ComparisonWeights:
    """Let no lower level speak more for a match than a higher one."""
    in_order = monotone(
        [level.m for level in weights.levels], [level.u for level in weights.levels]
    )
    levels = [
        replace(level, m=rounded(m))
        for level, m in zip(weights.levels, in_order, strict=True)
    ]
    return replace(weights, levels=levels)


def _within_reason(
    shares: list[float], prior: ComparisonWeights, notes: list[str]
) -> list[float]:
    """Keep m near enough to the prior's that no level alone decides a pair."""
    floored = [
        max(share, level.m * LEAST_M)
        for share, level in zip(shares, prior.levels, strict=True)
    ]
    floored = [share / sum(floored) for share in floored]
    most = prior.levels[-1].m * MOST_DISAGREEMENT
    if floored[-1] <= most:
        return floored
    notes.append(
        f"comparison {prior.comparison}: {floored[-1]:.2f} of the matches would "
        f"disagree, taken as {most:.2f}"
    )
    rest = (1 - most) / (1 - floored[-1])
    return [*(share * rest for share in floored[:-1]), most]


def rounded(share: float) -> float:
    """Take off what the order of float sums leaves, and no share of nothing."""
    return float(f"{max(share, SMALLEST_SHARE):.{DIGITS - 1}e}")
