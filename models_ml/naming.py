"""Under which names do a model's segments go from here on?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from models_ml.artefact import SegmentModel, from_artefact
from models_ml.config import SegmentationConfig
from models_ml.labels import (
    Profile,
    SegmentLabel,
    definition,
    label_segments,
    renewed_label,
)
from models_ml.preparation import scaled_points
from models_ml.standings import PreviousSegmentation


def named_segments(
    frame: pd.DataFrame,
    model: SegmentModel,
    assignments: pd.DataFrame,
    config: SegmentationConfig,
    previous: PreviousSegmentation | None,
) -> SegmentModel:
    """Name a freshly fitted model's segments by the customers now in them.

    A segment that kept its code keeps its name as well while the name is still true.

    Args:
        frame: Customer features in key order.
        model: Model whose segments have codes but no names.
        assignments: Assignments of the same customers, same order.
        config: Thresholds of the labels.
        previous: Release in force, for the names its segments bear.

    Returns:
        The model with names, claims and definitions.
    """
    profile = _profile(frame, model, assignments, config)
    kept = _kept_labels(profile, model, config, previous)
    labels = label_segments(profile, config.label_z, config.label_fidelity, kept)
    return replace(
        model,
        segments=tuple(
            replace(
                segment,
                name=label.name,
                words=label.words,
                definition=definition(label.words, config.label_fidelity),
            )
            for segment, label in zip(model.segments, labels, strict=True)
        ),
    )


def _profile(
    frame: pd.DataFrame,
    model: SegmentModel,
    assignments: pd.DataFrame,
    config: SegmentationConfig,
) -> Profile:
    numbers = {code: number for number, code in enumerate(model.codes)}
    codes = assignments["segment_code"]
    # Hysteresis may leave a segment without anyone in force: then go by the nearest.
    if not set(model.codes) <= set(codes):
        codes = assignments["model_segment_code"]
    in_segment = codes.isin(model.codes).to_numpy(dtype=bool)
    by_name = {feature.name: feature for feature in config.features}
    raw, scaled = scaled_points(frame[in_segment], model.scalings)
    return Profile(
        tuple(by_name[name] for name in model.feature_names),
        raw,
        scaled,
        np.array([numbers[code] for code in codes[in_segment]], dtype=np.int64),
    )


def _kept_labels(
    profile: Profile,
    model: SegmentModel,
    config: SegmentationConfig,
    previous: PreviousSegmentation | None,
) -> dict[int, SegmentLabel]:
    if previous is None:
        return {}
    earlier = {
        segment.code: segment for segment in from_artefact(previous.artefact).segments
    }
    kept: dict[int, SegmentLabel] = {}
    for number, code in enumerate(model.codes):
        if code in earlier:
            name, words = earlier[code].name, earlier[code].words
            label, fidelity = renewed_label(name, words, profile, number)
            if fidelity >= config.label_fidelity:
                kept[number] = label
    return kept
