"""The release: written only if every gate's result stands."""

import logging
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from dagster_project.assets.dbt import MANIFEST, NODES, TRANSLATOR
from dagster_project.assets.segmentation import shown, write_picture
from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.decisions.proposals import hold_unless_approved
from echelon.reconciliation.drawing import closed_period_pictures
from echelon.release.controls import FORMER, WARNED, Register
from echelon.release.publish import publish
from echelon.release.published_file import PUBLISHED_SCHEMAS
from echelon.release.staging import PublishOptions
from echelon.release.store import Release
from echelon.release.tie_out import EVERY_TIE
from echelon.summary import summarise
from expectations.register import GATES
from models_ml.pictures import Picture
from models_ml.segment_pictures import movement_flow, nine_boxes
from models_ml.whale_curve import whale_curve

REGISTER = Register(gates=GATES, nodes=NODES, ties=EVERY_TIE)
LOGGER = logging.getLogger("echelon.refresh")
PUBLISHED_KEYS = [
    TRANSLATOR.get_asset_key(node)
    for node in MANIFEST["nodes"].values()
    if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS
]


@dg.asset(
    key=["releases", "published_release"],
    group_name="releases",
    owners=["team:data-engineering"],
    kinds={"duckdb"},
    deps=PUBLISHED_KEYS,
    pool="warehouse",
    check_specs=[
        dg.AssetCheckSpec(
            "none_emptied",
            asset=["releases", "published_release"],
            description="No table has lost all the rows it had in the former release.",
        )
    ],
)
def published_release(
    context: dg.AssetExecutionContext, refresh: RefreshResource
) -> dg.MaterializeResult:
    """The release in force: what BI, finance and operations read."""
    settings = refresh.settings
    with reported_faults():
        LOGGER.info("publishing")
        candidate = refresh.candidate
        with refresh.connect() as connection:
            hold_unless_approved(candidate, connection)
            closing = closed_period_pictures(connection)
        pictures = _written(
            candidate.artefacts_dir, {**closing, **_steering_pictures(refresh)}
        )
        options = PublishOptions(
            keep_releases=settings.keep_releases,
            memory_limit=settings.memory_limit,
            keep_candidate=settings.keep_candidate,
        )
        refresh.close()
        release = publish(candidate, REGISTER, options)
        summary = summarise(settings.data_dir)
    segments = "\n".join(
        f"| {line.segment_code} | {line.segment_name} | {line.customer_count} |"
        for line in summary.segments
    )
    return dg.MaterializeResult(
        metadata={
            "release_id": release.release_id,
            **pictures,
            "path": dg.MetadataValue.path(str(release.directory)),
            "input_as_of": dg.MetadataValue.json(summary.input_as_of),
            "gates": dg.MetadataValue.json(summary.gates),
            "segments": dg.MetadataValue.md(
                f"| segment | name | customers |\n|---|---|---|\n{segments}"
            ),
        },
        check_results=[_emptied(release)],
    )


def _emptied(release: Release) -> dg.AssetCheckResult:
    """Say which tables lost all their rows: people are told of what warns."""
    [control] = [one for one in release.manifest()["controls"] if one["kind"] == FORMER]
    return dg.AssetCheckResult(
        check_name="none_emptied",
        passed=control["outcome"] != WARNED,
        severity=dg.AssetCheckSeverity.WARN,
        description=control["detail"],
    )


def _steering_pictures(refresh: RefreshResource) -> dict[str, Picture]:
    curve = refresh.read_table("finance", "rpt_whale_curve_by_customer", "all")
    movements = refresh.read_table("governance", "rpt_segment_movements", "all")
    grid = refresh.read_table("sales", "rpt_segment_grid", "all")
    return {
        "whale_curve": whale_curve(curve),
        "segment_movements": movement_flow(movements),
        "nine_boxes": nine_boxes(grid),
    }


def _written(
    directory: Path, charts: Mapping[str, Picture]
) -> dict[str, dg.MetadataValue]:
    return {
        name: shown(write_picture(directory, name, charts[name])) for name in charts
    }
