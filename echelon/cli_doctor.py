"""The command that says what is wrong with a data directory, and puts it right."""

from dataclasses import asdict
from typing import Annotated

import typer

from echelon.cli_options import AsJson, err, out, print_json, progress
from echelon.config import load_settings
from echelon.errors import ExitCode
from echelon.landing.manifest import unread
from echelon.release.doctor import Finding, examine, unguarded


def doctor(
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the repairs that lose nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Name what is wrong with releases, pointer, audit log, leftovers and landing."""
    settings = load_settings()
    with progress("Examining", quiet=as_json):
        findings = examine(settings.data_dir, repair)
        # Of a landing area that is not well, the findings say more.
        waiting = {} if findings else unread(settings.landing_dir)
    notes = [*unguarded(), *(f"NOT READ: {at} {why}" for at, why in waiting.items())]
    try:
        _print(findings, as_json)
        for note in notes:
            err.print(note, highlight=False, soft_wrap=True)
    finally:  # what was found stands, whether or not anybody reads it
        if not all(finding.is_repaired for finding in findings):
            raise typer.Exit(int(ExitCode.INTEGRITY))


def _print(findings: list[Finding], as_json: bool) -> None:
    if as_json:
        print_json([asdict(finding) for finding in findings])
        return
    for finding in findings:
        out.print(finding.line(), highlight=False, soft_wrap=True)
    if not findings:
        out.print("All is well.")
