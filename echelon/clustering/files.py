"""Which clusters do the rows of this file form? Reads it, writes it with clusters."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from echelon.clustering.table import NumericTable, read_table
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.files import write_table
from models_ml.cluster_model import ClusterModel, model_from_json
from models_ml.clustering import (
    NOISE,
    Assigned,
    ClusterOptions,
    ClusterOutcome,
    assign_rows,
    cluster_table,
)

Outliers = Literal["segment", "nearest"]


@dataclass(frozen=True)
class ClusterFiles:
    """The files and columns of one call of ``echelon cluster``.

    Attributes:
        input: CSV or Parquet.
        output: CSV or Parquet by its suffix.
        report: Where the JSON report goes, if asked for.
        model: Model: assigned by if it exists, else written.
        id: Column that names a row; found by itself where None.
        label: Column with the true cluster, only for scores.
        money: Column with an amount clusters should tell apart.
    """

    input: Path
    output: Path
    report: Path | None = None
    model: Path | None = None
    id: str | None = None
    label: str | None = None
    money: str | None = None


@dataclass(frozen=True)
class ClusterReport:
    """What a call found, for people and machines."""

    row_count: int
    column_names: list[str]
    algorithm: str
    k: int
    has_structure: bool | None
    noise_count: int
    cluster_sizes: dict[str, int]
    reason: str
    candidates: list[dict[str, object]]
    scan: list[dict[str, object]]
    notes: list[str]
    is_model_reused: bool
    scores: dict[str, float] | None = None

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def cluster_file(
    files: ClusterFiles,
    options: tuple[str, int | None, Outliers],
    announce: Callable[[str], None],
) -> ClusterReport:
    """Cluster the rows of a file.

    Args:
        files: Input and outputs.
        options: Algorithm or ``auto``; number of clusters or None; whether noise
            stays apart (``segment``: cluster -1) or joins the nearest cluster.
        announce: Told what is being done.

    Returns:
        The choice, its reason and, with a true label, scores.

    Raises:
        EchelonError: INPUT_REJECTED for a file that cannot be read or clustered;
            CONFIGURATION for options and models that cannot be.
    """
    algorithm, count, outliers = options
    announce("reading")
    table = read_table(files.input, files.id, files.label, files.money)
    known = _known_model(files)
    outcome: ClusterOutcome | None = None
    try:
        if known is None:
            outcome = cluster_table(
                table.names,
                table.values,
                ClusterOptions(algorithm, count, table.money),
                announce,
            )
            model, assigned = outcome.model, outcome.assigned
        else:
            announce("assigning")
            model = known
            assigned = assign_rows(model, table.names, table.values)
    except ValueError as error:
        hint = "change the rows or the columns to cluster by, or the options"
        fault = Fault("not_clustered", str(error), str(files.input), hint=hint)
        raise EchelonError(ExitCode.INPUT_REJECTED, fault) from error
    clusters = assigned.labels
    if outliers == "segment":
        clusters = np.where(assigned.is_noise, NOISE, clusters)
    announce("writing")
    write_table(_rows(table, assigned, clusters), files.output)
    report = _report(table, model, clusters, assigned, outcome)
    if files.model is not None and outcome is not None:
        files.model.write_text(model.to_json() + "\n", "utf-8")
    if files.report is not None:
        text = json.dumps(report.to_dict(), indent=2, sort_keys=True)
        files.report.write_text(text + "\n", "utf-8")
    return report


def report_lines(report: ClusterReport) -> list[str]:
    """Say in a few lines what a call found."""
    sizes = ", ".join(f"{name} {size:,}" for name, size in report.cluster_sizes.items())
    lines = [
        f"{report.row_count:,} rows, {report.k} clusters by {report.algorithm}: "
        f"{report.reason}",
        f"Rows by cluster: {sizes}; noise {report.noise_count:,}",
    ]
    lines += [
        f"{each['algorithm']:>8} k = {each['segment_count']}: {each['reason']}"
        for each in report.candidates
    ]
    lines += [f"Note: {note}" for note in report.notes]
    if report.scores is not None:
        lines += [f"{name}: {value:.4f}" for name, value in report.scores.items()]
    return lines


def _known_model(files: ClusterFiles) -> ClusterModel | None:
    if files.model is None or not files.model.exists():
        return None
    try:
        return model_from_json(files.model.read_text("utf-8"))
    except (OSError, ValueError) as error:
        hint = "name another file, or remove this one to fit anew"
        fault = Fault("bad_model", str(error), str(files.model), hint=hint)
        raise EchelonError(ExitCode.CONFIGURATION, fault) from error


def _rows(
    table: NumericTable, assigned: Assigned, clusters: NDArray[np.int64]
) -> pa.Table:
    """Lay out the rows in the order of the input."""
    return pa.table(
        {
            table.id_name: table.ids,
            "cluster": pa.array(clusters, pa.int64()),
            "distance": pa.array(assigned.distances, pa.float64()),
            "is_noise": pa.array(assigned.is_noise, pa.bool_()),
        }
    )


def _report(
    table: NumericTable,
    model: ClusterModel,
    clusters: NDArray[np.int64],
    assigned: Assigned,
    outcome: ClusterOutcome | None,
) -> ClusterReport:
    names, counts = np.unique(clusters, return_counts=True)
    notes = list(table.notes)
    trials = outcome.bench.trials if outcome else ()
    if outcome:
        notes += outcome.notes
    return ClusterReport(
        row_count=len(clusters),
        column_names=[column.name for column in model.columns],
        algorithm=model.algorithm,
        k=len(model.reaches),
        has_structure=outcome.has_structure if outcome else None,
        noise_count=int(assigned.is_noise.sum()),
        cluster_sizes={
            str(name): int(size) for name, size in zip(names, counts, strict=True)
        },
        reason=trials[0].reason if trials else "assigned by the model given, no refit",
        candidates=[asdict(trial) for trial in trials],
        scan=[asdict(each) for each in outcome.bench.scan] if outcome else [],
        notes=notes,
        is_model_reused=outcome is None,
        scores=None if table.truth is None else _scores(table.truth, clusters),
    )


def _scores(truth: list[str], clusters: NDArray[np.int64]) -> dict[str, float]:
    return {
        "adjusted_rand_index": float(adjusted_rand_score(truth, clusters)),
        "normalised_mutual_information": float(
            normalized_mutual_info_score(truth, clusters)
        ),
    }
