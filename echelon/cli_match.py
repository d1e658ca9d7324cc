"""The command that matches the rows of any list of customers."""

from pathlib import Path
from typing import Annotated

import typer

from echelon.cli_options import AsJson, check_outside, out, print_json, progress
from echelon.config import load_settings


def match(
    source: Annotated[Path, typer.Option("--input", help="CSV or Parquet.")],
    target: Annotated[Path, typer.Option("--out", help="CSV or Parquet.")],
    settings: Annotated[
        Path | None, typer.Option(help="matching/customers.yml if left out.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="Write the evidence and the review queue.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Weights: reused if there, else written.")
    ] = None,
    truth: Annotated[
        str | None, typer.Option(help="Column with the true entity: print scores.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which rows of a list are the same customer (docs/identity.md)."""
    from echelon.identity.files import MatchFiles, match_file, report_lines
    from echelon.identity.settings import SHIPPED_SETTINGS

    data_dir = load_settings().data_dir
    for option, file in (("--out", target), ("--pairs", pairs), ("--model", model)):
        if file is not None and not (option == "--model" and file.exists()):
            check_outside(file, data_dir, option)
    chosen = settings or SHIPPED_SETTINGS
    files = MatchFiles(source, chosen, target, pairs, model, truth)
    with progress("Matching", quiet=as_json) as announce:
        report = match_file(files, announce)
    if as_json:
        print_json(report.to_dict())
        return
    for line in report_lines(report):
        out.print(line, highlight=False)
