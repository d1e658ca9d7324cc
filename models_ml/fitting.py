"""Which clusters do these customers form, and how firmly?"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Labels, Points
from models_ml.algorithms.density import landscapes, significant_modes
from models_ml.algorithms.hdbscan import smallest_region
from models_ml.bench import compared_with_others
from models_ml.candidates import fitter
from models_ml.config import SegmentationConfig
from models_ml.features import numeric_column
from models_ml.labels import Profile, label_segments
from models_ml.preparation import (
    Preparation,
    UnsegmentableError,
    beyond_limits,
    fit_preparation,
    scaled_points,
)
from models_ml.selection import Selection, choose_segment_count
from models_ml.separation import seeded_sample
from models_ml.stability import bootstrap_jaccard
from models_ml.trials import Evidence as TrialEvidence
from models_ml.trials import Trial

MONEY_COLUMN = "net_sales_amount_base_ccy"


@dataclass(frozen=True)
class Fitted:
    """Clusters of the regular customers.

    Attributes:
        preparation: Fitted preparation.
        regular: Customers the clusters were fitted on, shape (n_customers,).
        labels: Cluster per regular customer, shape (n_regular,).
        centroids: Scaled, unweighted, shape (k, n_features).
    """

    preparation: Preparation
    regular: NDArray[np.bool_]
    labels: Labels
    centroids: Points


@dataclass(frozen=True)
class Evidence:
    """Why there are so many clusters and how stable each is.

    Attributes:
        selection: The chosen number with the candidates.
        jaccard: Bootstrap Jaccard per cluster, shape (k,).
        trials: What other algorithms would do with as many clusters.
    """

    selection: Selection
    jaccard: NDArray[np.float64]
    trials: tuple[Trial, ...]


def fit_clusters(
    frame: pd.DataFrame, config: SegmentationConfig
) -> tuple[Fitted, Evidence]:
    """Prepare the customers, choose the number of clusters and fit them.

    The number is chosen on a sample of at most ``scan_sample`` customers; the final
    fit is on all of them.

    Args:
        frame: Customers to segment in key order, one row each.
        config: Attributes and thresholds.

    Returns:
        The clusters and the evidence for them.

    Raises:
        UnsegmentableError: If there are too few different customers or no attribute
            varies.
        ValueError: If an attribute is unusable or a fit does not converge.
    """
    preparation, regular, raw, scaled = _prepared(frame, config)
    root_weights = np.sqrt([scaling.weight for scaling in preparation.scalings])
    points = scaled * root_weights
    sample = seeded_sample(len(points), config.scan_sample, config.seed)

    def is_nameable(labels: Labels) -> bool:
        profile = Profile(preparation.features, raw[sample], scaled[sample], labels)
        named = label_segments(profile, config.label_z, config.label_fidelity)
        return all(label.is_distinct and label.words for label in named)

    money = np.nan_to_num(numeric_column(frame, MONEY_COLUMN)[regular])
    at_stake = max(float(money.sum()), 0.0) * config.differentiation_value_ratio
    selection = choose_segment_count(points[sample], config, is_nameable, at_stake)
    count = selection.segment_count
    clustering = fitter(config, count, config.restarts)(points, config.seed)
    jaccard = bootstrap_jaccard(
        points[sample],
        clustering.labels[sample],
        fitter(config, count, config.resample_restarts),
        config.resample_count,
        config.seed,
    )
    fitted = Fitted(
        preparation, regular, clustering.labels, clustering.centroids / root_weights
    )
    trials = _trials(points, money, count, config)
    return fitted, Evidence(selection, jaccard, trials)


def _trials(
    points: Points, money: Points, count: int, config: SegmentationConfig
) -> tuple[Trial, ...]:
    drawn = seeded_sample(len(points), config.bench_sample, config.seed)
    sample = points[drawn]
    evidence = TrialEvidence(
        points=sample,
        modes=significant_modes(landscapes(sample), smallest_region(len(sample))),
        config=replace(
            config,
            restarts=config.resample_restarts,
            scan_resample_count=config.bench_resample_count,
            split_count=config.bench_split_count,
        ),
        money=money[drawn],
    )
    return compared_with_others(config.algorithm, count, evidence)


def refit_clusters(
    frame: pd.DataFrame, config: SegmentationConfig, segment_count: int
) -> Fitted:
    """Fit a given number of clusters on customers of another date.

    Args:
        frame: Customers in key order, one row each.
        config: Attributes and thresholds.
        segment_count: Clusters to form.

    Returns:
        The clusters.

    Raises:
        ValueError: As ``fit_clusters``.
    """
    preparation, regular, _, scaled = _prepared(frame, config)
    root_weights = np.sqrt([scaling.weight for scaling in preparation.scalings])
    fit = fitter(config, segment_count, config.resample_restarts)
    clustering = fit(scaled * root_weights, config.seed)
    return Fitted(
        preparation, regular, clustering.labels, clustering.centroids / root_weights
    )


def _prepared(
    frame: pd.DataFrame, config: SegmentationConfig
) -> tuple[Preparation, NDArray[np.bool_], Points, Points]:
    if len(frame) < config.minimum_customers:
        raise UnsegmentableError(
            f"too few customers to segment: {len(frame)} of at least "
            f"{config.minimum_customers}"
        )
    preparation = fit_preparation(frame, config)
    raw, scaled = scaled_points(frame, preparation.scalings)
    different = len(pd.DataFrame(scaled).drop_duplicates())
    _, most = config.segment_counts
    if different < most:
        raise UnsegmentableError(
            f"customers too alike to segment: {different} different ones of at least "
            f"{most}"
        )
    regular = np.ones(len(frame), dtype=bool)
    if config.outlier_policy == "segment":
        beyond = beyond_limits(raw, preparation.scalings)
        regular = ~np.asarray(beyond.any(axis=1))
    return preparation, regular, raw[regular], scaled[regular]
