"""How would the same customers be segmented if something else were the objective?"""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from models_ml.artefact import SegmentModel
from models_ml.config import SegmentationConfig
from models_ml.features import (
    CUSTOMER_FEATURES,
    INDIRECT_FEATURES,
    OBJECTIVE_FEATURES,
    Feature,
)
from models_ml.outlier_effects import redrawn_codes
from models_ml.preparation import UnsegmentableError

KNOWN = {
    feature.name: feature
    for feature in (*CUSTOMER_FEATURES, *INDIRECT_FEATURES, *OBJECTIVE_FEATURES)
}
COLUMNS = ["customer_id", "objective_code", "segment_code"]


def with_objective(
    config: SegmentationConfig,
    weights: Mapping[str, float],
    usable: tuple[Feature, ...] | None = None,
) -> SegmentationConfig:
    """Weigh attributes by an objective.

    Args:
        config: Configuration without an objective.
        weights: Factor per attribute; without any the configuration stays as it is.
        usable: Attributes an objective may bring in; all known ones if left out.

    Returns:
        The configuration with the factors, and with attributes that only this
        objective looks at.

    Raises:
        ValueError: If an attribute is unknown or a factor is negative.
    """
    unknown = sorted(set(weights) - set(KNOWN))
    if unknown:
        raise ValueError(f"objective weighs unknown attributes: {', '.join(unknown)}")
    own = {feature.name for feature in config.features}
    brought = tuple(
        feature
        for feature in (OBJECTIVE_FEATURES if usable is None else usable)
        if feature.name in weights and feature.name not in own
    )
    used = own | {feature.name for feature in brought}
    return replace(
        config,
        features=(*config.features, *brought),
        attribute_weights=tuple(
            sorted((name, factor) for name, factor in weights.items() if name in used)
        ),
    )


def objective_segments(
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
    model: SegmentModel,
    config: SegmentationConfig,
    objectives: Mapping[str, Mapping[str, float]],
) -> pd.DataFrame:
    """Draw as many segments as are in force once per objective.

    Args:
        frame: Customers in key order.
        assignments: ``segmentation.assignments`` of the same customers, same order.
        model: Model in force.
        config: Attributes and thresholds without an objective.
        objectives: Factor per attribute, by objective.

    Returns:
        customer_id, objective_code and the code of the segment the customer's cluster
        continues (null for none, EXC beyond a limit), for who is not excluded. No
        rows if there are no segments or the customers can no longer be split.

    Raises:
        ValueError: If an objective weighs an unknown attribute, or one is unusable.
    """
    included = ~frame["is_excluded"].to_numpy(dtype=bool)
    customers = frame[included].reset_index(drop=True)
    wanted = assignments.loc[included, "model_segment_code"].to_numpy(dtype=str)
    present = tuple(
        feature
        for feature in OBJECTIVE_FEATURES
        if feature.name in frame and customers[feature.name].notna().all()
    )
    drawn = [pd.DataFrame(columns=COLUMNS, dtype="str")]
    for objective, weights in sorted(objectives.items()):
        weighed = with_objective(config, weights, present)
        try:
            codes = redrawn_codes(customers, wanted, model, weighed)
        except UnsegmentableError:
            continue
        drawn.append(
            pd.DataFrame(
                {
                    "customer_id": customers["customer_id"].astype("str"),
                    "objective_code": objective,
                    "segment_code": codes,
                }
            ).astype("str")
        )
    return pd.concat(drawn, ignore_index=True)
