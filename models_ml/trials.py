"""What speaks for and against one algorithm at one number of segments?"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.cluster import contingency_matrix

from models_ml.algorithms import ALGORITHMS
from models_ml.algorithms.base import Clustering, Labels, Points
from models_ml.algorithms.density import Modes
from models_ml.config import SegmentationConfig
from models_ml.measures import balance, bell_fit, money_separation, rule_fidelity
from models_ml.separation import mean_silhouette, structureless_silhouette
from models_ml.stability import (
    Fit,
    agreement,
    bootstrap_jaccard,
    prediction_strength,
)

LEAST_PURITY = 0.98
FRINGE_RATIO = 0.05


@dataclass(frozen=True)
class Evidence:
    """What trials are judged on.

    Attributes:
        points: Prepared, weighted attributes of the regular customers, shape
            (n_customers, n_features).
        modes: Dense regions of the same points.
        config: Thresholds and resampling effort.
        money: Amount per customer that segments should tell apart, shape
            (n_customers,), None without one.
        window_agreement: Compares a partition with an earlier window's, if there is
            one: adjusted Rand index for (algorithm, labels).
    """

    points: Points
    modes: Modes
    config: SegmentationConfig
    money: Points | None = None
    window_agreement: Callable[[str, Labels], float] | None = None


@dataclass(frozen=True)
class Trial:
    """One algorithm at one number of segments.

    Attributes:
        algorithm: Name in the registry.
        segment_count: Segments tried.
        silhouette: Cohesion: mean of (b - a) / max(a, b); -1 to 1.
        minimum_jaccard: Bootstrap Jaccard of the least stable segment.
        prediction_strength: Of the segment worst predicted by the other half.
        window_agreement: Adjusted Rand index with an earlier window, None without.
        balance: Entropy of the sizes over that of equal sizes, 0 to 1.
        smallest_segment_ratio: Share of customers in the smallest segment.
        rule_fidelity: Share of customers whom a tree of four questions puts right.
        region_agreement: Adjusted Rand index with the dense regions, None where there
            is only one or another number of segments was tried.
        bell_fit: Mean log-likelihood of a customer, per attribute, if every segment is
            a bell shape of its own width and direction; compares trials of as many
            segments.
        money_separation: Share of the money's rank variance between segments, None
            without money.
        score: Mean of the above that are known, cohesion scaled to 0 to 1.
        objections: What rules it out; empty if nothing does.
        is_chosen: Whether it won.
        reason: Why or why not, in one sentence.
    """

    algorithm: str
    segment_count: int
    silhouette: float | None = None
    minimum_jaccard: float | None = None
    prediction_strength: float | None = None
    window_agreement: float | None = None
    balance: float | None = None
    smallest_segment_ratio: float | None = None
    rule_fidelity: float | None = None
    region_agreement: float | None = None
    money_separation: float | None = None
    bell_fit: float | None = None
    score: float | None = None
    objections: tuple[str, ...] = ()
    is_chosen: bool = False
    reason: str = ""


def tried(algorithm: str, segment_count: int, evidence: Evidence) -> Trial:
    """Fit an algorithm once and gather what speaks for and against the outcome.

    Args:
        algorithm: Name in the registry.
        segment_count: Segments to form.
        evidence: Points and thresholds.

    Returns:
        The trial without a verdict. What is costly is skipped once a cheap look rules
        the partition out.
    """
    config, points = evidence.config, evidence.points
    try:
        first = fitter(algorithm, segment_count, config.restarts)(points, config.seed)
    except ValueError as error:
        return Trial(algorithm, segment_count, objections=(str(error),))
    labels = first.labels
    sizes = np.bincount(labels) / len(labels)
    trial = Trial(
        algorithm,
        segment_count,
        silhouette=mean_silhouette(
            points, labels, config.silhouette_sample, config.seed
        ),
        window_agreement=(
            evidence.window_agreement(algorithm, labels)
            if evidence.window_agreement
            else None
        ),
        balance=balance(sizes),
        smallest_segment_ratio=float(sizes.min()),
        rule_fidelity=rule_fidelity(points, labels),
        region_agreement=(
            agreement(evidence.modes.labels, labels)
            if segment_count == evidence.modes.count
            else None
        ),
        money_separation=(
            money_separation(evidence.money, labels)
            if evidence.money is not None
            else None
        ),
    )
    trial = replace(trial, bell_fit=bell_fit(points, labels))
    objections = _shape_objections(labels, evidence)
    if not objections:
        trial, objections = _resampled(trial, labels, evidence)
        if not objections and segment_count != evidence.modes.count:
            objections = _chance_objections(algorithm, labels, evidence)
    return replace(trial, score=score(trial), objections=tuple(objections))


def fitter(algorithm: str, segment_count: int, restarts: int) -> Fit:
    """Bind an algorithm to a number of segments and of random starts."""
    chosen = ALGORITHMS[algorithm]

    def fit(points: Points, seed: int) -> Clustering:
        return chosen.fit(points, segment_count, seed, restarts)

    return fit


def score(trial: Trial) -> float:
    """Average what is known of a trial, each measure on 0 to 1.

    Args:
        trial: Measures of one partition.

    Returns:
        0 to 1. Silhouette is one of eight: by itself it decides nothing.
    """
    cohesion = None if trial.silhouette is None else (1 + trial.silhouette) / 2
    known = [
        cohesion,
        trial.minimum_jaccard,
        trial.prediction_strength,
        trial.window_agreement,
        trial.balance,
        trial.rule_fidelity,
        trial.region_agreement,
        trial.money_separation,
    ]
    return float(np.mean([value for value in known if value is not None]))


def _shape_objections(labels: Labels, evidence: Evidence) -> list[str]:
    """List what a look at the partition alone rules out."""
    config, modes = evidence.config, evidence.modes
    smallest = int(np.bincount(labels).min())
    needed = config.smallest_segment(len(labels))
    found = []
    if smallest < needed:
        found.append(f"a segment of {smallest} customers, {needed} needed")
    if modes.count > 1:
        core = modes.is_core & ~modes.is_noise
        overlap = contingency_matrix(labels[core], modes.labels[core])
        if float(overlap.max(axis=1).sum() / overlap.sum()) < LEAST_PURITY:
            found.append("joins or cuts dense regions that a valley parts")
    return found


def _resampled(
    trial: Trial, labels: Labels, evidence: Evidence
) -> tuple[Trial, list[str]]:
    config, points = evidence.config, evidence.points
    refit = fitter(trial.algorithm, trial.segment_count, config.resample_restarts)
    try:
        strength = prediction_strength(points, refit, config.split_count, config.seed)
        jaccard = bootstrap_jaccard(
            points, labels, refit, config.scan_resample_count, config.seed
        )
    except ValueError as error:
        return trial, [f"does not return on resampled customers: {error}"]
    trial = replace(
        trial,
        prediction_strength=strength,
        minimum_jaccard=float(jaccard.min()),
    )
    found = []
    if float(jaccard.min()) < config.jaccard_threshold:
        found.append(
            f"weakest Jaccard {jaccard.min():.2f} below {config.jaccard_threshold:.2f}"
        )
    # Half the points cannot show thin forms; a valley deeper than chance's can.
    is_the_modes = trial.segment_count == evidence.modes.count
    if strength < config.prediction_strength_threshold and not is_the_modes:
        found.append(
            f"prediction strength {strength:.2f} below "
            f"{config.prediction_strength_threshold:.2f}"
        )
    return trial, found


def _chance_objections(algorithm: str, labels: Labels, evidence: Evidence) -> list[str]:
    """Object to parts of a dense region that structureless data would show as well."""
    config, modes = evidence.config, evidence.modes
    for region in range(modes.count):
        inside = modes.labels == region
        parts, own = _parts(labels, inside)
        if len(parts) < 2:
            continue
        within = evidence.points[inside][own >= 0]
        reached = mean_silhouette(
            within, own[own >= 0], config.silhouette_sample, config.seed
        )
        try:
            bound = structureless_silhouette(
                within,
                fitter(algorithm, len(parts), config.resample_restarts),
                config.reference_count,
                config.seed,
            )
        except ValueError:
            continue
        if reached <= bound:
            return [
                f"splits a dense region with silhouette {reached:.2f}, structureless "
                f"data reach {bound:.2f}"
            ]
    return []


def _parts(labels: Labels, inside: NDArray[np.bool_]) -> tuple[Labels, Labels]:
    """Number the segments that hold more than a fringe of a region; -1 is fringe."""
    names, counts = np.unique(labels[inside], return_counts=True)
    parts = names[counts >= FRINGE_RATIO * inside.sum()]
    own = np.full(int(inside.sum()), -1, dtype=np.int64)
    for number, part in enumerate(parts):
        own[labels[inside] == part] = number
    return parts, own
