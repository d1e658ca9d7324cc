"""Are the customers still those the model was fitted on?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import chi2

from models_ml.artefact import EXCEPTIONAL, SegmentModel
from models_ml.features import numeric_column
from models_ml.outliers import GAUSSIAN_IQR
from models_ml.preparation import scaled_points
from models_ml.references import counted, counted_codes, reference_of

EMPTY_RATIO = 1e-4
CONFIDENCE = 0.95
SEGMENTS = "segments"
DRIFT_TYPES = {
    "model_version": "str",
    "subject": "str",
    "attribute": "str",
    "bin_count": "int64",
    "reference_customer_count": "int64",
    "customer_count": "int64",
    "stability_index": "float64",
    "critical_index": "float64",
    "centre_shift": "float64",
    "shifted_segment": "str",
}


def population_stability_index(expected: Sequence[int], actual: Sequence[int]) -> float:
    """Measure how far a distribution has moved from the one expected.

    ``sum_i (a_i - e_i) ln(a_i / e_i)`` over the shares of each bin. A bin empty on both
    sides says nothing; one empty on one side counts as a share of 0.0001, so that it
    weighs much and not infinitely.

    Args:
        expected: Customers per bin before.
        actual: Customers per bin now.

    Returns:
        0 if the shares are equal; the same if the sides are exchanged.

    Raises:
        ValueError: If the bins differ in number or a side is empty.

    References:
        Lewis, E. (1994). An Introduction to Credit Scoring.
    """
    before, now = np.array(expected, dtype=float), np.array(actual, dtype=float)
    if before.shape != now.shape or before.sum() == 0 or now.sum() == 0:
        raise ValueError(f"need customers in the same bins: {expected}, {actual}")
    filled = (before > 0) | (now > 0)
    before = np.maximum(before[filled] / before.sum(), EMPTY_RATIO)
    now = np.maximum(now[filled] / now.sum(), EMPTY_RATIO)
    return float(((now - before) * np.log(now / before)).sum())


def critical_index(expected_count: int, actual_count: int, bin_count: int) -> float:
    """Find the index that chance alone exceeds once in twenty times.

    Without a shift ``PSI / (1/N + 1/M)`` is distributed as chi-squared with one degree
    of freedom less than there are bins.

    Args:
        expected_count: Customers before, N.
        actual_count: Customers now, M.
        bin_count: Bins compared.

    Returns:
        The 95th percentile; 0 for a single bin, which cannot shift.

    References:
        Yurdakul, B. and Naranjo, J. (2020). Statistical properties of the population
        stability index. Journal of Risk Model Validation 14(4).
    """
    if bin_count < 2:
        return 0.0
    quantile = float(chi2.ppf(CONFIDENCE, bin_count - 1))
    return quantile * (1 / expected_count + 1 / actual_count)


def referring_to(
    model: SegmentModel, frame: pd.DataFrame, assignments: pd.DataFrame
) -> SegmentModel:
    """Keep with a freshly fitted model how its customers are spread.

    Args:
        model: Model just fitted.
        frame: Customers in key order.
        assignments: Assignments of the same customers by the model.

    Returns:
        The model with what later customers are compared with.
    """
    included = frame[~frame["is_excluded"].to_numpy(dtype=bool)]
    return replace(
        model,
        references=tuple(
            reference_of(name, numeric_column(included, name))
            for name in model.feature_names
        ),
        reference_segment_counts=counted_codes(
            assignments["model_segment_code"], (*model.codes, EXCEPTIONAL)
        ),
    )


def centre_shifts(
    model: SegmentModel, frame: pd.DataFrame, wanted: pd.Series
) -> dict[str, tuple[float, str]]:
    """Find the segment whose centre has gone farthest, per attribute.

    Args:
        model: Model in force.
        frame: Customers it assigns, with its attributes.
        wanted: Segment code per row of ``frame`` that the model wants.

    Returns:
        Per attribute the shift in robust standard deviations (scale / 1.349), with its
        sign, and the segment; nothing if no segment has customers.

    Raises:
        ValueError: If an attribute of the model is missing, null or not finite.
    """
    _, scaled = scaled_points(frame, model.scalings)
    members = {
        segment.code: (wanted == segment.code).to_numpy(dtype=bool)
        for segment in model.segments
    }
    peopled = [segment for segment in model.segments if members[segment.code].any()]
    if not peopled:
        return {}
    shifts = GAUSSIAN_IQR * np.array(
        [
            scaled[members[segment.code]].mean(axis=0) - np.array(segment.centroid)
            for segment in peopled
        ]
    )
    farthest = np.abs(shifts).argmax(axis=0)
    return {
        name: (round(float(shifts[row, column]), 6), peopled[row].code)
        for column, (name, row) in enumerate(
            zip(model.feature_names, farthest, strict=True)
        )
    }


def drift_rows(
    model: SegmentModel,
    model_version: str,
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
) -> pd.DataFrame:
    """Compare today's customers with those the model was fitted on.

    Args:
        model: Model in force.
        model_version: Its version.
        frame: Customers in key order.
        assignments: ``segmentation.assignments`` of the same customers, same order.

    Returns:
        One row per attribute, with how far the centre of a segment has gone at most,
        and one for the sizes of the segments the model wants. No rows for a model from
        before it was kept what it was fitted on.
    """
    is_included = ~frame["is_excluded"].to_numpy(dtype=bool)
    included = frame[is_included]
    compared: list[tuple[str, str, Sequence[int], Sequence[int]]] = []
    if len(included) and model.references:
        compared = [
            (
                "attribute",
                reference.name,
                reference.counts,
                counted(
                    numeric_column(included, reference.name), reference.bounds
                ).tolist(),
            )
            for reference in model.references
        ]
        order = (*model.codes, EXCEPTIONAL)
        now = counted_codes(assignments["model_segment_code"], order)
        compared.append((SEGMENTS, SEGMENTS, model.reference_segment_counts, now))
    wanted = assignments.loc[is_included, "model_segment_code"]
    shifts = centre_shifts(model, included, wanted) if compared else {}
    rows = [
        {
            "model_version": model_version,
            "subject": subject,
            "attribute": name,
            "bin_count": len(before),
            "reference_customer_count": sum(before),
            "customer_count": sum(now),
            "stability_index": population_stability_index(before, now),
            "critical_index": critical_index(sum(before), sum(now), len(before)),
            "centre_shift": shifts.get(name, (float("nan"), None))[0],
            "shifted_segment": shifts.get(name, (float("nan"), None))[1],
        }
        for subject, name, before, now in compared
    ]
    return pd.DataFrame(rows, columns=list(DRIFT_TYPES)).astype(DRIFT_TYPES)
