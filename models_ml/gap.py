"""Do clusters hold their members closer than structureless data would?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models_ml.algorithms.base import Points
from models_ml.stability import Fit

GapRule = Literal["firstmax", "globalmax", "Tibs2001SEmax", "firstSEmax", "globalSEmax"]


@dataclass(frozen=True)
class Gap:
    """How much closer k clusters hold their members than chance would.

    Attributes:
        value: ``E*[log W_k] - log W_k``.
        standard_error: ``sd(log W*_k) * sqrt(1 + 1 / B)``.
    """

    value: float
    standard_error: float


def gap_statistics(
    points: Points,
    fit_of: Callable[[int], Fit],
    most: int,
    reference_count: int,
    seed: int,
) -> list[Gap]:
    """Compute the gap statistic for 1 to ``most`` clusters.

    ``W_k`` is the sum of squared distances to the own centre; the reference is uniform
    in the box of the points along their principal axes.

    Args:
        points: Shape (n_customers, n_features).
        fit_of: Gives the fit of so many clusters.
        most: Clusters to try at most.
        reference_count: Reference data sets, B.
        seed: Start of the random sequence.

    Returns:
        One gap per number of clusters, from 1.

    References:
        Tibshirani, R., Walther, G. and Hastie, T. (2001). Estimating the number of
        clusters in a data set via the gap statistic. JRSS-B 63, 411-423.
    """
    centered = points - points.mean(axis=0)
    rotated = centered @ np.linalg.svd(centered, full_matrices=False)[2].T
    generator = np.random.default_rng(seed)
    low, high = rotated.min(axis=0), rotated.max(axis=0)
    boxes = [
        generator.uniform(low, high, rotated.shape) for _ in range(reference_count)
    ]
    gaps: list[Gap] = []
    for count in range(1, most + 1):
        fit = fit_of(count)
        expected = [_log_dispersion(fit, box, seed) for box in boxes]
        spread = float(np.std(expected)) * float(np.sqrt(1 + 1 / reference_count))
        own = _log_dispersion(fit, points, seed)
        gaps.append(Gap(float(np.mean(expected)) - own, spread))
    return gaps


def gap_count(gaps: Sequence[Gap], rule: GapRule = "Tibs2001SEmax") -> int | None:
    """Choose the number of clusters by one of the rules of R's ``clusGap``.

    Args:
        gaps: One per number of clusters, from 1.
        rule: ``Tibs2001SEmax`` is that of the paper: the fewest clusters whose gap is
            within one standard error of that of one cluster more. ``firstmax`` and
            ``globalmax`` take a maximum; ``firstSEmax`` and ``globalSEmax`` the fewest
            within one standard error of it.

    Returns:
        The number of clusters, None where the gap rises to the end.

    Raises:
        ValueError: If there are no gaps.

    References:
        R package cluster, ``maxSE``.
    """
    if not gaps:
        raise ValueError("a rule needs at least one gap")
    values = [gap.value for gap in gaps]
    floors = [gap.value - gap.standard_error for gap in gaps]
    last = len(gaps) - 1
    if rule == "Tibs2001SEmax":
        within = [k + 1 for k in range(last) if values[k] >= floors[k + 1]]
        return within[0] if within else None
    falls = [k for k in range(last) if values[k + 1] <= values[k]]
    first = falls[0] if falls else last
    peak = int(np.argmax(values)) if rule.startswith("global") else first
    if rule.endswith("SEmax"):
        peak = next(k for k in range(peak + 1) if values[k] >= floors[peak])
    return peak + 1 if peak < last else None


def _log_dispersion(fit: Fit, points: Points, seed: int) -> float:
    # As many clusters as distinct points leave nothing within them.
    return float(np.log(max(fit(points, seed).inertia, np.finfo(float).tiny)))
