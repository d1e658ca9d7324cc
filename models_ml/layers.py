"""What did each layer decide, and which guards stepped in?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Labels
from models_ml.artefact import SegmentModel
from models_ml.guards import Guarded
from models_ml.hysteresis import NO_SEGMENT, Damped

GUARD_HIT_TYPES = {
    "customer_id": "str",
    "guard_id": "str",
    "wanted_segment_code": "str",
    "allowed_segment_code": "str",
    "is_feasible": "bool",
}


@dataclass(frozen=True)
class Layers:
    """What each layer decided, by segment number, shape (n_customers,).

    Attributes:
        nearest: What the model wants.
        damped: What hysteresis allows.
        guarded: What the guards allow.
        exceptional: Who is beyond the limits, whatever these layers say.
        override: Where a person put the customer, -1 if nobody did.
    """

    nearest: Labels
    damped: Damped
    guarded: Guarded
    exceptional: NDArray[np.bool_]
    override: Labels

    @property
    def in_force(self) -> Labels:
        """Number of the segment in force, -1 for who is exceptional."""
        segment = np.where(self.exceptional, NO_SEGMENT, self.guarded.segment)
        return np.where(self.override == NO_SEGMENT, segment, self.override)


def guard_hit_rows(
    frame: pd.DataFrame, model: SegmentModel, layers: Layers
) -> pd.DataFrame:
    """Lay out what the guards forbade.

    Args:
        frame: Customers who are not excluded.
        model: Fitted model.
        layers: What was decided, same order.

    Returns:
        One row per guard and customer, by both: customer_id, guard_id, the segment
        hysteresis wanted, the one allowed in the end, and whether the guard could be
        heeded. Exceptional customers are in no segment a guard could forbid.
    """
    codes = np.array(model.codes)
    parts = [no_guard_hits()]
    for hit in layers.guarded.hits:
        kept = ~layers.exceptional[hit.rows]
        rows = hit.rows[kept]
        part = pd.DataFrame(
            {
                "customer_id": frame["customer_id"].to_numpy(dtype=str)[rows],
                "guard_id": hit.guard.guard_id,
                "wanted_segment_code": codes[layers.damped.segment[rows]],
                "allowed_segment_code": codes[layers.guarded.segment[rows]],
                "is_feasible": hit.is_feasible[kept],
            }
        )
        parts.append(part.astype(GUARD_HIT_TYPES))
    return pd.concat(parts, ignore_index=True)


def no_guard_hits() -> pd.DataFrame:
    """Return the columns of ``guard_hit_rows`` without rows, typed."""
    return pd.DataFrame(
        {name: pd.Series(dtype=kind) for name, kind in GUARD_HIT_TYPES.items()}
    )
