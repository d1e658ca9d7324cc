"""Where do customers stand in a stored model?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Points, squared_distances
from models_ml.artefact import SegmentModel
from models_ml.preparation import beyond_limits, scaled_points


@dataclass(frozen=True)
class Positions:
    """Where customers stand in a model.

    Attributes:
        raw: Raw values, shape (n_customers, n_features).
        scaled: Scaled values, same shape.
        beyond: Which values lie beyond the exceptional limits, same shape.
        distances: Weighted distance to every centroid, shape (n_customers, k).
    """

    raw: Points
    scaled: Points
    beyond: NDArray[np.bool_]
    distances: Points

    def is_exceptional(self, model: SegmentModel) -> NDArray[np.bool_]:
        """Say who is beyond a limit and not capped, shape (n_customers,)."""
        exceptional = np.asarray(self.beyond.any(axis=1))
        return exceptional & (not model.is_capping)


def positions_in(frame: pd.DataFrame, model: SegmentModel) -> Positions:
    """Place customers in a stored model.

    The distance is ``sqrt(sum_j w_j (x_j - c_j)^2)`` over scaled attributes.

    Args:
        frame: Customers, one row each, with the model's attributes.
        model: Fitted model.

    Returns:
        Their positions, in row order.

    Raises:
        ValueError: If an attribute of the model is missing, null or not finite.
    """
    raw, scaled = scaled_points(frame, model.scalings)
    root_weights = np.sqrt(model.weights)
    squared = squared_distances(scaled * root_weights, model.centroids * root_weights)
    return Positions(raw, scaled, beyond_limits(raw, model.scalings), np.sqrt(squared))
