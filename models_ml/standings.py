"""What do customers bring along from the release in force?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Labels
from models_ml.artefact import SegmentModel
from models_ml.hysteresis import Standing

# A stay whose beginning nobody knows has lasted long enough.
LONG_AGO_DAYS = 1_000_000
STANDING_TYPES = {
    "segment_code": "str",
    "stay_since_date": "datetime64[us]",
    "move_count": "int64",
    "challenger_segment_code": "str",
    "challenger_streak_count": "int64",
    "challenger_counted_date": "datetime64[us]",
}


@dataclass(frozen=True)
class PreviousSegmentation:
    """What the release in force knows, and which model is to follow it.

    Attributes:
        artefact: Model artefact of that release.
        assignments: customer_id and segment_code of that release, one row each, and
            what else of ``STANDING_TYPES`` is known.
        approved_artefact: Model a person approved last, None if there is none.
        is_to_be_refitted: Whether to fit anew even if a model would serve.
    """

    artefact: Mapping[str, Any]
    assignments: pd.DataFrame
    approved_artefact: Mapping[str, Any] | None = None
    is_to_be_refitted: bool = False


def standings(
    frame: pd.DataFrame, previous: PreviousSegmentation | None
) -> pd.DataFrame:
    """Look up where each customer stood.

    Args:
        frame: Customers.
        previous: What the release in force knows, None without one.

    Returns:
        Per row of ``frame`` the columns of ``STANDING_TYPES``: the segment it was in,
        null if there was none, since when, its moves within the time of the frequency
        cap, and the segment that challenged it last, how often and when.
    """
    known = pd.DataFrame({"customer_id": pd.Series(dtype="str")})
    if previous is not None:
        columns = [c for c in STANDING_TYPES if c in previous.assignments]
        known = previous.assignments[["customer_id", *columns]]
    found = frame[["customer_id"]].merge(
        known, on="customer_id", how="left", validate="one_to_one"
    )
    found = found.reindex(columns=list(STANDING_TYPES))
    counts = [name for name, kind in STANDING_TYPES.items() if kind == "int64"]
    found[counts] = found[counts].fillna(0)
    return found.astype(STANDING_TYPES).set_axis(frame.index)


def standing_in(
    frame: pd.DataFrame, known: pd.DataFrame, model: SegmentModel
) -> Standing:
    """Express standings in the numbers of a model.

    Args:
        frame: Customers with as_of_date.
        known: What ``standings`` returned for the same rows.
        model: Fitted model.

    Returns:
        Their standing; a segment the model does not have is none.
    """
    as_of = pd.to_datetime(frame["as_of_date"])
    days = (as_of - known["stay_since_date"]).dt.days
    counted = known["challenger_counted_date"]
    return Standing(
        segment=segment_numbers(known["segment_code"], model),
        challenger=segment_numbers(known["challenger_segment_code"], model),
        streak=known["challenger_streak_count"].to_numpy(dtype=np.int64),
        is_later=(counted.isna() | (as_of > counted)).to_numpy(dtype=bool),
        days_in_segment=np.array(days.fillna(LONG_AGO_DAYS), dtype=np.int64),
        move_count=known["move_count"].to_numpy(dtype=np.int64),
    )


def segment_numbers(
    codes: pd.Series | NDArray[np.object_], model: SegmentModel
) -> Labels:
    """Number segment codes as the model does; -1 for a code the model does not have."""
    known = pd.Index(model.codes, dtype="str")
    numbers: Labels = known.get_indexer(pd.Index(codes, dtype="str")).astype(np.int64)
    return numbers
