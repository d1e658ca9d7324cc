"""Which records are the same customer? Standardises, trains, scores, clusters.

The one entry point is ``match_records``; it knows no orchestrator and no release. The
caller passes tables and gets tables; a model and the known pairs of an earlier run make
it score only what changed, with a result equal to a full run with that model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.identity.blocking import block
from echelon.identity.clusters import MERGED, Clustering, cluster_with_keys
from echelon.identity.comparing import comparison_json_sql, score_candidates
from echelon.identity.evidence import (
    DECISION_COLUMNS,
    LINK_COLUMNS,
    Evidence,
    empty_table,
    gather,
)
from echelon.identity.frequencies import number_records
from echelon.identity.known import (
    PAIR_COLUMNS,
    KnownPairs,
    numbered_records,
    scoring_version,
    write_candidates,
)
from echelon.identity.model import MatchModel
from echelon.identity.settings import MatchSettings
from echelon.identity.sql import arrow, count, run
from echelon.identity.standardise import standardise
from echelon.identity.training import train
from echelon.identity.words import Words

SELF = "self"


@dataclass(frozen=True)
class MatchInputs:
    """What is to be matched.

    Attributes:
        records: One row per record: identifier_key (unique, not null) and any of
            ``echelon.identity.standardise.INPUT_COLUMNS``, as text.
        words: The dictionary of standardisation.
        links: from_key, to_key, match_rule, rule_priority (lower is stronger),
            match_probability, is_accepted: what sources or keys declare.
        decisions: decision (must_merge, never_merge, unmerge), from_key, to_key: a
            steward's, in force.
    """

    records: pa.Table
    words: Words
    links: pa.Table = field(default_factory=lambda: empty_table(LINK_COLUMNS))
    decisions: pa.Table = field(default_factory=lambda: empty_table(DECISION_COLUMNS))


@dataclass(frozen=True)
class MatchOutcome:
    """What was found; every table is sorted by its keys.

    Attributes:
        clusters: identifier_key, cluster_key (smallest identifier_key of the cluster),
            match_rule and match_probability of the best evidence that holds the record
            in its cluster; a record alone has rule ``self`` and no probability.
        pairs: from_key, to_key, match_rule, match_weight (bits; null for keys, links,
            decisions), match_probability, decision (merged, queued, rejected, vetoed),
            reason, comparison_json (level per comparison, pairs of the model only).
        vetoes: identifier_key, kind ("tax GB", "duns"), value: what may not differ in a
            cluster; values of placeholders are left out.
        model: The weights used.
        known: State for the next run.
        is_model_reused: The model was passed in and still fits the settings.
        compared_pair_count: Pairs scored in this run.
        changed_record_count: Records new or changed since the known pairs; all without.
        notes: What could not be used or trained, in words.
    """

    clusters: pa.Table
    pairs: pa.Table
    vetoes: pa.Table
    model: MatchModel
    known: KnownPairs
    is_model_reused: bool
    compared_pair_count: int
    changed_record_count: int
    notes: list[str]


def match_records(
    connection: duckdb.DuckDBPyConnection,
    inputs: MatchInputs,
    settings: MatchSettings,
    former: tuple[MatchModel | None, KnownPairs | None] = (None, None),
    announce: Callable[[str], None] = lambda text: None,
) -> MatchOutcome:
    """Match records.

    Args:
        connection: A scratch connection (``duckdb.connect()``): temporary tables and
            those of Splink are made in it. Its threads and memory limit are obeyed.
        inputs: Records, declared links, decisions.
        settings: What decides.
        former: Model and known pairs of an earlier run. A model trained with other
            settings is trained anew; known pairs of another model are scored anew.
        announce: Told what is being done.

    Returns:
        Clusters, pairs and what the next run needs.

    Raises:
        EchelonError: INPUT_REJECTED for records without usable content or with
            duplicate keys; CONFIGURATION for contradictory decisions.
    """
    _check_records(inputs.records)
    announce("standardising")
    model, unchanged = _read(connection, inputs, settings, former, announce)
    announce("comparing")
    blocks = block(connection, settings, unchanged.blocks if unchanged else None)
    write_candidates(connection, former[1], settings.thresholds.reject)
    _score(connection, settings, model)
    announce("clustering")
    given = inputs.records.column_names
    evidence = gather(connection, settings, inputs.links, inputs.decisions, given)
    evidence, clustering = cluster_with_keys(
        evidence, settings.guards, settings.thresholds
    )
    pairs = arrow(
        connection,
        f"select {', '.join(PAIR_COLUMNS)} from match_known_pairs order by all",
    )
    return MatchOutcome(
        clusters=_cluster_table(evidence, clustering),
        pairs=_pair_table(evidence, clustering),
        vetoes=_veto_table(evidence),
        model=model,
        known=KnownPairs(
            scoring_version(model, inputs.records.num_rows, inputs.words),
            settings.thresholds.reject,
            numbered_records(connection),
            pairs.cast(pa.schema(PAIR_COLUMNS)),
            blocks,
        ),
        is_model_reused=model is former[0],
        compared_pair_count=count(connection, "select count(*) from match_candidates"),
        changed_record_count=count(connection, "select count(*) from match_records"),
        notes=list(model.notes),
    )


def _read(
    connection: duckdb.DuckDBPyConnection,
    inputs: MatchInputs,
    settings: MatchSettings,
    former: tuple[MatchModel | None, KnownPairs | None],
    announce: Callable[[str], None],
) -> tuple[MatchModel, KnownPairs | None]:
    """Write ``match_numbered``; return the model and the known pairs still valid."""
    model, known = former
    if model is None or model.settings_hash != settings.fingerprint():
        standardise(connection, inputs.records, inputs.words)
        announce("training")
        return train(connection, settings), None
    version = scoring_version(model, inputs.records.num_rows, inputs.words)
    if known is not None and (
        known.scored_with != version or known.reject > settings.thresholds.reject
    ):
        known = None
    records = known.records if known else None
    standardise(connection, inputs.records, inputs.words, records)
    number_records(connection, model.term_frequencies, records)
    return model, known


def _check_records(records: pa.Table) -> None:
    keys = records["identifier_key"]
    if records.num_rows == 0:
        hint = "deliver or name a file with at least one record"
        fault = Fault("no_records", "there are no records to match", hint=hint)
        raise EchelonError(ExitCode.INPUT_REJECTED, fault)
    if keys.null_count or len(keys.unique()) != len(keys):
        fault = Fault(
            "duplicate_record_id",
            "an identifier is missing or stands on two records",
            column="identifier_key",
            hint="every record needs an identifier of its own",
        )
        raise EchelonError(ExitCode.INPUT_REJECTED, fault)


def _score(
    connection: duckdb.DuckDBPyConnection, settings: MatchSettings, model: MatchModel
) -> None:
    """Write ``match_known_pairs``: pairs scored now and those kept from before."""
    gammas = "'{}'"
    if model.comparisons:
        score_candidates(connection, settings, model)
        gammas = comparison_json_sql(settings, model)
    else:
        run(
            connection,
            "create or replace temp table match_scored as select 0 as record_l, "
            "0 as record_r, 0.0 as match_weight, 0.0 as match_probability where false",
        )
    run(
        connection,
        f"""
        create or replace temp table match_known_pairs as
        select
            l.identifier_key as from_key,
            r.identifier_key as to_key,
            match_weight,
            match_probability,
            cast({gammas} as varchar) as comparison_json
        from match_scored
        inner join match_numbered as l on record_l = l.record_number
        inner join match_numbered as r on record_r = r.record_number
        union all
        select {", ".join(PAIR_COLUMNS)} from match_kept
        """,
    )


def _cluster_table(evidence: Evidence, clustering: Clustering) -> pa.Table:
    """Name every record's cluster and the strongest edge that holds it there."""
    keys = pa.array(evidence.keys, pa.string())
    edges = evidence.edges
    decisions, reasons = (
        pa.array(texts, pa.string())
        for texts in (clustering.decisions, clustering.reasons)
    )
    holding = pc.and_(pc.equal(decisions, MERGED), pc.equal(reasons, ""))
    held = edges.filter(holding)
    ends = np.stack([held["record_l"].to_numpy(), held["record_r"].to_numpy()], axis=1)
    record, first = np.unique(ends.ravel(), return_index=True)  # strongest come first
    edge_of = np.full(len(keys), -1)
    edge_of[record] = first // 2
    which = pa.array(edge_of, mask=edge_of < 0)
    return pa.table(
        {
            "identifier_key": keys,
            "cluster_key": keys.take(pa.array(clustering.root)),
            "match_rule": held["match_rule"].take(which).fill_null(SELF),
            "match_probability": held["match_probability"].take(which),
        }
    )


def _pair_table(evidence: Evidence, clustering: Clustering) -> pa.Table:
    edges = evidence.edges
    keys = pa.array(evidence.keys, pa.string())
    table = pa.table(
        {
            "from_key": keys.take(edges["record_l"]),
            "to_key": keys.take(edges["record_r"]),
            "match_rule": edges["match_rule"],
            "match_weight": edges["match_weight"],
            "match_probability": edges["match_probability"],
            "decision": pa.array(clustering.decisions, pa.string()),
            "reason": pa.array(clustering.reasons, pa.string()),
            "comparison_json": edges["comparison_json"],
        }
    )
    # Numbers follow keys, and sort faster.
    order = pa.table(
        {
            "l": edges["record_l"],
            "r": edges["record_r"],
            "rule": edges["match_rule"],
        }
    )
    names = ("l", "r", "rule")
    return table.take(pc.sort_indices(order, [(name, "ascending") for name in names]))


def _veto_table(evidence: Evidence) -> pa.Table:
    keys = pa.array(evidence.keys, pa.string()).take(evidence.vetoes["record"])
    return evidence.vetoes.select(["kind", "value"]).add_column(
        0, "identifier_key", keys
    )
