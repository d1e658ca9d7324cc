"""Which model may assign customers, and does a person have to approve it first?"""

import pandas as pd

from models_ml.artefact import (
    SegmentModel,
    config_as_dict,
    from_artefact,
    to_artefact,
)
from models_ml.config import SegmentationConfig
from models_ml.features import numeric_column, unavailability
from models_ml.standings import PreviousSegmentation


def approval_status(model: SegmentModel, previous: PreviousSegmentation | None) -> str:
    """Say whether a model is the one in force, was approved, or has to be.

    Before there are segments nothing is in force that a model could change, so the
    first one needs nobody's word.

    Args:
        model: The model of this refresh.
        previous: What the release in force knows, None without one.

    Returns:
        first, in_force, approved or held.
    """
    if previous is None or from_artefact(previous.artefact).unsegmented_reason:
        return "first"
    version = to_artefact(model)["model_version"]
    if version == previous.artefact["model_version"]:
        return "in_force"
    approved = previous.approved_artefact
    if approved is not None and version == approved["model_version"]:
        return "approved"
    return "held"


def reusable_model(
    frame: pd.DataFrame,
    config: SegmentationConfig,
    previous: PreviousSegmentation | None,
) -> tuple[SegmentModel | None, tuple[str, ...]]:
    """Find a model that may assign without a fit: the approved one, or the previous.

    Args:
        frame: Customers, none twice.
        config: What a model must have been fitted with.
        previous: What the release in force knows, None without one.

    Returns:
        The model, None if one has to be fitted, and the reason.
    """
    if previous is None:
        return None, ("first fit: there is no previous model",)
    model = from_artefact(previous.approved_artefact or previous.artefact)
    if model.unsegmented_reason:
        return None, ("fitted anew: the model in force has no segments",)
    if previous.is_to_be_refitted:
        return None, ("fitted anew on request",)
    # A setting from after a model was fitted had its default then.
    fitted_with = {**config_as_dict(SegmentationConfig()), **model.config}
    if fitted_with != config_as_dict(config):
        return None, ("fitted anew: the configuration has changed",)
    included = frame[~frame["is_excluded"].to_numpy(dtype=bool)]
    for name in model.feature_names:
        if name not in included or included[name].isna().all():
            return None, (f"fitted anew: attribute {name} is no longer available",)
        values = numeric_column(included, name)
        reason = unavailability(values, config.missing_limit_ratio)
        if reason:
            return None, (f"fitted anew: attribute {name} is {reason}",)
    return model, (f"model fitted as of {model.fitted_as_of_date} reused",)
