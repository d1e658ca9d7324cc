"""How many segments does the evidence support?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from models_ml.algorithms.base import Labels, Points
from models_ml.candidates import Candidate, evaluated, fitter, objections_to
from models_ml.config import SegmentationConfig
from models_ml.gap import gap_count, gap_statistics
from models_ml.separation import REFERENCE_SIZE, seeded_sample
from models_ml.value_curve import justified_count, marginal_benefits


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


def choose_segment_count(
    points: Points,
    config: SegmentationConfig,
    is_nameable: Callable[[Labels], bool],
    amount_at_stake: float | None = None,
) -> Selection:
    """Try every number of segments and choose on stability before separation.

    A candidate qualifies if every segment returns under resampling (Jaccard), halves
    predict each other (prediction strength), no segment is too small, it separates
    better than structureless data of the same spread, every segment can be named, and
    the last one earns what it costs (or so many are approved).
    Of those within ``separation_tolerance`` of the best Davies-Bouldin index the
    largest is chosen. If none qualifies, the most repeatable partition stands in and
    the selection says that there are no clear segments.

    Why not simply the best mean rank, which is reported: silhouette and
    Calinski-Harabasz favour the coarsest of nested structures, while a repeatable,
    nameable segment more is one more that can be served in its own way. Why not simply
    the largest (Tibshirani and Walther's rule): with many customers even a split that
    separates little is repeatable.

    Args:
        points: Prepared, weighted attributes, shape (n_customers, n_features).
        config: Range, thresholds and resampling effort.
        is_nameable: Whether each segment of a partition has a true label of its own.
        amount_at_stake: What segments that explained everything would earn, in base
            currency; None: value does not limit the number.

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
        evaluated(scanned, segment_count, config, is_nameable)
        for segment_count in counts
    ]
    candidates = gauged(candidates, config, scanned)
    if amount_at_stake is not None:
        candidates = valued(candidates, config, amount_at_stake)
    return decided(candidates, config, len(points))


def gauged(
    candidates: Sequence[Candidate], config: SegmentationConfig, points: Points
) -> list[Candidate]:
    """Set the gap statistic beside the other evidence.

    It is reported and decides nothing: where groups lie within groups the gap may go on
    rising, and the rule then names none.

    Args:
        candidates: Evidence per number of segments.
        config: Number of reference data sets and restarts.
        points: Prepared, weighted attributes, shape (n_customers, n_features).

    Returns:
        The candidates with their gaps; at most one is the choice of the rule.
    """
    sample = points[seeded_sample(len(points), REFERENCE_SIZE, config.seed)]
    most = min(candidates[-1].segment_count, len(np.unique(sample, axis=0)))
    gaps = gap_statistics(
        sample,
        lambda count: fitter(config, count, config.resample_restarts),
        most,
        config.gap_reference_count,
        config.seed,
    )
    chosen = gap_count(gaps)
    return [
        replace(
            each,
            gap_statistic=gaps[each.segment_count - 1].value,
            gap_standard_error=gaps[each.segment_count - 1].standard_error,
            is_gap_choice=each.segment_count == chosen,
        )
        if each.segment_count <= most
        else each
        for each in candidates
    ]


def valued(
    candidates: Sequence[Candidate], config: SegmentationConfig, amount_at_stake: float
) -> list[Candidate]:
    """Set what each number of segments earns against what it costs to run.

    ``benefit(k) = amount_at_stake * explained_ratio(k)``.

    Args:
        candidates: Evidence per number of segments, rising.
        config: Cost of running a segment.
        amount_at_stake: What segments that explained everything would earn.

    Returns:
        The candidates with the value curve filled in.
    """
    counts = [each.segment_count for each in candidates]
    benefits = [amount_at_stake * (each.explained_ratio or 0.0) for each in candidates]
    cost = config.segment_keeping_amount_base_ccy
    justified = justified_count(counts, benefits, cost)
    return [
        replace(
            candidate,
            benefit_amount_base_ccy=benefit,
            marginal_benefit_amount_base_ccy=gain,
            running_cost_amount_base_ccy=candidate.segment_count * cost,
            is_justified=candidate.segment_count <= justified,
        )
        for candidate, benefit, gain in zip(
            candidates, benefits, marginal_benefits(benefits), strict=True
        )
    ]


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
    bound = (1 + config.separation_tolerance) * min(
        (each.davies_bouldin for each in candidates if each.segment_count in qualified),
        default=np.inf,
    )
    separated = [
        each.segment_count
        for each in candidates
        if each.segment_count in qualified and each.davies_bouldin <= bound
    ]
    chosen = max(separated) if separated else _most_repeatable(candidates, config)
    ranks = mean_ranks(candidates)
    final = []
    for candidate, against, rank in zip(candidates, objections, ranks, strict=True):
        is_chosen = candidate.segment_count == chosen
        reason = _reason(candidate, against, chosen, bool(qualified))
        final.append(
            replace(
                candidate,
                mean_rank=float(rank),
                is_qualified=not against,
                is_chosen=is_chosen,
                reason=reason,
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


def _most_repeatable(
    candidates: Sequence[Candidate], config: SegmentationConfig
) -> int:
    """Pick the stand-in: the most stable partition, of equals the coarser one."""
    affordable = [
        each
        for each in candidates
        if each.is_justified or each.segment_count <= config.approved_segment_count
    ]
    eligible = [
        each
        for each in affordable
        if each.segment_count >= config.fallback_segment_count
    ]
    best = max(
        eligible or affordable[-1:],
        key=lambda each: (
            each.minimum_jaccard or 0.0,
            each.prediction_strength,
            -each.segment_count,
        ),
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
            "chosen: the most well-separated segments that all return (weakest "
            f"Jaccard {candidate.minimum_jaccard or 0:.2f}), predict each other across "
            f"halves ({candidate.prediction_strength:.2f}) and have true labels"
        )
    if candidate.segment_count < chosen:
        return f"qualifies, but {chosen} segments do so too and tell more apart"
    return (
        f"qualifies, but separates worse than {chosen} segments: "
        f"Davies-Bouldin {candidate.davies_bouldin:.2f}"
    )
