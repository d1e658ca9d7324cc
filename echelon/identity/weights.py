"""How likely is a match, given what agrees? Fellegi-Sunter arithmetic, in bits."""

import math
from collections.abc import Iterable, Sequence


def level_weight(m: float, u: float) -> float:
    """Return log2(m / u), the evidence of one level.

    Args:
        m: Share of the level among true matches.
        u: Share of the level among other pairs.

    References:
        Fellegi and Sunter (1969), A theory for record linkage.
    """
    return math.log2(m / u)


def prior_weight(match_prior: float) -> float:
    """Return log2 of the odds that two random records match."""
    return math.log2(match_prior / (1 - match_prior))


def match_weight(match_prior: float, levels: Iterable[tuple[float, float]]) -> float:
    """Return M = log2(prior odds) + the sum of log2(m / u), in bits."""
    return prior_weight(match_prior) + sum(level_weight(m, u) for m, u in levels)


def match_probability(weight: float) -> float:
    """Return P = 2^M / (1 + 2^M)."""
    if weight >= 0:
        return 1 / (1 + math.exp2(-weight))
    return math.exp2(weight) / (1 + math.exp2(weight))


def term_frequency_u(counts: Iterable[int]) -> float:
    """Return the chance that two draws with replacement hold the same value.

    Args:
        counts: Records per value.
    """
    values = list(counts)
    return sum(count * count for count in values) / sum(values) ** 2


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
