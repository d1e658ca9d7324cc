"""Did the same segments exist in earlier windows of time?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models_ml.artefact import SegmentModel
from models_ml.config import SegmentationConfig
from models_ml.fitting import refit_clusters
from models_ml.preparation import UnsegmentableError
from models_ml.stability import agreement, clusterwise_jaccard

LEAST_COMMON_RATIO = 0.10


@dataclass(frozen=True)
class WindowStability:
    """How the segments compare with those of earlier windows.

    Attributes:
        agreement: Adjusted Rand index of the window that agrees least.
        jaccard: Jaccard per segment code, of the window that agrees least on it.
        window_count: Windows compared.
    """

    agreement: float
    jaccard: Mapping[str, float]
    window_count: int


def compared_with_windows(
    windows: Sequence[pd.DataFrame],
    assignments: pd.DataFrame,
    model: SegmentModel,
    config: SegmentationConfig,
) -> tuple[WindowStability | None, tuple[str, ...]]:
    """Fit each earlier window on its own and compare it on the common customers.

    Only customers in a segment on both sides count: EXC and UNC are rules. A window
    from before most customers ordered says nothing about today's segments: it is
    skipped if it cannot be segmented, or shares fewer customers with today than
    ``minimum_customers`` or a tenth of those in a segment.

    Args:
        windows: Customer features at earlier dates, in key order.
        assignments: Assignments of today.
        model: Model in force: its attributes and number of segments are used.
        config: Thresholds and restarts.

    Returns:
        The comparison, or None if no window could be compared; and a note per
        window skipped.

    Raises:
        ValueError: If an attribute of a window is unusable.
    """
    window_config = config_of(model, config)
    today = assignments.loc[
        assignments["model_segment_code"].isin(model.codes),
        ["customer_id", "model_segment_code"],
    ]
    least_common = max(config.minimum_customers, LEAST_COMMON_RATIO * len(today))
    notes: list[str] = []
    agreements: list[float] = []
    scores: list[dict[str, float]] = []
    for window in windows:
        included = window[~window["is_excluded"].to_numpy(dtype=bool)]
        included = included.reset_index(drop=True)
        try:
            fitted = refit_clusters(included, window_config, len(model.segments))
        except UnsegmentableError as error:
            notes.append(_skipped(window, str(error)))
            continue
        then = included.loc[fitted.regular, ["customer_id"]].assign(then=fitted.labels)
        common = today.merge(then, on="customer_id", validate="one_to_one")
        if len(common) < least_common:
            reason = f"{len(common)} of today's {len(today)} customers are in it"
            notes.append(_skipped(window, reason))
            continue
        names, now = np.unique(
            common["model_segment_code"].to_numpy(dtype=str), return_inverse=True
        )
        earlier = common["then"].to_numpy(dtype=np.int64)
        agreements.append(agreement(now.astype(np.int64), earlier))
        jaccard = clusterwise_jaccard(now.astype(np.int64), earlier)
        scores.append(dict(zip(names.tolist(), jaccard.tolist(), strict=True)))
    if not scores:
        return None, tuple(notes)
    worst = {
        code: min(score[code] for score in scores if code in score)
        for code in model.codes
        if any(code in score for score in scores)
    }
    return WindowStability(min(agreements), worst, len(scores)), tuple(notes)


def config_of(model: SegmentModel, config: SegmentationConfig) -> SegmentationConfig:
    """Keep of a configuration the attributes a model uses."""
    used = tuple(
        feature for feature in config.features if feature.name in model.feature_names
    )
    return replace(config, features=used)


def _skipped(window: pd.DataFrame, reason: str) -> str:
    as_of_date = pd.Timestamp(window["as_of_date"].iloc[0]).date()
    return f"window of {as_of_date} is not compared: {reason}"
