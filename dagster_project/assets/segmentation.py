"""The segmentation of a refresh: one call into `models_ml`, its tables and pictures."""

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pandas as pd

from dagster_project.assets.dbt import MANIFEST, is_made_of
from dagster_project.assets.segmentation_inputs import (
    assignment_policy,
    configuration,
    previous_segmentation,
)
from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.candidate import Candidate
from echelon.release.layout import ASSIGNMENT_POLICY_NAME, SEGMENT_MODEL_NAME
from models_ml.artefact import from_artefact
from models_ml.bench_pictures import algorithm_ranking
from models_ml.model_card import model_card
from models_ml.model_card_page import model_card_page
from models_ml.pictures import (
    Picture,
    profile_heatmap,
    segment_sizes,
    stability_by_segment_count,
    to_html,
    to_png,
)
from models_ml.policy_record import to_record
from models_ml.segment_card_page import cards_page
from models_ml.segment_cards import segment_cards
from models_ml.segment_pictures import value_of_segments
from models_ml.segmentation import Segmentation, segment_customers

LOGGER = logging.getLogger("echelon.refresh")
TABLES = {
    "models": "Grain: one row. The model in force and its artefact.",
    "candidates": "Grain: one row per number of segments tried, with the evidence.",
    "algorithms": "Grain: one row per algorithm tried, with its score and the reason.",
    "segments": "Grain: one row per segment. Name, definition, centroid, size.",
    "stability": "Grain: one row per segment and stability measure.",
    "assignments": "Grain: one row per customer. Segment, decider, distance, reason.",
    "guard_hits": "Grain: one row per customer and guard that forbade its segment.",
    "assignment_reasons": "Grain: one row per customer and attribute. What it weighed.",
    "counterfactuals": "Grain: one row per customer and change that would move it.",
    "imputation_sensitivity": "Grain: one row per customer. Did a filled value decide?",
    "feature_influence": "Grain: one row per soft factor and customer it would move.",
    "outlier_treatments": "Grain: one row per customer. Its segment by treatment.",
    "drift": "Grain: one row per attribute. How far customers moved since the fit.",
}


@dg.multi_asset(
    name="segmentation",
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
                ["intermediate", "int_assignment_facts"],
                ["intermediate", "int_segment_overrides_judged"],
                ["intermediate", "int_segment_standings"],
                ["policy", "policy_assignment_guards"],
                ["policy", "policy_model_approvals"],
                ["policy", "policy_segment_objectives"],
                ["policy", "policy_settings"],
                ["policy", "policy_thresholds"],
            ],
            kinds={"scikitlearn"},
        )
        for table, description in TABLES.items()
    ],
    pool="warehouse",
)
def segmentation(
    context: dg.AssetExecutionContext, refresh: RefreshResource
) -> Iterator[dg.MaterializeResult]:
    """Assign customers by the model in force, or fit one and name its segments."""
    with reported_faults():
        LOGGER.info("segmenting customers")
        outcome = _segment(refresh)
        refresh.write_tables(
            "segmentation", {table: getattr(outcome, table) for table in TABLES}
        )
        pictures = _write_artefacts(refresh.candidate, outcome)
        _write_cards(refresh, outcome)
    for note in outcome.notes:
        context.log.info(note)
    for table in TABLES:
        frame: pd.DataFrame = getattr(outcome, table)
        yield dg.MaterializeResult(
            asset_key=["segmentation", table],
            metadata={
                "dagster/row_count": len(frame),
                **_metadata_of(table, outcome, pictures),
            },
        )


def _segment(refresh: RefreshResource) -> Segmentation:
    features = refresh.read_table("features", "ftr_customers", "customer_id")
    earlier = refresh.read_table(
        "features", "ftr_customers_earlier_window", "customer_id"
    )
    try:
        return segment_customers(
            features,
            configuration(refresh),
            previous_segmentation(refresh),
            [] if earlier.empty else [earlier],
            assignment_policy(refresh),
        )
    except ValueError as error:
        raise EchelonError(
            ExitCode.GATE_FAILED,
            Fault(
                code="segmentation_refused",
                message=str(error),
                rule="docs/segmentation_method.md",
                hint="nothing was published; the former release stays in force",
            ),
        ) from error


