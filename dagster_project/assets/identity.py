"""Who is who: the matcher and the persistent ids, between the first two dbt passes."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import dagster as dg
import duckdb
import pandas as pd

from dagster_project.assets.segmentation import shown, write_picture
from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.identity.known import KnownPairs
from echelon.identity.model import read_model
from echelon.identity.resolution import (
    INPUTS,
    FormerMatching,
    Resolution,
    resolve_identities,
)
from echelon.identity.settings import read_settings
from echelon.quoting import quote_text
from echelon.release.layout import ARTEFACTS_NAME, write_json
from echelon.release.store import current_release
from models_ml.match_pictures import match_weight_histogram

LOGGER = logging.getLogger("echelon.refresh")
MODEL_NAME = "customer_match_model.json"
PAIRS_NAME = "customer_match_pairs.parquet"
TRAINING_NAME = "customer_match_training.json"
SHOWN_ROWS = 20
TABLES = {
    "clusters": "Grain: one row per identifier. Its cluster and the rule that ties it.",
    "pairs": "Grain: one row per pair compared. Rule, weight, decision, reason.",
    "vetoes": "Grain: one row per identifier and kind. What clusters may not mix.",
    "customer_ids": "Grain: one row per identifier. Its customer now and before.",
    "events": "Grain: one row per pair of customer ids. What went where, and why.",
    "match_models": "Grain: one row. The match model in force.",
}


@dg.multi_asset(
    name="identity",
    specs=[
        dg.AssetSpec(
            key=["identity", table],
            group_name="identity",
            description=description,
            owners=["team:master-data"],
            deps=[
                *(["intermediate", name] for name in INPUTS),
                ["policy", "policy_matching"],
                ["raw", "previous_customer_identifiers"],
            ],
            kinds={"duckdb"},
        )
        for table, description in TABLES.items()
    ],
    pool="warehouse",
)
def identity(
    context: dg.AssetExecutionContext, refresh: RefreshResource
) -> Iterator[dg.MaterializeResult]:
    """Match the identifiers of all systems and let customer ids survive."""
    with reported_faults():
        LOGGER.info("matching customers")
        resolution = _resolve(refresh)
        tables = resolution.tables
        refresh.write_tables("identity", tables)
        _write_artefacts(refresh, resolution)
        picture = write_picture(
            refresh.candidate.artefacts_dir,
            "match_weights",
            match_weight_histogram(tables["pairs"]),
        )
    for note in resolution.outcome.notes:
        context.log.info(note)
    metadata = {
        "clusters": _cluster_metadata(tables["clusters"]),
        "pairs": {**_pair_metadata(tables["pairs"]), "match_weights": shown(picture)},
        "events": {"events": _counted(tables["events"], ["event_type"])},
        "match_models": _model_metadata(resolution),
    }
    for table, frame in tables.items():
        yield dg.MaterializeResult(
            asset_key=["identity", table],
            metadata={"dagster/row_count": len(frame), **metadata.get(table, {})},
        )


def _resolve(refresh: RefreshResource) -> Resolution:
    with refresh.connect() as connection, _scratch(refresh) as scratch:
        return resolve_identities(
            connection,
            scratch,
            read_settings(),
            _former(refresh),
            LOGGER.info,
        )


@contextmanager
def _scratch(refresh: RefreshResource) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database of the matcher's own: its temporary tables go with it."""
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{refresh.settings.memory_limit}'")
        spill = refresh.candidate.directory / "matching_spill"
        connection.execute(f"set temp_directory = {quote_text(str(spill))}")
        if refresh.settings.threads is not None:
            connection.execute(f"set threads = {refresh.settings.threads}")
        yield connection


def _former(refresh: RefreshResource) -> FormerMatching:
    """Read the matcher's state of the release in force: no model to train anew."""
    release = current_release(refresh.settings.data_dir)
    if release is None:
        return FormerMatching()
    artefacts = release.directory / ARTEFACTS_NAME
    if not (artefacts / MODEL_NAME).exists():
        return FormerMatching()  # a release of a version that had no matcher
    known = KnownPairs.read(artefacts / PAIRS_NAME)
    if refresh.retrain_matching:
        return FormerMatching(known=known)
    training = json.loads((artefacts / TRAINING_NAME).read_text("utf-8"))
    return FormerMatching(
        read_model(artefacts / MODEL_NAME),
        known,
        date.fromisoformat(training["trained_as_of_date"]),
    )


def _write_artefacts(refresh: RefreshResource, resolution: Resolution) -> None:
    """Keep model and scored pairs for the next refresh."""
    directory = refresh.candidate.artefacts_dir
    directory.mkdir(exist_ok=True)
    outcome = resolution.outcome
    (directory / MODEL_NAME).write_text(outcome.model.to_json() + "\n", "utf-8")
    outcome.known.write(directory / PAIRS_NAME)
    trained = resolution.tables["match_models"]["trained_as_of_date"].iloc[0]
    write_json(
        directory / TRAINING_NAME,
        {
            "model_version": outcome.model.version,
            "trained_as_of_date": trained.isoformat(),
        },
    )


def _cluster_metadata(clusters: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    sizes = clusters.groupby("cluster_key", as_index=False).agg(
        identifiers=("identifier_key", "size"),
        rules=("match_rule", lambda rules: ", ".join(sorted(set(rules)))),
    )
    largest = sizes.sort_values(["identifiers", "cluster_key"], ascending=[False, True])
    return {
        "identifiers_by_rule": _counted(clusters, ["match_rule"]),
        "largest_clusters": _as_table(largest.head(SHOWN_ROWS)),
    }


def _pair_metadata(pairs: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    queued = pairs[pairs["decision"] == "queued"].sort_values(
        ["match_probability", "from_key", "to_key"], ascending=[False, True, True]
    )
    shown_columns = ["from_key", "to_key", "match_probability", "reason"]
    return {
        "pairs_by_rule": _counted(pairs, ["match_rule", "decision"]),
        "queued_pair_count": dg.MetadataValue.int(len(queued)),
        "steward_queue": _as_table(queued[shown_columns].head(SHOWN_ROWS)),
    }


def _model_metadata(resolution: Resolution) -> dict[str, dg.MetadataValue]:
    outcome = resolution.outcome
    notes = "\n".join(f"- {note}" for note in outcome.notes)
    return {
        "model_version": dg.MetadataValue.text(outcome.model.version),
        "is_reused": dg.MetadataValue.bool(outcome.is_model_reused),
        "compared_pair_count": dg.MetadataValue.int(outcome.compared_pair_count),
        "changed_record_count": dg.MetadataValue.int(outcome.changed_record_count),
        "notes": dg.MetadataValue.md(notes),
    }


def _counted(frame: pd.DataFrame, columns: list[str]) -> dg.MetadataValue:
    counts = frame.groupby(columns, as_index=False).size()
    return _as_table(counts.rename(columns={"size": "count"}))


def _as_table(frame: pd.DataFrame) -> dg.MetadataValue:
    """Lay out rows where the UI shows metadata."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|---" * len(frame.columns) + "|"]
    lines += [
        "| " + " | ".join(map(str, row)) + " |" for row in frame.itertuples(index=False)
    ]
    return dg.MetadataValue.md("\n".join(lines))
