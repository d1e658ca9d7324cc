"""The command that finds the clusters of any table of numbers."""

from pathlib import Path
from typing import Annotated

import typer

from echelon.cli_options import (
    AsJson,
    bad_option,
    check_outside,
    out,
    print_json,
    progress,
)
from echelon.config import load_settings


def cluster(
    source: Annotated[Path, typer.Option("--input", help="CSV or Parquet.")],
    target: Annotated[Path, typer.Option("--out", help="CSV or Parquet.")],
    k: Annotated[str, typer.Option(help="Number of clusters, or auto.")] = "auto",
    algorithm: Annotated[
        str, typer.Option(help="auto, kmeans, ward, mixture, tree or hdbscan.")
    ] = "auto",
    outliers: Annotated[
        str, typer.Option(help="segment: cluster -1; nearest: join the nearest.")
    ] = "segment",
    report: Annotated[Path | None, typer.Option(help="Write the JSON report.")] = None,
    model: Annotated[
        Path | None, typer.Option(help="Model: assigned by if there, else written.")
    ] = None,
    row_id: Annotated[
        str | None, typer.Option("--id", help="Column that names a row.")
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="Column with the true cluster: print scores.")
    ] = None,
    money: Annotated[
        str | None, typer.Option(help="Column with an amount clusters should part.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which rows of a table belong together (docs/segmentation_method.md)."""
    from echelon.clustering.files import ClusterFiles, cluster_file, report_lines
    from models_ml.algorithms import ALGORITHMS

    if algorithm not in ("auto", *ALGORITHMS):
        hint = f"auto, {', '.join(ALGORITHMS)}"
        raise bad_option(f"{algorithm!r} is no algorithm", "--algorithm", hint)
    if outliers not in ("segment", "nearest"):
        hint = "segment or nearest"
        raise bad_option(f"{outliers!r} is no treatment", "--outliers", hint)
    if k != "auto" and not (k.isdecimal() and int(k) > 0):
        hint = "auto, or a whole number from 1"
        raise bad_option(f"{k!r} is no number of clusters", "--k", hint)
    data_dir = load_settings().data_dir
    for option, file in (("--out", target), ("--report", report), ("--model", model)):
        if file is not None and not (option == "--model" and file.exists()):
            check_outside(file, data_dir, option)
    count = None if k == "auto" else int(k)
    files = ClusterFiles(source, target, report, model, row_id, label, money)
    with progress("Clustering", quiet=as_json) as announce:
        found = cluster_file(
            files,
            (algorithm, count, "nearest" if outliers == "nearest" else "segment"),
            announce,
        )
    if as_json:
        print_json(found.to_dict())
        return
    for line in report_lines(found):
        out.print(line, highlight=False)