def _write_artefacts(candidate: Candidate, outcome: Segmentation) -> dict[str, Path]:
    directory = candidate.artefacts_dir
    directory.mkdir(exist_ok=True)
    model = json.dumps(outcome.artefact, indent=2, sort_keys=True)
    (directory / SEGMENT_MODEL_NAME).write_text(model + "\n", encoding="utf-8")
    policy = json.dumps(to_record(outcome.policy), indent=2, sort_keys=True)
    (directory / ASSIGNMENT_POLICY_NAME).write_text(policy + "\n", encoding="utf-8")
    charts = {
        "segment_profiles": profile_heatmap(outcome.segments),
        "segment_sizes": segment_sizes(outcome.segments),
        "segment_algorithms": algorithm_ranking(outcome.algorithms),
        "segment_stability": stability_by_segment_count(outcome.candidates),
        "segment_value": value_of_segments(outcome.candidates),
    }
    return {name: write_picture(directory, name, charts[name]) for name in charts}


def _write_cards(refresh: RefreshResource, outcome: Segmentation) -> None:
    """Write segment cards and model card as pages to read and as data for rules."""
    cards = segment_cards(
        from_artefact(outcome.artefact),
        outcome.segments,
        refresh.read_table("features", "ftr_customers", "customer_id"),
        outcome.assignments,
    )
    directory = refresh.candidate.artefacts_dir
    data = json.dumps(cards, indent=2, allow_nan=False)
    (directory / "segment_cards.json").write_text(data + "\n", encoding="utf-8")
    page = cards_page(cards)
    (directory / "segment_cards.html").write_text(page, encoding="utf-8")
    card = model_card(
        from_artefact(outcome.artefact),
        outcome.models,
        outcome.assignments,
        outcome.drift,
        is_made_of(MANIFEST, "ftr_customers", "erp__forecasts"),
    )
    data = json.dumps(card, indent=2, allow_nan=False)
    (directory / "model_card.json").write_text(data + "\n", encoding="utf-8")
    page = model_card_page(card)
    (directory / "model_card.html").write_text(page, encoding="utf-8")


def write_picture(directory: Path, name: str, chart: Picture) -> Path:
    """Write a chart as PNG for the UI and as HTML that opens without a network."""
    (directory / f"{name}.html").write_text(to_html(chart), encoding="utf-8")
    path = directory / f"{name}.png"
    path.write_bytes(to_png(chart))
    return path


def shown(path: Path) -> dg.MetadataValue:
    """Embed a picture where the UI shows metadata."""
    encoded = base64.b64encode(path.read_bytes()).decode()
    return dg.MetadataValue.md(f"![{path.stem}](data:image/png;base64,{encoded})")


def _metadata_of(
    table: str, outcome: Segmentation, pictures: dict[str, Path]
) -> dict[str, dg.MetadataValue]:
    """Pictures and tables a person looks at in the UI."""
    drawn_on = {
        "segments": ("segment_profiles", "segment_sizes"),
        "candidates": ("segment_stability", "segment_value"),
        "algorithms": ("segment_algorithms",),
    }
    metadata = {name: shown(pictures[name]) for name in drawn_on.get(table, ())}
    if table == "assignments":
        counts = outcome.assignments["assigned_by"].value_counts().sort_index()
        metadata["assigned_by"] = dg.MetadataValue.json(
            {str(decider): int(count) for decider, count in counts.items()}
        )
        moved = int(outcome.assignments["has_moved"].sum())
        decided = int(outcome.imputation_sensitivity["is_decided_by_imputation"].sum())
        metadata["decided_by_imputation_count"] = dg.MetadataValue.int(decided)
        metadata["moved_customer_count"] = dg.MetadataValue.int(moved)
        metadata["moves"] = dg.MetadataValue.md(_moves(outcome.assignments))
    if table == "models":
        row = outcome.models.iloc[0]
        metadata["model_version"] = dg.MetadataValue.text(row["model_version"])
        metadata["is_reused"] = dg.MetadataValue.bool(bool(row["is_reused"]))
        metadata["notes"] = dg.MetadataValue.md(
            "\n".join(f"- {n}" for n in outcome.notes)
        )
    return metadata


def _moves(assignments: pd.DataFrame) -> str:
    """Lay out who moved where since the last release: former segments down."""
    former = assignments["previous_segment_code"].fillna("new")
    counts = pd.crosstab(former, assignments["segment_code"])
    lines = ["| from \\ to | " + " | ".join(counts.columns) + " |"]
    lines.append("|---" * (len(counts.columns) + 1) + "|")
    for code, row in counts.iterrows():
        lines.append(f"| {code} | " + " | ".join(str(count) for count in row) + " |")
    return "\n".join(lines)
