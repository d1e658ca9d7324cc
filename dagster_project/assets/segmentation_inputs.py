"""What a segmentation starts from, read from the candidate and the release in force."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pandas as pd

from dagster_project.resources.refresh import RefreshResource
from echelon.decisions.models import find_artefact
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import ARTEFACTS_NAME, SEGMENT_MODEL_NAME
from echelon.release.store import current_release
from models_ml.assignment import OVERRIDE_COLUMNS, AssignmentPolicy
from models_ml.config import OutlierPolicy, ScalingLevel, SegmentationConfig
from models_ml.features import (
    CUSTOMER_FEATURES,
    INDIRECT_FEATURES,
    OBJECTIVE_FEATURES,
)
from models_ml.guards import Guard
from models_ml.hysteresis import Damping
from models_ml.objectives import with_objective
from models_ml.standings import PreviousSegmentation

UNWEIGHTED = "balanced"


def configuration(refresh: RefreshResource) -> SegmentationConfig:
    """Build the configuration of a fit from policy, weighed by the objective."""
    objective = _setting(refresh, "segment_objective")
    known = objectives(refresh)
    if objective not in known and objective != UNWEIGHTED:
        choice = ", ".join((UNWEIGHTED, *sorted(known)))
        raise EchelonError(
            ExitCode.CONFIGURATION,
            Fault(
                code="objective_unknown",
                message=f"segment_objective {objective!r} is none of {choice}",
                file="policy_settings.csv",
                column="setting_value",
                rule="policy_segment_objectives",
                hint="name an objective in force, or balanced",
            ),
        )
    admitted = _admitted(refresh)
    return with_objective(
        unweighted(refresh),
        known.get(objective, {}),
        tuple(each for each in OBJECTIVE_FEATURES if each.name in admitted),
    )


def objectives(refresh: RefreshResource) -> dict[str, dict[str, float]]:
    """Read the factor per attribute of every objective in force."""
    rows = refresh.read_table(
        "policy", "policy_segment_objectives", "objective_code, attribute, valid_from"
    )
    as_of = pd.Timestamp(refresh.candidate.as_of_date)
    begun = rows[pd.to_datetime(rows["valid_from"]) <= as_of]
    last = begun.groupby(["objective_code", "attribute"], as_index=False).tail(1)
    found: dict[str, dict[str, float]] = {}
    for row in last.to_dict("records"):
        weights = found.setdefault(str(row["objective_code"]), {})
        weights[str(row["attribute"])] = float(row["weight"])
    return found


def unweighted(refresh: RefreshResource) -> SegmentationConfig:
    """Build the configuration of a fit from policy but for the objective."""
    treatment = _setting(refresh, "segment_outlier_treatment")
    config = SegmentationConfig.from_thresholds(
        _thresholds(refresh, "segmentation_"), cast("OutlierPolicy", treatment)
    )
    admitted = _admitted(refresh)
    return replace(
        config,
        features=tuple(
            feature
            for feature in (*CUSTOMER_FEATURES, *INDIRECT_FEATURES)
            if feature.name in admitted
        ),
        seed=refresh.candidate.seed,
        scaling_level=cast("ScalingLevel", _setting(refresh, "segment_scaling_level")),
    )


def _admitted(refresh: RefreshResource) -> set[str]:
    admissions = refresh.read_table(
        "intermediate", "int_attribute_admissions", "attribute"
    )
    usable = admissions["is_admitted"] & (admissions["attribute_use"] == "segmentation")
    return set(admissions.loc[usable, "attribute"])


def assignment_policy(refresh: RefreshResource) -> AssignmentPolicy:
    """Collect what decides beside the model: limits, guards, facts, overrides."""
    limits = _thresholds(refresh, "assignment_")
    overrides = refresh.read_table(
        "intermediate", "int_segment_overrides_judged", "customer_id, override_id"
    )
    in_force = overrides[overrides["override_status"] == "in_force"]
    return AssignmentPolicy(
        damping=Damping(
            promote_score=limits["promote_score"],
            demote_score=limits["demote_score"],
            streak_count=int(limits["streak_count"]),
            dwell_days=int(limits["dwell_days"]),
            move_cap_count=int(limits["move_cap_count"]),
        ),
        rank_attribute=_setting(refresh, "segment_rank_attribute"),
        guards=_guards(refresh),
        facts=refresh.read_table("intermediate", "int_assignment_facts", "customer_id"),
        overrides=in_force[list(OVERRIDE_COLUMNS)],
    )


def previous_segmentation(refresh: RefreshResource) -> PreviousSegmentation | None:
    """Read what the release in force knows, and the model approved last."""
    release = current_release(refresh.settings.data_dir)
    if release is None:
        return None
    artefact = release.directory / ARTEFACTS_NAME / SEGMENT_MODEL_NAME
    return PreviousSegmentation(
        json.loads(artefact.read_text(encoding="utf-8")),
        refresh.read_table("intermediate", "int_segment_standings", "customer_id"),
        approved_artefact=_approved_artefact(refresh),
        is_to_be_refitted=refresh.refit,
    )


def _approved_artefact(refresh: RefreshResource) -> Mapping[str, Any] | None:
    approvals = refresh.read_table(
        "policy", "policy_model_approvals", "decided_on, model_version"
    )
    as_of = pd.Timestamp(refresh.candidate.as_of_date)
    decided = approvals[pd.to_datetime(approvals["decided_on"]) <= as_of]
    if decided.empty:
        return None
    version = str(decided["model_version"].iloc[-1])
    return find_artefact(refresh.settings.data_dir, version)


def _thresholds(refresh: RefreshResource, prefix: str) -> dict[str, float]:
    """Read the thresholds in force that are meant for the segmentation."""
    rows = refresh.read_table("policy", "policy_thresholds", "name, valid_from")
    as_of = pd.Timestamp(refresh.candidate.as_of_date)
    begun = pd.to_datetime(rows["valid_from"]) <= as_of
    rows = rows[begun & rows["name"].str.startswith(prefix)]
    names = rows["name"].str.removeprefix(prefix)
    return dict(zip(names, rows["value"].astype(float), strict=True))


def _setting(refresh: RefreshResource, name: str) -> str:
    rows = refresh.read_table("policy", "policy_settings", "setting_name")
    found = rows.loc[rows["setting_name"] == name, "setting_value"]
    if found.empty:
        raise ValueError(f"policy incomplete: policy_settings has no {name}")
    return str(found.iloc[0])


def _guards(refresh: RefreshResource) -> tuple[Guard, ...]:
    rows = refresh.read_table(
        "policy", "policy_assignment_guards", "guard_id, valid_from"
    )
    as_of = pd.Timestamp(refresh.candidate.as_of_date)
    begun = rows[pd.to_datetime(rows["valid_from"]) <= as_of]
    last = begun.groupby("guard_id", as_index=False).tail(1)
    in_force = last[pd.to_datetime(last["valid_to"]) > as_of].astype(object)
    return tuple(
        Guard(
            guard_id=row["guard_id"],
            fact=row["fact"],
            least_value=row["least_value"],
            action=row["action"],
            attribute=row["attribute"],
            attribute_least_value=row["attribute_least_value"],
            reason=row["reason"],
            valid_to=pd.Timestamp(row["valid_to"]).date().isoformat(),
        )
        for row in in_force.where(in_force.notna(), None).to_dict("records")
    )
