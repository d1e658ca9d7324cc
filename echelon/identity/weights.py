"""Which m keep agreement above disagreement?"""

from collections.abc import Sequence


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
