"""Which segments do the customers form, and who is in which, with what evidence?"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy
import sklearn

from models_ml.algorithms.kmeans import thread_pools
from models_ml.approval import approval_status, reusable_model
from models_ml.artefact import (
    NO_ALGORITHM,
    RULE_CODES,
    ModelSegment,
    SegmentModel,
    config_as_dict,
    from_artefact,
    to_artefact,
)
from models_ml.assignment import (
    DEFAULT_POLICY,
    AssignmentPolicy,
    assign_customers,
    leave_unsegmented,
)
from models_ml.config import SegmentationConfig
from models_ml.counterfactuals import counterfactuals
from models_ml.drift import drift_rows, referring_to
from models_ml.features import INDIRECT_FEATURES, numeric_column
from models_ml.fitting import Evidence, Fitted, fit_clusters
from models_ml.frames import (
    algorithms_frame,
    candidates_frame,
    models_frame,
    segments_frame,
    stability_frame,
)
from models_ml.imputation import imputation_sensitivity
from models_ml.influence import feature_influence
from models_ml.inputs import checked_customers
from models_ml.naming import named_segments
from models_ml.outlier_effects import outlier_treatments
from models_ml.preparation import UnsegmentableError
from models_ml.reasons import assignment_reasons
from models_ml.standings import PreviousSegmentation, standings
from models_ml.succession import inherited_codes
from models_ml.windows import WindowStability, compared_with_windows

ORDERING_COLUMN = "net_sales_amount_base_ccy"
# A person approved every move of a new model, so none has to wait.
AT_ONCE = {"streak_count": 1, "dwell_days": 0, "move_cap_count": 1_000_000}


@dataclass(frozen=True)
class Segmentation:
    """The segmentation of one release.

    Attributes:
        models: One row: the model in force and its artefact.
        candidates: One row per number of segments tried.
        algorithms: One row per algorithm tried.
        segments: One row per segment.
        stability: One row per segment and stability measure.
        assignments: One row per customer.
        guard_hits: One row per customer and guard that forbade the segment wanted.
        assignment_reasons: One row per assigned customer and attribute.
        counterfactuals: The smallest changes that would move a customer, in words.
        imputation_sensitivity: One row per customer: whether a value that was filled
            in decided the segment.
        feature_influence: One row per soft factor and customer it would move.
        outlier_treatments: One row per customer not excluded: its segment if
            exceptional customers stand apart and if they are capped.
        drift: One row per attribute and one for the segments: how far customers are
            from those the model was fitted on.
        artefact: The model as JSON-ready data.
        policy: What decided beside the model; of a new one no move had to wait.
        notes: What a reader should know, one sentence each.
    """

    models: pd.DataFrame
    candidates: pd.DataFrame
    algorithms: pd.DataFrame
    segments: pd.DataFrame
    stability: pd.DataFrame
    assignments: pd.DataFrame
    guard_hits: pd.DataFrame
    assignment_reasons: pd.DataFrame
    counterfactuals: pd.DataFrame
    imputation_sensitivity: pd.DataFrame
    feature_influence: pd.DataFrame
    outlier_treatments: pd.DataFrame
    drift: pd.DataFrame
    artefact: Mapping[str, Any]
    policy: AssignmentPolicy
    notes: tuple[str, ...]


def segment_customers(
    features: pd.DataFrame,
    config: SegmentationConfig,
    previous: PreviousSegmentation | None = None,
    windows: Sequence[pd.DataFrame] = (),
    policy: AssignmentPolicy = DEFAULT_POLICY,
) -> Segmentation:
    """Segment customers: fit, or assign with a model that still serves.

    The model approved last, or else the previous one, is used if it was fitted with the
    same configuration and its attributes are all there; otherwise a new one is fitted,
    whose segments keep the codes of those they continue. ``approval_status`` of the
    model says whether a person has to approve it first. Customers too few or too alike
    for a fit are all UNC under a model without segments, which is never reused. Row
    order has no influence.

    Args:
        features: ``ftr_customers`` of one as_of_date, one row per customer.
        config: Attributes and thresholds.
        previous: Model and assignments of the release in force.
        windows: Features of the same customers at earlier dates, to test stability.
        policy: What decides beside the model.

    Returns:
        The tables of schema ``segmentation`` and the artefact.

    Raises:
        ValueError: If there are no customers, an attribute is missing, partly null
            or not finite, a fit does not converge, a guard asks for an unknown fact,
            or an artefact was changed.
    """
    frame = checked_customers(features)
    known = standings(frame, previous)
    with thread_pools().limit(limits=1):
        model, notes = reusable_model(frame, config, previous)
        is_reused = model is not None
        if model is None:
            try:
                model = _fitted_model(frame, config, previous, known["segment_code"])
            except UnsegmentableError as error:
                model = _unsegmented_model(frame, config, previous, str(error))
        at_once = replace(policy, damping=replace(policy.damping, **AT_ONCE))
        window: WindowStability | None = None
        window_notes: tuple[str, ...] = ()
        if model.unsegmented_reason:
            assigned = leave_unsegmented(frame, model.unsegmented_reason, known)
        else:
            if not is_reused:
                unnamed = assign_customers(frame, model, known, at_once).customers
                model = named_segments(frame, model, unnamed, config, previous)
                model = referring_to(model, frame, unnamed)
            if approval_status(model, previous) != "in_force":
                policy = at_once
            assigned = assign_customers(frame, model, known, policy)
            window, window_notes = compared_with_windows(
                [checked_customers(window) for window in windows if not window.empty],
                assigned.customers,
                model,
                config,
            )
        assignments = assigned.customers
        reasons = assignment_reasons(frame, assignments, model, policy)
        sensitivity = imputation_sensitivity(
            frame, assignments, known["segment_code"], model, policy
        )
        soft = [factor for factor in INDIRECT_FEATURES if factor.name in frame]
        influence = feature_influence(frame, assignments, model, soft, config)
        treatments = outlier_treatments(frame, assignments, model, config)
    artefact = to_artefact(model)
    version = artefact["model_version"]
    models = models_frame(model, artefact, window, is_reused)
    models["approval_status"] = approval_status(model, previous)
    changes = counterfactuals(reasons, model)
    for table in (reasons, sensitivity, changes, influence, treatments):
        table.insert(1, "model_version", version)
    assignments.insert(3, "model_version", version)
    return Segmentation(
        models=models,
        candidates=candidates_frame(model, version),
        algorithms=algorithms_frame(model, version),
        segments=segments_frame(model, version, frame, assignments),
        stability=stability_frame(model, version, window),
        assignments=assignments,
        guard_hits=assigned.guard_hits,
        assignment_reasons=reasons,
        counterfactuals=changes,
        imputation_sensitivity=sensitivity,
        feature_influence=influence,
        outlier_treatments=treatments,
        drift=drift_rows(model, version, frame, assignments),
        artefact=artefact,
        policy=policy,
        notes=(*notes, *_notes(model), *window_notes),
    )


def _fitted_model(
    frame: pd.DataFrame,
    config: SegmentationConfig,
    previous: PreviousSegmentation | None,
    before: pd.Series,
) -> SegmentModel:
    included = ~frame["is_excluded"].to_numpy(dtype=bool)
    fitted, evidence = fit_clusters(frame[included].reset_index(drop=True), config)
    regular = np.flatnonzero(included)[fitted.regular]
    sales = numeric_column(frame.iloc[regular], ORDERING_COLUMN)
    totals = np.bincount(fitted.labels, weights=np.nan_to_num(sales))
    known = _used_codes(previous)
    codes = inherited_codes(
        before.iloc[regular],
        fitted.labels,
        np.argsort(-totals, kind="stable").astype(np.int64),
        known,
        config.inherit_jaccard,
    )
    return SegmentModel(
        algorithm=config.algorithm,
        fitted_as_of_date=_as_of_date(frame),
        scalings=fitted.preparation.scalings,
        segments=_segments(fitted, evidence, codes),
        dropped=tuple(fitted.preparation.dropped.items()),
        retired_codes=tuple(sorted(known - set(codes.values()))),
        has_clear_segments=evidence.selection.has_clear_segments,
        candidates=evidence.selection.candidates,
        trials=evidence.trials,
        config=config_as_dict(config),
        libraries=_libraries(),
    )


def _unsegmented_model(
    frame: pd.DataFrame,
    config: SegmentationConfig,
    previous: PreviousSegmentation | None,
    reason: str,
) -> SegmentModel:
    return SegmentModel(
        algorithm=NO_ALGORITHM,
        fitted_as_of_date=_as_of_date(frame),
        scalings=(),
        segments=(),
        dropped=(),
        retired_codes=tuple(sorted(_used_codes(previous))),
        has_clear_segments=False,
        candidates=(),
        trials=(),
        config=config_as_dict(config),
        libraries=_libraries(),
        unsegmented_reason=reason,
    )


def _as_of_date(frame: pd.DataFrame) -> str:
    return str(pd.Timestamp(frame["as_of_date"].iloc[0]).date())


def _libraries() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "scikit-learn": sklearn.__version__,
        "scipy": scipy.__version__,
    }


def _segments(
    fitted: Fitted, evidence: Evidence, codes: Mapping[int, str]
) -> tuple[ModelSegment, ...]:
    """Build the segments in code order; names follow once customers are assigned."""
    return tuple(
        ModelSegment(
            code=code,
            name="",
            definition="",
            words=(),
            centroid=tuple(fitted.centroids[cluster].tolist()),
            bootstrap_jaccard=float(evidence.jaccard[cluster]),
        )
        for cluster, code in sorted(codes.items(), key=lambda item: int(item[1][1:]))
    )


def _used_codes(previous: PreviousSegmentation | None) -> set[str]:
    if previous is None:
        return set()
    model = from_artefact(previous.artefact)
    assigned = set(previous.assignments["segment_code"].dropna().astype(str))
    return (set(model.codes) | set(model.retired_codes) | assigned) - set(RULE_CODES)


def _notes(model: SegmentModel) -> tuple[str, ...]:
    if model.unsegmented_reason:
        return (f"no segments: {model.unsegmented_reason}",)
    notes = [
        f"attribute {name} is not used: {reason}" for name, reason in model.dropped
    ]
    if not model.has_clear_segments:
        notes.append(
            "no clear segments: the partition stands in, see the candidates' reasons"
        )
    return tuple(notes)
