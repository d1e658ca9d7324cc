"""Which records are the same customer? Standardises, trains, scores, clusters.

The one entry point is ``match_records``; it knows no orchestrator and no release. The
caller passes tables and gets tables; a model and the known pairs of an earlier run make
it score only what changed, with a result equal to a full run with that model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

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
    drop_unsupported,
    scoring_version,
    write_changes,
    write_hashes,
)
from echelon.identity.model import MatchModel
from echelon.identity.settings import SHIPPED_SETTINGS, MatchSettings
from echelon.identity.sql import arrow, run
from echelon.identity.standardise import standardise
from echelon.identity.training import train
from echelon.identity.words import Words, read_words

SELF = "self"


@dataclass(frozen=True)
class MatchInputs:
    """What is to be matched.

    Attributes:
        records: One row per record: identifier_key (unique, not null) and any of
            ``echelon.identity.standardise.INPUT_COLUMNS``, as text.
        links: from_key, to_key, match_rule, rule_priority (lower is stronger),
            match_probability, is_accepted: what sources or keys declare.
        decisions: decision (must_merge, never_merge, unmerge), from_key, to_key: a
            steward's, in force.
        words: The dictionary of standardisation.
    """

    records: pa.Table
    links: pa.Table = field(default_factory=lambda: empty_table(LINK_COLUMNS))
    decisions: pa.Table = field(default_factory=lambda: empty_table(DECISION_COLUMNS))
    words: Words = field(
        default_factory=lambda: read_words(SHIPPED_SETTINGS.with_name("words.yml"))
    )


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
            settings is trained anew; known pairs of another model are not used.
        announce: Told what is being done.

    Returns:
        Clusters, pairs and what the next run needs.

    Raises:
        EchelonError: INPUT_REJECTED for records without usable content or with
            duplicate keys; CONFIGURATION for contradictory decisions.
    """
    _check_records(inputs.records)
    announce("standardising")
    standardise(connection, inputs.records, inputs.words)
    model, known = former
    is_reused = model is not None and model.settings_hash == settings.fingerprint()
    if model is None or not is_reused:
        announce("training")
        model = train(connection, settings)
    number_records(connection, model.term_frequencies)
    hashes = write_hashes(connection)
    scored_with = scoring_version(model, inputs.records.num_rows)
    if known is not None and (
        known.scored_with != scored_with or known.reject > settings.thresholds.reject
    ):
        known = None
    announce("comparing")
    changed = inputs.records.num_rows
    if known is not None:
        changed = write_changes(connection, known, settings.thresholds.reject)
    candidates = block(connection, settings, known.stops if known else None)
    if known is not None and candidates.stops - known.stops:
        drop_unsupported(connection, settings, candidates.stops)
    _score(connection, settings, model, is_incremental=known is not None)
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
            scored_with,
            settings.thresholds.reject,
            hashes,
            pairs.cast(pa.schema(PAIR_COLUMNS)),
            candidates.stops,
        ),
        is_model_reused=is_reused,
        compared_pair_count=candidates.pair_count,
        changed_record_count=changed,
        notes=list(model.notes),
    )


def _check_records(records: pa.Table) -> None:
    keys = records["identifier_key"]
    if records.num_rows == 0:
        fault = Fault("no_records", "there are no records to match")
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
    connection: duckdb.DuckDBPyConnection,
    settings: MatchSettings,
    model: MatchModel,
    is_incremental: bool,
) -> None:
    """Write ``match_known_pairs``: pairs scored now and those kept from before."""
    columns = ", ".join(PAIR_COLUMNS)
    kept = f"union select {columns} from match_kept" if is_incremental else ""
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
        {kept}
        """,
    )


def _cluster_table(evidence: Evidence, clustering: Clustering) -> pa.Table:
    """Name every record's cluster and the strongest edge that holds it there."""
    rules: list[str] = [SELF] * len(evidence.keys)
    probabilities: list[float | None] = [None] * len(evidence.keys)
    edges = evidence.edges
    for left, right, rule, probability, decision, reason in zip(
        edges["record_l"].to_pylist(),
        edges["record_r"].to_pylist(),
        edges["match_rule"].to_pylist(),
        edges["match_probability"].to_pylist(),
        clustering.decisions,
        clustering.reasons,
        strict=True,
    ):
        if decision != MERGED or reason:
            continue
        for record in (left, right):
            if probabilities[record] is None:  # edges come strongest first
                rules[record], probabilities[record] = rule, probability
    roots = clustering.root.tolist()
    return pa.table(
        {
            "identifier_key": evidence.keys,
            "cluster_key": [evidence.keys[root] for root in roots],
            "match_rule": rules,
            "match_probability": pa.array(probabilities, pa.float64()),
        }
    )


def _pair_table(evidence: Evidence, clustering: Clustering) -> pa.Table:
    edges = evidence.edges
    keys = evidence.keys
    table = pa.table(
        {
            "from_key": pa.array(
                [keys[at] for at in edges["record_l"].to_pylist()], pa.string()
            ),
            "to_key": pa.array(
                [keys[at] for at in edges["record_r"].to_pylist()], pa.string()
            ),
            "match_rule": edges["match_rule"],
            "match_weight": edges["match_weight"],
            "match_probability": edges["match_probability"],
            "decision": pa.array(clustering.decisions, pa.string()),
            "reason": pa.array(clustering.reasons, pa.string()),
            "comparison_json": edges["comparison_json"],
        }
    )
    order = [("from_key", "ascending"), ("to_key", "ascending")]
    return table.sort_by([*order, ("match_rule", "ascending")])


def _veto_table(evidence: Evidence) -> pa.Table:
    records = evidence.vetoes["record"].to_pylist()
    keys = pa.array([evidence.keys[record] for record in records], pa.string())
    return evidence.vetoes.select(["kind", "value"]).add_column(
        0, "identifier_key", keys
    )


def read_settings_words(settings_path: Path, settings: MatchSettings) -> Words:
    """Read the dictionary that a settings file names, beside it or as shipped."""
    beside = settings_path.parent / settings.standardisation.words
    shipped = SHIPPED_SETTINGS.parent / settings.standardisation.words
    return read_words(beside if beside.exists() or not shipped.exists() else shipped)
