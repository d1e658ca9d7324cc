"""The command that prints what finance signs at the close of a period."""

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


def reconcile(
    period: Annotated[
        str | None,
        typer.Option(
            help="Fiscal period, such as 2025-11; the last closed if left out."
        ),
    ] = None,
    release_id: Annotated[
        str | None, typer.Option("--release", help="A kept release; that in force.")
    ] = None,
    directory: Annotated[
        Path, typer.Option("--out", help="Directory the files are written to.")
    ] = Path("."),
    as_json: AsJson = False,
) -> None:
    """Print a period's reconciliation for signature: HTML and XLSX (docs/close.md)."""
    # The picture's library takes a second to import.
    from echelon.reconciliation.pack import write_pack
    from echelon.reconciliation.report import released_of
    from echelon.release.store import find_release, release_in_force

    data_dir = load_settings().data_dir
    check_outside(directory, data_dir)
    release = find_release(data_dir, release_id) if release_id else None
    release = release or release_in_force(data_dir)
    with progress("Reconciling", quiet=as_json):
        files = write_pack(released_of(data_dir, release), directory, period)
    if not files:
        hint = "name a fiscal period"
        raise bad_option("no period is closed", "--period", hint, "no_closed_period")
    if as_json:
        print_json({"release_id": release.release_id, "files": [str(f) for f in files]})
        return
    for file in files:
        out.print(str(file), highlight=False, soft_wrap=True)
