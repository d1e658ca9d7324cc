"""Who would be in another segment if a soft factor counted, or no longer did?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Points
from models_ml.artefact import SegmentModel
from models_ml.config import SegmentationConfig
from models_ml.features import Feature, numeric_column
from models_ml.positions import Positions, positions_in
from models_ml.scaling import fit_scaling

COLUMNS = {
    "customer_id": "str",
    "factor": "str",
    "is_in_model": "bool",
    "segment_code": "str",
    "other_segment_code": "str",
    "factor_value": "float64",
}


def feature_influence(
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
    model: SegmentModel,
    factors: Sequence[Feature],
    config: SegmentationConfig,
) -> pd.DataFrame:
    """List the customers whose nearest segment depends on a factor.

    Segments stay as they are. A factor in the model is left out of the distances; one
    outside enters with the weight of a block of its own, each segment's centre being
    the mean of its customers. Hysteresis, guards and overrides are not applied: they
    would hide what the factor alone does.

    Args:
        frame: Customers in key order with the model's attributes and the factors.
        assignments: What ``assign_customers`` returned for the same rows.
        model: Fitted model.
        factors: Soft factors; one equal for all moves nobody, nor does it move a
            customer for whom it is unknown.
        config: Clipping and scaling of a factor outside the model.

    Returns:
        One row per factor and customer that would move: customer_id, factor,
        is_in_model, segment_code (nearest as it is), other_segment_code and the
        customer's factor_value.
    """
    inside = assignments["model_segment_code"].isin(model.codes).to_numpy(dtype=bool)
    customers = frame[inside]
    tables = [pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)]
    if len(customers):
        positions = positions_in(customers, model)
        tables += [_movers(customers, positions, model, f, config) for f in factors]
    return pd.concat(tables, ignore_index=True).astype(COLUMNS)


def _movers(
    customers: pd.DataFrame,
    positions: Positions,
    model: SegmentModel,
    factor: Feature,
    config: SegmentationConfig,
) -> pd.DataFrame:
    """Lay out whom one factor would move."""
    values = numeric_column(customers, factor.name)
    known = np.flatnonzero(np.isfinite(values))
    squared = positions.distances[known] ** 2
    now = squared.argmin(axis=1)
    if factor.name in model.feature_names:
        number = model.feature_names.index(factor.name)
        apart = positions.scaled[known, number, None] - model.centroids[:, number]
        change = -model.weights[number] * apart**2
    else:
        change = _added(values[known], factor, now, len(model.codes), config)
    then = (squared + change).argmin(axis=1)
    moved = now != then
    codes = np.array(model.codes)
    return pd.DataFrame(
        {
            "customer_id": customers["customer_id"].to_numpy(dtype=str)[known[moved]],
            "factor": factor.name,
            "is_in_model": factor.name in model.feature_names,
            "segment_code": codes[now[moved]],
            "other_segment_code": codes[then[moved]],
            "factor_value": values[known[moved]],
        }
    ).astype(COLUMNS)


def _added(
    values: Points,
    factor: Feature,
    now: NDArray[np.intp],
    count: int,
    config: SegmentationConfig,
) -> Points:
    """Return what a factor adds to each squared distance, shape (n_customers, k)."""
    if not values.size:
        return np.zeros((0, count))
    scaling = fit_scaling(
        factor.name,
        values,
        factor.transform,
        config.winsor_ratio,
        config.spread_floor_ratio,
    )
    if scaling is None:
        return np.zeros((len(values), count))
    scaled = scaling.scaled(values)
    sizes = np.bincount(now, minlength=count)
    sums = np.bincount(now, weights=scaled, minlength=count)
    # An empty segment has no mean of its own: the mean of all neither draws nor repels.
    centers = np.where(sizes > 0, sums / np.maximum(sizes, 1), scaled.mean())
    added: Points = (scaled[:, None] - centers[None, :]) ** 2
    return added
