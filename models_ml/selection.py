"""How many segments does the evidence support?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from models_ml.algorithms import ALGORITHMS
from models_ml.algorithms.base import Clustering, Labels, Points
from models_ml.config import SegmentationConfig
from models_ml.separation import (
    mean_silhouette,
    seeded_sample,
    structureless_silhouette,
)
from models_ml.stability import Fit, bootstrap_jaccard, prediction_strength


@dataclass(frozen=True)
class Candidate:
    """The evidence for one number of segments.

    Attributes:
        segment_count: Segments tried.
        silhouette: Mean of (b - a) / max(a, b); -1 to 1, more is better.
        calinski_harabasz: Between over within variance; more is better.
        davies_bouldin: Mean of the worst overlap ratios; less is better.
        minimum_jaccard: Bootstrap Jaccard of the least stable segment.
        prediction_strength: 0 to 1, see ``stability.prediction_strength``.
        smallest_segment_ratio: Share of customers in the smallest segment.
        structureless_silhouette: Silhouette that structureless data would reach; None
            if the candidate failed on stability or size already.
        is_nameable: Whether every segment has a true label of its own; None likewise.
        mean_rank: Mean rank in silhouette, Calinski-Harabasz and Davies-Bouldin; 1 is
            best.
        is_chosen: Whether it was.
        reason: Why, in one sentence.
    """

    segment_count: int
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    minimum_jaccard: float
    prediction_strength: float
    smallest_segment_ratio: float
    structureless_silhouette: float | None
    is_nameable: bool | None
    mean_rank: float = float("nan")
    is_chosen: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Selection:
    """The chosen number of segments and all that spoke for and against it.

    Attributes:
        segment_count: Segments to form.
        has_clear_segments: Whether any candidate qualified.
        candidates: Evidence per number of segments, rising.
    """

    segment_count: int
    has_clear_segments: bool
    candidates: tuple[Candidate, ...]


def fitter(config: SegmentationConfig, segment_count: int, restarts: int) -> Fit:
    """Bind the configured algorithm to a number of segments.

    Args:
        config: Names the algorithm.
        segment_count: Segments to form.
        restarts: Random starts per fit.

    Returns:
        A function of (points, seed).
    """
    algorithm = ALGORITHMS[config.algorithm]

    def fit(points: Points, seed: int) -> Clustering:
        return algorithm.fit(points, segment_count, seed, restarts)

    return fit


def choose_segment_count(
    points: Points, config: SegmentationConfig, is_nameable: Callable[[Labels], bool]
) -> Selection:
    """Try every number of segments and choose on stability before separation.

    A candidate qualifies if every segment returns under resampling (Jaccard), halves
    predict each other (prediction strength), no segment is too small, it separates
    better than structureless data of the same spread, and every segment can be named.
    Among those the largest number is chosen, as Tibshirani and Walther advise:
    separation indices (whose mean rank is reported) favour the coarsest of nested
    structures, and a repeatable, nameable segment more is one more that can be served
    in its own way. If none qualifies, the most repeatable partition stands in and the
    selection says that there are no clear segments.

    Args:
        points: Prepared, weighted attributes, shape (n_customers, n_features).
        config: Range, thresholds and resampling effort.
        is_nameable: Whether each segment of a partition has a true label of its own.

    Returns:
        The choice with its evidence.

    Raises:
        ValueError: If not even the fewest segments can be formed.
    """
    sample = seeded_sample(len(points), config.scan_sample, config.seed)
    scanned = points[sample]
    fewest, most = config.segment_counts
    distinct = len(np.unique(scanned, axis=0))
    counts = range(fewest, min(most, distinct) + 1)
    if not counts:
        raise ValueError(
            f"{fewest} segments need as many different customers: {distinct} found"
        )
    candidates = [
        _evaluated(scanned, segment_count, config, is_nameable)
        for segment_count in counts
    ]
    return decided(candidates, config, len(points))


def decided(
    candidates: Sequence[Candidate], config: SegmentationConfig, customer_count: int
) -> Selection:
    """Apply the decision rule of ``choose_segment_count`` to finished evidence.

    Args:
        candidates: Evidence per number of segments, rising.
        config: Thresholds.
        customer_count: Customers to be segmented.

    Returns:
        The choice, with mean ranks and reasons filled in.
    """
    objections = [objections_to(each, config, customer_count) for each in candidates]
    qualified = [
        candidate.segment_count
        for candidate, against in zip(candidates, objections, strict=True)
        if not against
    ]
    chosen = max(qualified) if qualified else _most_repeatable(candidates, config)
    ranks = mean_ranks(candidates)
    final = []
    for candidate, against, rank in zip(candidates, objections, ranks, strict=True):
        is_chosen = candidate.segment_count == chosen
        reason = _reason(candidate, against, chosen, bool(qualified))
        final.append(
            replace(
                candidate, mean_rank=float(rank), is_chosen=is_chosen, reason=reason
            )
        )
    return Selection(chosen, bool(qualified), tuple(final))


def mean_ranks(candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """Average each candidate's ranks in the three separation indices.

    Args:
        candidates: Evidence per number of segments.

    Returns:
        Mean rank per candidate, 1 is best; ties share their average rank.
    """
    indices = np.array(
        [
            (-each.silhouette, -each.calinski_harabasz, each.davies_bouldin)
            for each in candidates
        ]
    )
    ranks: NDArray[np.float64] = rankdata(indices, axis=0).mean(axis=1)
    return ranks


def objections_to(
    candidate: Candidate, config: SegmentationConfig, customer_count: int
) -> list[str]:
    """List what speaks against a candidate, cheapest evidence first.

    Args:
        candidate: Evidence for one number of segments.
        config: Thresholds.
        customer_count: Customers to be segmented.

    Returns:
        One clause per failed requirement; empty if the candidate qualifies.
    """
    smallest = round(candidate.smallest_segment_ratio * customer_count)
    needed = config.smallest_segment(customer_count)
    requirements = [
        (smallest >= needed, f"a segment of {smallest} customers, {needed} needed"),
        (
            candidate.minimum_jaccard >= config.jaccard_threshold,
            f"weakest Jaccard {candidate.minimum_jaccard:.2f} below "
            f"{config.jaccard_threshold:.2f}",
        ),
        (
            candidate.prediction_strength >= config.prediction_strength_threshold,
            f"prediction strength {candidate.prediction_strength:.2f} below "
            f"{config.prediction_strength_threshold:.2f}",
        ),
        (
            candidate.structureless_silhouette is None
            or candidate.silhouette > candidate.structureless_silhouette,
            f"silhouette {candidate.silhouette:.2f}, structureless data reach "
            f"{candidate.structureless_silhouette or 0:.2f}",
        ),
        (
            candidate.is_nameable is not False,
            "a segment has no true label of its own",
        ),
    ]
    return [clause for is_met, clause in requirements if not is_met]


def _evaluated(
    points: Points,
    segment_count: int,
    config: SegmentationConfig,
    is_nameable: Callable[[Labels], bool],
) -> Candidate:
    labels = fitter(config, segment_count, config.restarts)(points, config.seed).labels
    refit = fitter(config, segment_count, config.resample_restarts)
    jaccard = bootstrap_jaccard(
        points, labels, refit, config.scan_resample_count, config.seed
    )
    candidate = Candidate(
        segment_count=segment_count,
        silhouette=mean_silhouette(
            points, labels, config.silhouette_sample, config.seed
        ),
        calinski_harabasz=float(calinski_harabasz_score(points, labels)),
        davies_bouldin=float(davies_bouldin_score(points, labels)),
        minimum_jaccard=float(jaccard.min()),
        prediction_strength=prediction_strength(
            points, refit, config.split_count, config.seed
        ),
        smallest_segment_ratio=float(np.bincount(labels).min() / len(labels)),
        structureless_silhouette=None,
        is_nameable=None,
    )
    if objections_to(candidate, config, len(points)):
        return candidate
    return replace(
        candidate,
        structureless_silhouette=structureless_silhouette(
            points, refit, config.reference_count, config.seed
        ),
        is_nameable=is_nameable(labels),
    )


def _most_repeatable(
    candidates: Sequence[Candidate], config: SegmentationConfig
) -> int:
    """Pick the stand-in: the most stable partition, of equals the coarser one."""
    eligible = [
        each
        for each in candidates
        if each.segment_count >= config.fallback_segment_count
    ]
    best = max(
        eligible or candidates[-1:],
        key=lambda each: (each.minimum_jaccard, -each.segment_count),
    )
    return best.segment_count


def _reason(
    candidate: Candidate, against: list[str], chosen: int, is_clear: bool
) -> str:
    is_chosen = candidate.segment_count == chosen
    if is_chosen and not is_clear:
        return (
            "no clear segments: nothing qualifies, and this partition, the most "
            f"repeatable, stands in ({'; '.join(against)})"
        )
    if against:
        return f"rejected: {'; '.join(against)}"
    if is_chosen:
        return (
            "chosen: the most segments that all return under resampling (weakest "
            f"Jaccard {candidate.minimum_jaccard:.2f}), predict each other across "
            f"halves ({candidate.prediction_strength:.2f}) and have true labels"
        )
    return f"qualifies, but {chosen} segments do so too and tell more apart"
