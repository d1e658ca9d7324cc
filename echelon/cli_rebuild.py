"""The command that makes a release again from what it was made of."""

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
from echelon.errors import EchelonError, ExitCode, Fault


def rebuild(
    release_id: str,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare every table's content hash.")
    ] = False,
    directory: Annotated[
        Path | None, typer.Option("--out", help="Data directory to keep it in.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a kept release again, from its deliveries and its policy, elsewhere."""
    from echelon.rebuild import rebuild as make_again

    if not verify and directory is None:
        hint = "--verify compares it, --out DIR keeps it"
        raise bad_option("nothing would come of it", "--verify, --out", hint)
    data_dir = load_settings().data_dir
    if directory is not None:
        check_outside(directory, data_dir)
        directory = directory.resolve()
    with progress("Rebuilding", quiet=as_json):
        made = make_again(data_dir, release_id, directory)
    is_equal = made.rebuilt_id == release_id and not made.different_tables
    if verify and not is_equal:
        what = ", ".join(made.different_tables[:3]) or f"its id, {made.rebuilt_id},"
        count = len(made.different_tables)
        message = f"{what} differs ({count} of {made.tables} tables)"
        fault = Fault(
            "rebuild_differs",
            message,
            rule="same inputs, same content",
            hint="`echelon verify` tells whether the release is what was published;"
            " --out DIR keeps what was made, to compare",
        )
        raise EchelonError(ExitCode.INTEGRITY, fault)
    if as_json:
        print_json({**made.to_dict(), "is_equal": is_equal})
        return
    if verify:
        out.print(f"{release_id}: {made.tables} tables have the same content hash")
    if made.directory:
        out.print(f"Kept in {made.directory}", soft_wrap=True)
