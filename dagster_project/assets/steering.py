"""What stands beside the segmentation for people to decide on; it assigns nobody."""

import json
import logging
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from dagster_project.assets.segmentation_inputs import (
    configuration,
    objectives,
    unweighted,
)
from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import SEGMENT_MODEL_NAME
from models_ml.artefact import from_artefact
from models_ml.fragility import flip_ratios
from models_ml.objectives import objective_segments
from models_ml.placement import proposed_segments

LOGGER = logging.getLogger("echelon.refresh")
CLASSIFIERS_NAME = "segment_classifiers.json"
TABLES = {
    "proposed_segments": "Grain: one row per customer proposed for a segment. Why.",
    "flip_ratios": "Grain: one row per customer in a segment. How firmly it is in it.",
    "objective_segments": "Grain: one row per objective and customer. Its segment.",
}


@dg.multi_asset(
    name="segmentation_beside",
    specs=[
        dg.AssetSpec(
            key=["segmentation", table],
            group_name="segmentation",
            description=description,
            owners=["team:supply-chain-analytics"],
            deps=[
                ["features", "ftr_customers"],
                ["features", "ftr_customers_earlier_window"],
                ["intermediate", "int_attribute_admissions"],
                ["policy", "policy_segment_objectives"],
                ["policy", "policy_settings"],
                ["policy", "policy_thresholds"],
                ["segmentation", "assignments"],
                ["segmentation", "models"],
            ],
            kinds={"scikitlearn"},
        )
        for table, description in TABLES.items()
    ],
    pool="warehouse",
)
def segmentation_beside(refresh: RefreshResource) -> Iterator[dg.MaterializeResult]:
    """Propose segments, see how firm those in force are, draw them by objectives."""
    with reported_faults():
        LOGGER.info("proposing segments, weighing objectives")
        frames = _beside(refresh)
        refresh.write_tables("segmentation", frames)
    for table in TABLES:
        yield dg.MaterializeResult(
            asset_key=["segmentation", table],
            metadata={"dagster/row_count": len(frames[table])},
        )


def _beside(refresh: RefreshResource) -> dict[str, pd.DataFrame]:
    frame = refresh.read_table("features", "ftr_customers", "customer_id")
    earlier = refresh.read_table(
        "features", "ftr_customers_earlier_window", "customer_id"
    )
    assignments = refresh.read_table("segmentation", "assignments", "customer_id")
    directory = refresh.candidate.artefacts_dir
    artefact = json.loads((directory / SEGMENT_MODEL_NAME).read_text(encoding="utf-8"))
    model = from_artefact(artefact)
    proposals, classifiers = proposed_segments(
        frame, earlier, assignments, model, refresh.candidate.seed
    )
    text = json.dumps(classifiers, indent=2, allow_nan=False)
    (directory / CLASSIFIERS_NAME).write_text(text + "\n", encoding="utf-8")
    try:
        weighed = objective_segments(
            frame, assignments, model, unweighted(refresh), objectives(refresh)
        )
    except ValueError as error:
        raise EchelonError(
            ExitCode.CONFIGURATION,
            Fault(
                code="objective_refused",
                message=str(error),
                file="policy_segment_objectives.csv",
                rule="docs/segmentation_method.md",
                hint="nothing was published; correct the objective",
            ),
        ) from error
    return {
        "proposed_segments": proposals,
        "flip_ratios": flip_ratios(frame, assignments, model, configuration(refresh)),
        "objective_segments": weighed,
    }
