"""Which segment of the former model does a fitted cluster continue?"""

import numpy as np
import pandas as pd

from models_ml.algorithms.base import Labels
from models_ml.artefact import RULE_CODES
from models_ml.stability import matched_labels


def inherited_codes(
    previous_codes: pd.Series,
    labels: Labels,
    order: Labels,
    used_codes: set[str],
    minimum_jaccard: float,
) -> dict[int, str]:
    """Give each cluster the code of the segment it continues, or one never used.

    Args:
        previous_codes: Code in force before per customer, null if there was none.
        labels: Cluster of the same customers, same order.
        order: Cluster numbers in the order in which new codes are given.
        used_codes: Every code ever given.
        minimum_jaccard: Least overlap at which a code is inherited.

    Returns:
        Code per cluster number.
    """
    had_segment = (previous_codes.notna() & ~previous_codes.isin(RULE_CODES)).to_numpy(
        dtype=bool
    )
    codes: dict[int, str] = {}
    if had_segment.any():
        names, earlier = np.unique(
            previous_codes[had_segment].to_numpy(dtype=str), return_inverse=True
        )
        matches = matched_labels(
            earlier.astype(np.int64), labels[had_segment], minimum_jaccard
        )
        codes = {cluster: str(names[match]) for cluster, match in matches.items()}
    last = max((int(code[1:]) for code in used_codes), default=0)
    for cluster in order.tolist():
        if cluster not in codes:
            last += 1
            codes[cluster] = f"S{last:02d}"
    return codes
