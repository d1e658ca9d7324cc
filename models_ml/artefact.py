"""What must be kept of a fit so that it can assign customers again, without refit?"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models_ml.algorithms.base import Points
from models_ml.candidates import Candidate
from models_ml.config import SegmentationConfig
from models_ml.labels import Word
from models_ml.references import Reference
from models_ml.scaling import FeatureScaling, UnitTerms
from models_ml.trials import Trial

FORMAT = 3
# Format 1 hashed the library versions as well and always had segments; 2 knew one
# algorithm only.
READABLE_FORMATS = (1, 2, FORMAT)
NO_ALGORITHM = "none"
# Codes that rules give, beside those of a model's segments.
EXCEPTIONAL = "EXC"
UNCLASSIFIED = "UNC"
RULE_CODES = (EXCEPTIONAL, UNCLASSIFIED)
HASH_LENGTH = 12


@dataclass(frozen=True)
class ModelSegment:
    """One segment of a model.

    Attributes:
        code: S01, S02 ...; kept across models while its customers are.
        name: Label in operational words.
        definition: What the label claims, with numbers.
        words: The claims with their tests.
        centroid: Scaled, unweighted centre, one number per feature.
        bootstrap_jaccard: Mean Jaccard over resamples.
    """

    code: str
    name: str
    definition: str
    words: tuple[Word, ...]
    centroid: tuple[float, ...]
    bootstrap_jaccard: float


@dataclass(frozen=True)
class SegmentModel:
    """A fitted segmentation as plain data.

    Attributes:
        algorithm: Name of the clustering algorithm.
        fitted_as_of_date: ISO date of the customer features it was fitted on.
        scalings: Fitted preparation per feature.
        segments: Segments in code order.
        dropped: Attributes left out, with the reason.
        retired_codes: Codes once used and never to be used again.
        has_clear_segments: False if the partition only stands in.
        candidates: Evidence per number of segments.
        trials: What other algorithms would do with as many segments.
        config: The configuration, as ``config_as_dict`` writes it.
        libraries: Version per library whose numbers went into the fit; recorded
            beside the hashed content.
        unsegmented_reason: Why there are no segments, None where there are.
        references: How the customers it was fitted on were spread over each attribute;
            empty in models from before that was kept.
        reference_segment_counts: How many of them it wanted in each segment and, last,
            beyond its limits.
    """

    algorithm: str
    fitted_as_of_date: str
    scalings: tuple[FeatureScaling, ...]
    segments: tuple[ModelSegment, ...]
    dropped: tuple[tuple[str, str], ...]
    retired_codes: tuple[str, ...]
    has_clear_segments: bool
    candidates: tuple[Candidate, ...]
    trials: tuple[Trial, ...]
    config: Mapping[str, Any]
    libraries: Mapping[str, str]
    unsegmented_reason: str | None = None
    references: tuple[Reference, ...] = ()
    reference_segment_counts: tuple[int, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the segment codes in order."""
        return tuple(segment.code for segment in self.segments)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Return the attributes used, in order."""
        return tuple(scaling.name for scaling in self.scalings)

    @property
    def centroids(self) -> Points:
        """Return the scaled, unweighted centroids, shape (k, n_features)."""
        return np.array([segment.centroid for segment in self.segments])

    @property
    def weights(self) -> Points:
        """Return the factors on squared scaled differences, shape (n_features,)."""
        return np.array([scaling.weight for scaling in self.scalings])

    @property
    def is_capping(self) -> bool:
        """Say whether exceptional customers stay in a segment with capped values."""
        return bool(self.config["outlier_policy"] == "cap")


def to_artefact(model: SegmentModel) -> dict[str, Any]:
    """Write a model as JSON-ready data with its version.

    Args:
        model: Fitted model.

    Returns:
        Plain data; ``model_version`` is the algorithm and a hash of all the rest
        but the library versions.
    """
    body = {"format": FORMAT, **_plain(dataclasses.asdict(model))}
    return {**body, "model_version": _version(body)}


def from_artefact(artefact: Mapping[str, Any]) -> SegmentModel:
    """Read a model back, exactly as it was written.

    Args:
        artefact: What ``to_artefact`` returned, possibly via JSON.

    Returns:
        The model.

    Raises:
        ValueError: If the format is unknown or the content does not fit its version.
    """
    body = {key: value for key, value in artefact.items() if key != "model_version"}
    if body.get("format") not in READABLE_FORMATS:
        raise ValueError(
            f"artefact format {body.get('format')!r} is unknown: {FORMAT} expected"
        )
    if artefact.get("model_version") != _version(body):
        raise ValueError(
            f"artefact {artefact.get('model_version')!r} was changed after it was "
            f"written: its content is {_version(body)}"
        )
    return SegmentModel(
        algorithm=body["algorithm"],
        fitted_as_of_date=body["fitted_as_of_date"],
        scalings=tuple(_scaling(scaling) for scaling in body["scalings"]),
        segments=tuple(_segment(segment) for segment in body["segments"]),
        dropped=tuple((name, reason) for name, reason in body["dropped"]),
        retired_codes=tuple(body["retired_codes"]),
        has_clear_segments=body["has_clear_segments"],
        candidates=tuple(Candidate(**candidate) for candidate in body["candidates"]),
        trials=tuple(
            Trial(**{**trial, "objections": tuple(trial["objections"])})
            for trial in body.get("trials", ())
        ),
        config=body["config"],
        libraries=body["libraries"],
        unsegmented_reason=body.get("unsegmented_reason"),
        references=tuple(
            Reference(entry["name"], tuple(entry["bounds"]), tuple(entry["counts"]))
            for entry in body.get("references", ())
        ),
        reference_segment_counts=tuple(body.get("reference_segment_counts", ())),
    )


def artefact_json(artefact: Mapping[str, Any]) -> str:
    """Write an artefact as one line of JSON, the same text for the same content.

    Args:
        artefact: Plain data.

    Returns:
        JSON with sorted keys; doubles are written so that they read back exactly.

    Raises:
        ValueError: If a number is not finite.
    """
    return json.dumps(artefact, sort_keys=True, separators=(",", ":"), allow_nan=False)


def config_as_dict(config: SegmentationConfig) -> dict[str, Any]:
    """Write a configuration as plain data, comparable with one read from JSON."""
    plain: dict[str, Any] = _plain(dataclasses.asdict(config))
    return plain


def _scaling(entry: Mapping[str, Any]) -> FeatureScaling:
    terms = tuple(UnitTerms(**unit) for unit in entry.get("unit_terms", ()))
    return FeatureScaling(**{**entry, "unit_terms": terms})


def _segment(entry: Mapping[str, Any]) -> ModelSegment:
    words = tuple(Word(**word) for word in entry["words"])
    return ModelSegment(
        **{**entry, "words": words, "centroid": tuple(entry["centroid"])}
    )


def _plain(value: Any) -> Any:  # noqa: ANN401
    return json.loads(json.dumps(value, allow_nan=False))


def _version(body: Mapping[str, Any]) -> str:
    beside = () if body["format"] == 1 else ("libraries",)
    hashed = {key: value for key, value in body.items() if key not in beside}
    digest = hashlib.sha256(artefact_json(hashed).encode()).hexdigest()
    return f"{body['algorithm']}-{digest[:HASH_LENGTH]}"
