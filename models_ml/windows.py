"""Did the same segments exist in earlier windows of time?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models_ml.artefact import SegmentModel
from models_ml.config import SegmentationConfig
from models_ml.fitting import refit_clusters
from models_ml.stability import agreement, clusterwise_jaccard


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
) -> WindowStability | None:
    """Fit each earlier window on its own and compare it on the common customers.

    Only customers in a segment on both sides count: EXC and UNC are rules.

    Args:
        windows: Customer features at earlier dates, in key order.
        assignments: Assignments of today.
        model: Model in force: its attributes and number of segments are used.
        config: Thresholds and restarts.

    Returns:
        The comparison, or None if there are no windows.

    Raises:
        ValueError: If a window has no customer in common, or cannot be fitted.
    """
    used = tuple(
        feature for feature in config.features if feature.name in model.feature_names
    )
    window_config = replace(config, features=used)
    today = assignments.loc[
        assignments["model_segment_code"].isin(model.codes),
        ["customer_id", "model_segment_code"],
    ]
    agreements: list[float] = []
    scores: list[dict[str, float]] = []
    for window in windows:
        included = window[~window["is_excluded"].to_numpy(dtype=bool)]
        included = included.reset_index(drop=True)
        fitted = refit_clusters(included, window_config, len(model.segments))
        then = included.loc[fitted.regular, ["customer_id"]].assign(then=fitted.labels)
        common = today.merge(then, on="customer_id", validate="one_to_one")
        if common.empty:
            raise ValueError("a window has no customer in common with today")
        names, now = np.unique(
            common["model_segment_code"].to_numpy(dtype=str), return_inverse=True
        )
        earlier = common["then"].to_numpy(dtype=np.int64)
        agreements.append(agreement(now.astype(np.int64), earlier))
        jaccard = clusterwise_jaccard(now.astype(np.int64), earlier)
        scores.append(dict(zip(names.tolist(), jaccard.tolist(), strict=True)))
    if not scores:
        return None
    worst = {
        code: min(score[code] for score in scores if code in score)
        for code in model.codes
        if any(code in score for score in scores)
    }
    return WindowStability(min(agreements), worst, len(scores))
