"""What would a spike, a disruption, a lost region or a currency do to the segments?"""

import json
import logging
from dataclasses import replace

import dagster as dg
import pandas as pd

from dagster_project.assets.segmentation_inputs import assignment_policy
from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import SEGMENT_MODEL_NAME
from models_ml.artefact import from_artefact
from models_ml.segmentation import AT_ONCE
from models_ml.stress import scenarios_of, stressed_assignments

LOGGER = logging.getLogger("echelon.refresh")


@dg.asset(
    key=["segmentation", "stress_assignments"],
    group_name="segmentation",
    owners=["team:supply-chain-analytics"],
    deps=[
        ["features", "ftr_customers"],
        ["segmentation", "assignments"],
        ["segmentation", "models"],
        ["intermediate", "int_assignment_facts"],
        ["intermediate", "int_segment_overrides_judged"],
        ["intermediate", "int_stress_scopes"],
        ["intermediate", "int_stress_shocks"],
        ["policy", "policy_assignment_guards"],
        ["policy", "policy_settings"],
        ["policy", "policy_thresholds"],
    ],
    kinds={"scikitlearn"},
    pool="warehouse",
)
def stress_assignments(refresh: RefreshResource) -> dg.MaterializeResult[None]:
    """Grain: one row per scenario and customer it hits. Its segment if it lasts."""
    with reported_faults():
        LOGGER.info("stressing segments")
        frame = _stressed(refresh)
        refresh.write_tables("segmentation", {"stress_assignments": frame})
    moved = frame["from_segment_code"] != frame["to_segment_code"]
    counts = frame[moved].groupby("scenario_id").size().to_dict()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(frame),
            "moved_customer_count": {str(key): int(n) for key, n in counts.items()},
        }
    )


def _stressed(refresh: RefreshResource) -> pd.DataFrame:
    artefact = refresh.candidate.artefacts_dir / SEGMENT_MODEL_NAME
    policy = assignment_policy(refresh)
    scopes = refresh.read_table(
        "intermediate", "int_stress_scopes", "scenario_id, customer_id"
    )
    hit = {
        str(scenario_id): frozenset(customers.astype(str))
        for scenario_id, customers in scopes.groupby("scenario_id")["customer_id"]
    }
    shocks = refresh.read_table(
        "intermediate", "int_stress_shocks", "scenario_id, attribute"
    )
    try:
        return stressed_assignments(
            refresh.read_table("features", "ftr_customers", "customer_id"),
            refresh.read_table("segmentation", "assignments", "customer_id"),
            from_artefact(json.loads(artefact.read_text(encoding="utf-8"))),
            replace(policy, damping=replace(policy.damping, **AT_ONCE)),
            scenarios_of(shocks, hit),
        )
    except ValueError as error:
        raise EchelonError(
            ExitCode.CONFIGURATION,
            Fault(
                code="stress_refused",
                message=str(error),
                file="policy_stress_scenarios.csv",
                rule="docs/segmentation_method.md",
                hint="nothing was published; correct the scenario",
            ),
        ) from error
