"""What does the treatment of exceptional customers do to everybody else?"""

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.artefact import EXCEPTIONAL, SegmentModel
from models_ml.config import SegmentationConfig
from models_ml.fitting import refit_clusters
from models_ml.preparation import UnsegmentableError
from models_ml.stability import matched_labels
from models_ml.windows import config_of

Treatment = Literal["segment", "cap"]
COLUMN_OF: dict[Treatment, str] = {
    "segment": "apart_segment_code",
    "cap": "capped_segment_code",
}
TREATED_COLUMNS = ["customer_id", *COLUMN_OF.values()]


def outlier_treatments(
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
    model: SegmentModel,
    config: SegmentationConfig,
) -> pd.DataFrame:
    """Draw today's segments once with exceptional customers apart and once capped.

    Both fits are of the same customers, by the model's attributes, into as many
    segments: only the treatment differs, so a customer that changes segment between
    them owes it to the treatment. Clusters carry the code of the segment most of whose
    customers they hold.

    Args:
        frame: Customers in key order.
        assignments: ``segmentation.assignments`` of the same customers, same order.
        model: Model in force.
        config: Thresholds and restarts.

    Returns:
        customer_id, apart_segment_code (EXC for who is beyond a limit) and
        capped_segment_code per customer who is not excluded; null for a cluster that
        continues no segment. No rows if there are no segments or the customers can no
        longer be split.

    Raises:
        ValueError: If an attribute is unusable or a fit does not converge.
    """
    included = ~frame["is_excluded"].to_numpy(dtype=bool)
    customers = frame[included].reset_index(drop=True)
    wanted = assignments.loc[included, "model_segment_code"].to_numpy(dtype=str)
    drawn = pd.DataFrame({"customer_id": customers["customer_id"].astype("str")})
    used = config_of(model, config)
    try:
        for treatment, column in COLUMN_OF.items():
            treated = replace(used, outlier_policy=treatment)
            drawn[column] = redrawn_codes(customers, wanted, model, treated)
    except UnsegmentableError:
        return drawn.iloc[:0].reindex(columns=TREATED_COLUMNS).astype("str")
    return drawn


def redrawn_codes(
    customers: pd.DataFrame,
    wanted: NDArray[np.str_],
    model: SegmentModel,
    config: SegmentationConfig,
) -> pd.Series:
    """Draw as many segments anew under another configuration.

    Args:
        customers: Customers who are not excluded, in key order.
        wanted: Segment code each is wanted in, same order.
        model: Model in force: its number of segments and its codes.
        config: What to draw by.

    Returns:
        Code of the segment that each customer's cluster continues, null for none; EXC
        beyond a limit that is not capped.

    Raises:
        UnsegmentableError: If there are no segments or the customers cannot be split.
        ValueError: If an attribute is unusable or a fit does not converge.
    """
    if model.unsegmented_reason:
        raise UnsegmentableError(model.unsegmented_reason)
    fitted = refit_clusters(customers, config, len(model.segments))
    codes = np.full(len(customers), EXCEPTIONAL, dtype=object)
    codes[fitted.regular] = _named(fitted.labels, wanted[fitted.regular], model.codes)
    return pd.Series(codes, dtype="str")


def _named(
    labels: NDArray[np.int64], wanted: NDArray[np.str_], codes: tuple[str, ...]
) -> NDArray[np.object_]:
    known = np.isin(wanted, codes)
    matches: dict[int, str] = {}
    if known.any():
        names, earlier = np.unique(wanted[known], return_inverse=True)
        found = matched_labels(earlier.astype(np.int64), labels[known], 0.0)
        matches = {cluster: str(names[match]) for cluster, match in found.items()}
    return np.array([matches.get(int(label)) for label in labels], dtype=object)
