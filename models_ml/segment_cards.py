"""What should a person, or a rule engine, know of each segment on one card?"""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from models_ml.artefact import ModelSegment, SegmentModel
from models_ml.features import CUSTOMER_FEATURES, numeric_column
from models_ml.fitting import MONEY_COLUMN
from models_ml.outliers import GAUSSIAN_IQR

EXAMPLE_COUNT = 5
MEASURES = {feature.name: feature.measure for feature in CUSTOMER_FEATURES}


def segment_cards(
    model: SegmentModel,
    segments: pd.DataFrame,
    features: pd.DataFrame,
    assignments: pd.DataFrame,
) -> list[dict[str, Any]]:
    """Describe every segment by its centre, spread, rules, examples and money.

    Args:
        model: Model in force.
        segments: ``segmentation.segments``.
        features: Customer features, one row each.
        assignments: ``segmentation.assignments`` of the same customers.

    Returns:
        One JSON-ready card per segment, in the order of ``segments``. Net sales are
        exact, as text; null where they are unknown. EXC and UNC have neither
        attributes nor rules.

    Raises:
        ValueError: If a customer is assigned twice.
    """
    placed = features.merge(
        assignments[["customer_id", "segment_code", "distance"]],
        on="customer_id",
        validate="one_to_one",
    )
    formed = {segment.code: segment for segment in model.segments}
    # Of those a segment was formed of: UNC may lack attributes.
    segmented = placed[placed["segment_code"].isin(formed)]
    cards: list[dict[str, Any]] = []
    for row in segments.itertuples():
        code = str(row.segment_code)
        members = placed[placed["segment_code"] == code]
        segment = formed.get(code)
        cards.append(
            {
                "model_version": str(row.model_version),
                "segment_code": code,
                "segment_name": str(row.segment_name),
                "definition": str(row.definition),
                "customer_count": len(members),
                "net_sales_amount_base_ccy": _net_sales(members),
                "bootstrap_jaccard": segment and segment.bootstrap_jaccard,
                "rules": _rules(segment, members) if segment else [],
                "attributes": _attributes(model, segment, members, segmented)
                if segment
                else [],
                "example_customer_ids": _examples(members),
            }
        )
    return cards


def _net_sales(members: pd.DataFrame) -> str | None:
    amounts = members[MONEY_COLUMN].dropna()
    if len(members) and amounts.empty:
        return None
    # Read as doubles, which hold cents exactly once they are rounded to them.
    cents = (Decimal(f"{amount:.2f}") for amount in amounts)
    return str(sum(cents, start=Decimal("0.00")))


def _rules(segment: ModelSegment, members: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "word": word.text,
            "claim": word.claim,
            "attribute": word.feature,
            "direction": word.direction,
            "lower": word.lower,
            "upper": word.upper,
            "true_ratio": float(
                word.is_true(numeric_column(members, word.feature)).mean()
            )
            if len(members)
            else None,
        }
        for word in segment.words
    ]


def _attributes(
    model: SegmentModel,
    segment: ModelSegment,
    members: pd.DataFrame,
    segmented: pd.DataFrame,
) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = []
    for scaling, centre in zip(model.scalings, segment.centroid, strict=True):
        values = numeric_column(members, scaling.name)
        quartiles: list[float | None] = [None] * 3
        if len(values):
            quartiles = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
        described.append(
            {
                "attribute": scaling.name,
                "measure": MEASURES.get(scaling.name, scaling.name),
                "centre": float(scaling.unscaled(np.array([centre]))[0]),
                "deviation_robust_sd": centre * GAUSSIAN_IQR,
                "lower_quartile": quartiles[0],
                "median": quartiles[1],
                "upper_quartile": quartiles[2],
                "all_customers_median": float(
                    np.median(numeric_column(segmented, scaling.name))
                )
                if len(segmented)
                else None,
            }
        )
    return described


def _examples(members: pd.DataFrame) -> list[str]:
    """List the members nearest to the centre; the first ids where there is none."""
    nearest = members.sort_values(["distance", "customer_id"], na_position="last")
    return nearest["customer_id"].head(EXAMPLE_COUNT).astype(str).tolist()
