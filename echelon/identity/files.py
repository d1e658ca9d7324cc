"""Who is the same in this list? Reads a file, matches it, writes it with clusters."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.files import read_input, write_table
from echelon.identity.matching import (
    SELF,
    MatchInputs,
    MatchOutcome,
    match_records,
)
from echelon.identity.model import MatchModel, read_model
from echelon.identity.reading import read_records
from echelon.identity.roles import Roles, find_roles
from echelon.identity.scoring import Scores, score_clusters
from echelon.identity.settings import read_settings, settings_words
from echelon.identity.sql import arrow
from echelon.spelling import suggest

OUTPUT_COLUMNS = ("cluster_id", "match_probability", "match_rule")


@dataclass(frozen=True)
class MatchFiles:
    """The files of one call of ``echelon match``.

    Attributes:
        input: CSV or Parquet.
        settings: Settings file.
        output: CSV or Parquet by its suffix.
        pairs: Where the evidence goes, if asked for.
        model: Weights: read if there, else written.
        truth: Column with the true entity, for scores.
    """

    input: Path
    settings: Path
    output: Path
    pairs: Path | None = None
    model: Path | None = None
    truth: str | None = None


@dataclass(frozen=True)
class MatchReport:
    """What a call found, for people and machines."""

    record_count: int
    cluster_count: int
    rule_counts: dict[str, int]
    decision_counts: dict[str, int]
    largest_cluster: int
    compared_pair_count: int
    model_version: str
    is_model_reused: bool
    columns: dict[str, list[str]]
    notes: list[str]
    scores: Scores | None = field(default=None)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def match_file(files: MatchFiles, announce: Callable[[str], None]) -> MatchReport:
    """Match the rows of a file.

    Args:
        files: Input, settings, outputs.
        announce: Told what is being done.

    Returns:
        Counts, notes and, with a truth, scores.

    Raises:
        EchelonError: INPUT_REJECTED for a file that cannot be read, is empty or has
            duplicate ids; CONFIGURATION for settings, models or options that cannot be.
    """
    settings = read_settings(files.settings)
    words = settings_words(settings)
    announce("reading")
    with duckdb.connect() as connection:
        table = read_input(connection, files.input)
        if files.truth is not None and files.truth not in table.column_names:
            raise _bad_truth(files.truth, table.column_names)
        roles = find_roles(table.column_names, settings, {files.truth or ""})
        records = read_records(connection, files.input, table, roles)
        model = (
            read_model(files.model) if files.model and files.model.exists() else None
        )
        outcome = match_records(
            connection,
            MatchInputs(records, words),
            settings.content,
            (model, None),
            announce,
        )
        announce("writing")
        result = _result(connection, table, records, outcome)
    write_table(result, files.output)
    if files.pairs is not None:
        write_table(outcome.pairs, files.pairs)
    if files.model is not None and outcome.model != model:
        files.model.write_text(outcome.model.to_json() + "\n", "utf-8")
    return _report(files, result, outcome, (roles, model))


def _result(
    connection: duckdb.DuckDBPyConnection,
    table: pa.Table,
    records: pa.Table,
    outcome: MatchOutcome,
) -> pa.Table:
    """Return the input rows in their order, with cluster, probability and rule."""
    keys = pa.table(
        {
            "identifier_key": records["identifier_key"],
            "row_number": pa.array(range(records.num_rows), pa.int64()),
        }
    )
    connection.register("match_rows_view", keys)
    connection.register("match_clusters_view", outcome.clusters)
    found = arrow(
        connection,
        """
        select cluster_key as cluster_id, match_probability, match_rule
        from match_rows_view
        inner join match_clusters_view using (identifier_key)
        order by row_number
        """,
    )
    names = [
        f"input_{name}" if name in OUTPUT_COLUMNS else name
        for name in table.column_names
    ]
    result = table.rename_columns(names)
    for name in OUTPUT_COLUMNS:
        result = result.append_column(name, found[name])
    return result


def _report(
    files: MatchFiles,
    result: pa.Table,
    outcome: MatchOutcome,
    context: tuple[Roles, MatchModel | None],
) -> MatchReport:
    roles, model = context
    clusters = result["cluster_id"].to_pylist()
    sizes = Counter(clusters)
    notes = [*roles.notes, *outcome.notes]
    if model is not None and not outcome.is_model_reused:
        notes.append("the model was trained with other settings: trained anew")
    scores = None
    if files.truth is not None:
        column = (
            f"input_{files.truth}" if files.truth in OUTPUT_COLUMNS else files.truth
        )
        scores = score_clusters(clusters, result[column].to_pylist())
    return MatchReport(
        record_count=result.num_rows,
        cluster_count=len(sizes),
        rule_counts=dict(sorted(Counter(result["match_rule"].to_pylist()).items())),
        decision_counts=dict(
            sorted(Counter(outcome.pairs["decision"].to_pylist()).items())
        ),
        largest_cluster=max(sizes.values()),
        compared_pair_count=outcome.compared_pair_count,
        model_version=outcome.model.version,
        is_model_reused=outcome.is_model_reused,
        columns={str(role): names for role, names in roles.columns.items()},
        notes=notes,
        scores=scores,
    )


def report_lines(report: MatchReport) -> list[str]:
    """Say in a few lines what a call found."""
    alone = report.rule_counts.get(SELF, 0)
    lines = [
        f"{report.record_count:,} records in {report.cluster_count:,} clusters, "
        f"{alone:,} of them alone, the largest of {report.largest_cluster:,}",
        "Columns: "
        + ", ".join(
            f"{role} = {' + '.join(names)}" for role, names in report.columns.items()
        ),
        "Records by rule: "
        + ", ".join(f"{rule} {count:,}" for rule, count in report.rule_counts.items()),
        "Pairs: "
        + ", ".join(f"{one} {n:,}" for one, n in report.decision_counts.items()),
    ]
    lines += [f"Note: {note}" for note in report.notes]
    if report.scores is not None:
        for name in ("pairwise", "b_cubed"):
            score = getattr(report.scores, name)
            lines.append(
                f"{name:>8}: precision {score.precision:.4f}, "
                f"recall {score.recall:.4f}, F1 {score.f1:.4f}"
            )
    return lines


def _bad_truth(truth: str, columns: list[str]) -> EchelonError:
    fault = Fault(
        "unknown_column",
        f"the input has no column {truth}",
        column="--truth",
        hint=suggest(truth, columns),
    )
    return EchelonError(ExitCode.CONFIGURATION, fault)
