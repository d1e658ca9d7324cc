"""Did a value that was filled in, rather than measured, decide a customer's segment?"""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models_ml.algorithms.base import Points
from models_ml.artefact import UNCLASSIFIED, SegmentModel
from models_ml.assignment import DEFAULT_POLICY, AssignmentPolicy, segment_codes_at
from models_ml.features import numeric_column

FLAG_PREFIX = "is_imputed_"
PLAUSIBLE_QUANTILES = (0.10, 0.50, 0.90)
# 3^3 alternatives; of more attributes, each moves alone and all move together.
COMBINED_ATTRIBUTE_LIMIT = 3


def imputation_sensitivity(
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
    previous_codes: pd.Series,
    model: SegmentModel,
    policy: AssignmentPolicy = DEFAULT_POLICY,
) -> pd.DataFrame:
    """Assign customers again under other plausible values of what was filled in.

    Plausible are the 10 %, 50 % and 90 % quantiles of the measured values of the
    classified customers. Up to three filled attributes are varied in all combinations
    (27); of more, each is varied alone and then all together. Compared is where the
    model wants the customer, with the limits of a move and of the exceptional; streaks,
    guards and overrides do not depend on the values.

    Args:
        frame: Customers in key order, with the model's attributes and, where one may
            be filled in, its ``is_imputed_*`` flag.
        assignments: What ``assign_customers`` returned for the same customers.
        previous_codes: Segment code before per row of ``frame``, null if none.
        model: Fitted model.
        policy: For the limits of a move.

    Returns:
        One row per customer in key order: customer_id, segment_code,
        imputed_attributes (of the model, comma-separated, null if none),
        alternative_count, is_decided_by_imputation, alternatives: per other segment
        the first alternative that leads there, null if none does.

    Raises:
        ValueError: If an attribute of the model is missing.
    """
    imputed = _imputed(frame, assignments, model)
    counts = np.zeros(len(frame), dtype=np.int64)
    texts = np.full((2, len(frame)), None, dtype=object)
    others: dict[int, dict[str, str]] = {}
    quantiles = _plausible_values(frame, assignments, imputed, model)
    for rows in _alike(imputed):
        attributes = np.flatnonzero(imputed[rows[0]]).tolist()
        texts[0, rows] = ", ".join(model.feature_names[n] for n in attributes)
        before = previous_codes.iloc[rows]
        wanted = segment_codes_at(frame.iloc[rows], model, before, policy)
        for alternative in _alternatives(attributes, quantiles):
            named = {model.feature_names[n]: value for n, value in alternative.items()}
            assumed = frame.iloc[rows].assign(**named)
            found = segment_codes_at(assumed, model, before, policy)
            counts[rows] += 1
            for at in np.flatnonzero(found != wanted).tolist():
                codes = others.setdefault(int(rows[at]), {})
                codes.setdefault(str(found[at]), _sentence(named))
    for row, codes in others.items():
        said = (f"{code} if {why}" for code, why in sorted(codes.items()))
        texts[1, row] = "; ".join(said)
    return pd.DataFrame(
        {
            "customer_id": assignments["customer_id"].to_numpy(),
            "segment_code": assignments["segment_code"].to_numpy(dtype=str),
            "imputed_attributes": pd.Series(texts[0], dtype="str"),
            "alternative_count": counts,
            "is_decided_by_imputation": pd.notna(texts[1]),
            "alternatives": pd.Series(texts[1], dtype="str"),
        }
    )


def _alike(imputed: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Group the customers with filled values by what was filled in."""
    rows = np.flatnonzero(imputed.any(axis=1))
    patterns, number = np.unique(imputed[rows], axis=0, return_inverse=True)
    return [rows[number == each] for each in range(len(patterns))]


def _imputed(
    frame: pd.DataFrame, assignments: pd.DataFrame, model: SegmentModel
) -> NDArray[np.bool_]:
    """Mark which attributes of which classified customers were filled in."""
    imputed = np.zeros((len(frame), len(model.feature_names)), dtype=bool)
    for number, name in enumerate(model.feature_names):
        flag = FLAG_PREFIX + name
        if flag in frame:
            imputed[:, number] = frame[flag].to_numpy(dtype=bool)
    classified = assignments["model_segment_code"] != UNCLASSIFIED
    imputed[~classified.to_numpy(dtype=bool)] = False
    return imputed


def _plausible_values(
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
    imputed: NDArray[np.bool_],
    model: SegmentModel,
) -> Points:
    """Return low, middle and high measured values, shape (n_features, 3)."""
    classified = (assignments["model_segment_code"] != UNCLASSIFIED).to_numpy(bool)
    values = np.zeros((len(model.feature_names), len(PLAUSIBLE_QUANTILES)))
    for number in np.flatnonzero(imputed.any(axis=0)).tolist():
        measured = classified & ~imputed[:, number]
        known = numeric_column(frame[measured], model.feature_names[number])
        values[number] = np.quantile(known, PLAUSIBLE_QUANTILES)
    return values


def _alternatives(
    attributes: list[int], quantiles: Points
) -> Iterator[dict[int, float]]:
    """List values to assume, by attribute number."""
    columns = range(len(PLAUSIBLE_QUANTILES))
    if len(attributes) <= COMBINED_ATTRIBUTE_LIMIT:
        for choice in product(columns, repeat=len(attributes)):
            yield {
                number: float(quantiles[number, column])
                for number, column in zip(attributes, choice, strict=True)
            }
        return
    for number in attributes:
        for column in columns:
            yield {number: float(quantiles[number, column])}
    for column in columns:
        yield {number: float(quantiles[number, column]) for number in attributes}


def _sentence(assumed: dict[str, float]) -> str:
    return " and ".join(f"{name} = {value:.6g}" for name, value in assumed.items())
