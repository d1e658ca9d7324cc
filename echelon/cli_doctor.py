"""The command that says what is wrong with a data directory, and puts it right."""

from dataclasses import asdict
from typing import Annotated

import typer

from echelon.cli_options import AsJson, err, out, print_json, progress
from echelon.config import load_settings
from echelon.errors import ExitCode


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the repairs that lose nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Name what is wrong with releases, pointer, audit log, leftovers and landing."""
    from echelon.landing.manifest import unread
    from echelon.release.doctor import examine, unguarded

    settings = load_settings()
    with progress("Examining", quiet=as_json):
        findings = examine(settings.data_dir, repair)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    for finding in () if as_json else findings:
        out.print(finding.line(), highlight=False, soft_wrap=True)
    if not findings and not as_json:
        out.print("All is well.")
    for warning in unguarded():
        err.print(warning, highlight=False, soft_wrap=True)
    for label, why in unread(settings.landing_dir).items():
        err.print(f"NOT READ: {label} {why}", highlight=False, soft_wrap=True)
    if not all(finding.is_repaired for finding in findings):
        raise typer.Exit(int(ExitCode.INTEGRITY))
