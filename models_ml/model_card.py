"""What should who relies on a model know: basis, evidence, assumptions, limits?"""

from typing import Any

import pandas as pd

from models_ml.artefact import SegmentModel
from models_ml.features import CUSTOMER_FEATURES, INDIRECT_FEATURES

MEASURES = {
    feature.name: feature.measure
    for feature in (*CUSTOMER_FEATURES, *INDIRECT_FEATURES)
}
NEAR_RATIO = 1.1
LIMITS = (
    "k-means sees compact, roughly round groups of attributes; what other algorithms "
    "would draw is in governance.rpt_segment_algorithms.",
    "Scales and exceptional limits are those of all customers: who is extreme only "
    "within its segment stays in it.",
    "Customers with few orders have coarse ratios; they are the least certain members.",
    "Stability is not usefulness: whether segments differ in cost to serve is in "
    "governance.rpt_cost_to_serve_ratios_by_segment.",
    "Benefit is explained variance times an assumed share of net sales, not a "
    "simulation of policies.",
)


def model_card(
    model: SegmentModel,
    models: pd.DataFrame,
    assignments: pd.DataFrame,
    drift: pd.DataFrame,
    is_forecast_dependent: bool,
) -> dict[str, Any]:
    """Describe a model for who has to rely on it or sign it.

    Args:
        model: Model of this release.
        models: ``segmentation.models``.
        assignments: ``segmentation.assignments``.
        drift: ``segmentation.drift``.
        is_forecast_dependent: Whether any attribute is computed from forecasts.

    Returns:
        JSON-ready card; numbers nobody knows are None.
    """
    row = models.iloc[0]
    return {
        "model_version": str(row["model_version"]),
        "algorithm": model.algorithm,
        "fitted_as_of_date": model.fitted_as_of_date,
        "approval_status": str(row["approval_status"]),
        "purpose": "Groups customers by how they order, so that each group can be "
        "served by rules of its own.",
        "segments": [
            {
                "segment_code": segment.code,
                "segment_name": segment.name,
                "bootstrap_jaccard": segment.bootstrap_jaccard,
            }
            for segment in model.segments
        ],
        "attributes": [
            {
                "attribute": scaling.name,
                "measure": MEASURES.get(scaling.name, scaling.name),
                "transform": scaling.transform,
                "weight": scaling.weight,
            }
            for scaling in model.scalings
        ],
        "left_out": [
            {"attribute": name, "reason": reason} for name, reason in model.dropped
        ],
        "evidence": _evidence(model, row, drift),
        "certainty": _certainty(model, assignments),
        "assumptions": _assumptions(model),
        "limits": list(LIMITS),
        "forecast_dependence": "Attributes are computed from forecasts: their error is "
        "that of the segments."
        if is_forecast_dependent
        else "None: every attribute is measured on past orders, so no forecast's error "
        "reaches a segment.",
        "configuration": dict(model.config),
        "libraries": dict(model.libraries),
    }


def _evidence(
    model: SegmentModel, row: pd.Series, drift: pd.DataFrame
) -> dict[str, Any]:
    chosen = [each for each in model.candidates if each.is_chosen]
    gap = [each.segment_count for each in model.candidates if each.is_gap_choice]
    return {
        "has_clear_segments": model.has_clear_segments,
        "unsegmented_reason": model.unsegmented_reason,
        "choice_reason": chosen[0].reason if chosen else None,
        "prediction_strength": chosen[0].prediction_strength if chosen else None,
        "silhouette": chosen[0].silhouette if chosen else None,
        "gap_choice": gap[0] if gap else None,
        "mean_jaccard": _known(row["mean_jaccard"]),
        "window_rand_index": _known(row["window_ari"]),
        "largest_stability_index": _known(drift["stability_index"].max()),
    }


def _certainty(model: SegmentModel, assignments: pd.DataFrame) -> dict[str, Any]:
    placed = assignments[assignments["model_segment_code"].isin(model.codes)]
    near = placed["second_distance"] <= NEAR_RATIO * placed["distance"]
    counts = assignments["assigned_by"].value_counts().sort_index()
    return {
        "customer_count": len(assignments),
        "near_border_customer_count": int(near.sum()),
        "decided_by": {str(name): int(count) for name, count in counts.items()},
    }


def _assumptions(model: SegmentModel) -> list[str]:
    config = model.config
    apart = config["outlier_policy"] == "segment"
    return [
        "Behaviour of the feature window goes on; attributes are at constant exchange "
        "rates, so currencies move nobody.",
        "Serving everybody by own needs would earn "
        f"{config.get('differentiation_value_ratio', 0):.2%} of net sales, and a "
        "segment costs "
        f"{config.get('segment_keeping_amount_base_ccy', 0):,.0f} in base currency to "
        "run (policy_thresholds).",
        f"Values beyond {config['outlier_threshold']} robust standard deviations are "
        "exceptional; such customers "
        + ("form a segment of their own." if apart else "stay with capped values."),
        "A label is true of at least "
        f"{config['label_fidelity']:.0%} of its members when it is given.",
    ]


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
