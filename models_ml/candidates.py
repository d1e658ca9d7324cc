"""What speaks for and against one number of segments?"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from models_ml.algorithms import ALGORITHMS
from models_ml.algorithms.base import Clustering, Labels, Points
from models_ml.config import SegmentationConfig
from models_ml.separation import mean_silhouette, structureless_silhouette
from models_ml.stability import Fit, bootstrap_jaccard, prediction_strength
from models_ml.value_curve import explained_ratio

HOPELESS = 0.15


@dataclass(frozen=True)
class Candidate:
    """The evidence for one number of segments.

    Attributes:
        segment_count: Segments tried.
        silhouette: Mean of (b - a) / max(a, b); -1 to 1, more is better.
        calinski_harabasz: Between over within variance; more is better.
        davies_bouldin: Mean of the worst overlap ratios; less is better.
        minimum_jaccard: Bootstrap Jaccard of the least stable segment; None where
            prediction strength leaves no hope.
        prediction_strength: 0 to 1, see ``stability.prediction_strength``.
        smallest_segment_ratio: Share of customers in the smallest segment.
        structureless_silhouette: Silhouette that structureless data would reach; None
            if the candidate failed on stability or size already.
        is_nameable: Whether every segment has a true label of its own; None likewise.
        mean_rank: Mean rank in silhouette, Calinski-Harabasz and Davies-Bouldin; 1 is
            best.
        is_qualified: Whether nothing speaks against it.
        is_chosen: Whether it was.
        reason: Why, in one sentence.
        explained_ratio: Share of the variance between customers that it explains; None
            in models from before it was measured.
        benefit_amount_base_ccy: What so many segments earn over the feature window;
            this and the next two are None where no money is at stake.
        marginal_benefit_amount_base_ccy: What the last of them adds; None for the
            fewest tried.
        running_cost_amount_base_ccy: What they cost to run over the same time.
        is_justified: Whether no smaller number nets more.
        gap_statistic: How much closer it holds its members than structureless data, in
            logarithms of the squared distance; None in models from before it was
            measured, like its standard error.
        gap_standard_error: What the gap may be off by.
        is_gap_choice: Whether the rule of the gap statistic chooses it.
    """

    segment_count: int
    silhouette: float
    calinski_harabasz: float
    davies_bouldin: float
    minimum_jaccard: float | None
    prediction_strength: float
    smallest_segment_ratio: float
    structureless_silhouette: float | None
    is_nameable: bool | None
    mean_rank: float = float("nan")
    is_qualified: bool = False
    is_chosen: bool = False
    reason: str = ""
    explained_ratio: float | None = None
    benefit_amount_base_ccy: float | None = None
    marginal_benefit_amount_base_ccy: float | None = None
    running_cost_amount_base_ccy: float | None = None
    is_justified: bool = True
    gap_statistic: float | None = None
    gap_standard_error: float | None = None
    is_gap_choice: bool = False


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


def evaluated(
    points: Points,
    segment_count: int,
    config: SegmentationConfig,
    is_nameable: Callable[[Labels], bool],
) -> Candidate:
    """Gather the evidence for one number of segments.

    What is costly and only matters for a candidate that may be chosen (structureless
    data, names) is skipped once stability or size speaks against it.

    Args:
        points: Prepared, weighted attributes, shape (n_customers, n_features).
        segment_count: Segments to try.
        config: Thresholds and resampling effort.
        is_nameable: Whether each segment of a partition has a true label of its own.

    Returns:
        The evidence, without rank and verdict.

    Raises:
        ValueError: If a fit does not converge.
    """
    labels = fitter(config, segment_count, config.restarts)(points, config.seed).labels
    refit = fitter(config, segment_count, config.resample_restarts)
    strength = prediction_strength(points, refit, config.split_count, config.seed)
    weakest: float | None = None
    if strength >= config.prediction_strength_threshold - HOPELESS:
        jaccard = bootstrap_jaccard(
            points, labels, refit, config.scan_resample_count, config.seed
        )
        weakest = float(jaccard.min())
    candidate = Candidate(
        segment_count=segment_count,
        silhouette=mean_silhouette(
            points, labels, config.silhouette_sample, config.seed
        ),
        calinski_harabasz=float(calinski_harabasz_score(points, labels)),
        davies_bouldin=float(davies_bouldin_score(points, labels)),
        minimum_jaccard=weakest,
        prediction_strength=strength,
        smallest_segment_ratio=float(np.bincount(labels).min() / len(labels)),
        structureless_silhouette=None,
        is_nameable=None,
        explained_ratio=explained_ratio(points, labels),
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
            candidate.minimum_jaccard is None
            or candidate.minimum_jaccard >= config.jaccard_threshold,
            f"weakest Jaccard {candidate.minimum_jaccard or 0:.2f} below "
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
        (
            candidate.is_justified
            or candidate.segment_count <= config.approved_segment_count,
            "its last segments earn less than they cost to run",
        ),
    ]
    return [clause for is_met, clause in requirements if not is_met]
