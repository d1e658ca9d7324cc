"""What do the segmentation tables of a release hold?"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models_ml.artefact import (
    EXCEPTIONAL,
    UNCLASSIFIED,
    ModelSegment,
    SegmentModel,
    artefact_json,
)
from models_ml.candidates import Candidate
from models_ml.features import numeric_column
from models_ml.labels import label_fidelity
from models_ml.stability import rating
from models_ml.trials import Trial
from models_ml.windows import WindowStability

RULE_SEGMENTS = {
    EXCEPTIONAL: (
        "Exceptional",
        "Beyond the limits of at least one attribute, so unlike every segment.",
    ),
    UNCLASSIFIED: (
        "Unclassified",
        "Excluded from segmentation; the reason stands with the assignment.",
    ),
}
CANDIDATE_TYPES = {
    "segment_count": "int64",
    "silhouette": "float64",
    "calinski_harabasz": "float64",
    "davies_bouldin": "float64",
    "minimum_jaccard": "float64",
    "prediction_strength": "float64",
    "smallest_segment_ratio": "float64",
    "mean_rank": "float64",
    "explained_ratio": "float64",
    "benefit_amount_base_ccy": "float64",
    "marginal_benefit_amount_base_ccy": "float64",
    "running_cost_amount_base_ccy": "float64",
    "is_justified": "bool",
    "gap_statistic": "float64",
    "gap_standard_error": "float64",
    "is_gap_choice": "bool",
    "is_chosen": "bool",
    "reason": "str",
}
ALGORITHM_TYPES = {
    "algorithm": "str",
    "segment_count": "int64",
    "score": "float64",
    "silhouette": "float64",
    "minimum_jaccard": "float64",
    "prediction_strength": "float64",
    "balance": "float64",
    "smallest_segment_ratio": "float64",
    "rule_fidelity": "float64",
    "region_agreement": "float64",
    "money_separation": "float64",
    "is_chosen": "bool",
    "reason": "str",
}
STABILITY_TYPES = {
    "model_version": "str",
    "segment_code": "str",
    "measure": "str",
    "value": "float64",
    "resample_count": "int64",
    "rating": "str",
}


def models_frame(
    model: SegmentModel,
    artefact: Mapping[str, Any],
    window: WindowStability | None,
    is_reused: bool,
) -> pd.DataFrame:
    """One row: the model of this release.

    Args:
        model: Model in force.
        artefact: The same as plain data.
        window: Comparison with earlier windows, if there are any.
        is_reused: Whether it came from the previous release.

    Returns:
        ``segmentation.models``; window_ari is NaN without windows.
    """
    jaccard = [segment.bootstrap_jaccard for segment in model.segments]
    return pd.DataFrame(
        {
            "model_version": [artefact["model_version"]],
            "algorithm": [model.algorithm],
            "segment_count": [len(model.segments)],
            "fitted_as_of_date": [pd.Timestamp(model.fitted_as_of_date)],
            "feature_names": [json.dumps(model.feature_names)],
            "artefact_json": [artefact_json(artefact)],
            "window_ari": [window.agreement if window else float("nan")],
            "mean_jaccard": [float(np.mean(jaccard)) if jaccard else float("nan")],
            "is_reused": [is_reused],
        }
    )


def candidates_frame(model: SegmentModel, model_version: str) -> pd.DataFrame:
    """One row per number of segments tried, with the evidence and the verdict.

    Args:
        model: Model in force.
        model_version: Its version.

    Returns:
        ``segmentation.candidates``, rising by segment_count.
    """
    return _evidence_frame(model.candidates, CANDIDATE_TYPES, model_version)


def algorithms_frame(model: SegmentModel, model_version: str) -> pd.DataFrame:
    """One row per algorithm tried at the chosen number of segments.

    Args:
        model: Model in force.
        model_version: Its version.

    Returns:
        ``segmentation.algorithms``, the one in use first, then by score.
    """
    return _evidence_frame(model.trials, ALGORITHM_TYPES, model_version)


def segments_frame(
    model: SegmentModel,
    model_version: str,
    features: pd.DataFrame,
    assignments: pd.DataFrame,
) -> pd.DataFrame:
    """One row per segment of the model, and per EXC and UNC where they have members.

    Args:
        model: Model in force.
        model_version: Its version.
        features: Customer features in key order.
        assignments: Assignments of the same customers in the same order.

    Returns:
        ``segmentation.segments`` in code order; label_fidelity_ratio is measured on
        the members in force.
    """
    rows: list[dict[str, Any]] = []
    for segment in model.segments:
        members = (assignments["segment_code"] == segment.code).to_numpy(dtype=bool)
        raw = {
            word.feature: numeric_column(features[members], word.feature)
            for word in segment.words
        }
        rows.append(
            {
                "segment_code": segment.code,
                "segment_name": segment.name,
                "definition": segment.definition,
                "customer_count": int(members.sum()),
                "centroid_json": _centroid_json(model, segment),
                "mean_jaccard": segment.bootstrap_jaccard,
                "label_fidelity_ratio": label_fidelity(segment.words, raw),
            }
        )
    frame = pd.DataFrame(rows + _rule_segments(model, assignments))
    frame.insert(0, "model_version", model_version)
    return frame.astype({"centroid_json": "str"})


def stability_frame(
    model: SegmentModel, model_version: str, window: WindowStability | None
) -> pd.DataFrame:
    """One row per segment and measure of stability.

    Args:
        model: Model in force.
        model_version: Its version.
        window: Comparison with earlier windows, if there are any.

    Returns:
        ``segmentation.stability``; resample_count is the number of refits behind the
        value, be they resamples or windows.
    """
    resample_count = int(model.config["resample_count"])
    rows = [
        (segment.code, "bootstrap_jaccard", segment.bootstrap_jaccard, resample_count)
        for segment in model.segments
    ]
    if window:
        rows += [
            (code, "window_jaccard", value, window.window_count)
            for code, value in sorted(window.jaccard.items())
        ]
    frame = pd.DataFrame(
        rows, columns=["segment_code", "measure", "value", "resample_count"]
    )
    frame["rating"] = [rating(value) for value in frame["value"]]
    frame.insert(0, "model_version", model_version)
    return frame.astype(STABILITY_TYPES)


def _evidence_frame(
    evidence: Sequence[Candidate | Trial], types: dict[str, str], model_version: str
) -> pd.DataFrame:
    rows = [{column: getattr(each, column) for column in types} for each in evidence]
    # Typed even without rows, so that a warehouse keeps the types.
    frame = pd.DataFrame(rows, columns=list(types)).astype(types)
    versions = pd.Series(model_version, index=frame.index, dtype="str")
    frame.insert(0, "model_version", versions)
    return frame


def _rule_segments(
    model: SegmentModel, assignments: pd.DataFrame
) -> list[dict[str, Any]]:
    unformed = f"No segments were formed: {model.unsegmented_reason}."
    counts = assignments["segment_code"].value_counts().to_dict()
    return [
        {
            "segment_code": code,
            "segment_name": name,
            "definition": unformed if model.unsegmented_reason else definition,
            "customer_count": int(counts[code]),
            "centroid_json": None,
            "mean_jaccard": float("nan"),
            "label_fidelity_ratio": 1.0,
        }
        for code, (name, definition) in RULE_SEGMENTS.items()
        if code in counts
    ]


def _centroid_json(model: SegmentModel, segment: ModelSegment) -> str:
    centroid = {
        scaling.name: {
            "scaled": value,
            "value": float(scaling.unscaled(np.array([value]))[0]),
        }
        for scaling, value in zip(model.scalings, segment.centroid, strict=True)
    }
    return json.dumps(centroid)
