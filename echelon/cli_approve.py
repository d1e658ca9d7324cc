"""The command by which a person agrees to what another, or the machine, proposes."""

from pathlib import Path
from typing import Annotated

import typer

from echelon.cli_options import AsJson, bad_option, check_date, print_json
from echelon.config import PROJECT_DIR, load_settings
from echelon.decisions.changes import Answer, answer_change
from echelon.decisions.landing import decision_day
from echelon.decisions.models import approve as land_approval


def approve(
    proposal: Annotated[
        str, typer.Argument(help="Change id, or model version of the held refresh.")
    ],
    by: Annotated[str, typer.Option(help="Who approves.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    refuse: Annotated[
        bool, typer.Option("--refuse", help="Say no to a change instead.")
    ] = False,
    on: Annotated[
        str | None,
        typer.Option(
            help="YYYY-MM-DD, of a model; as-of date of the release in force if left "
            "out"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Agree to a change that somebody else asked for, or to a fitted model."""
    if on is not None:
        check_date(on, "--on")
    data_dir = load_settings().data_dir
    path: Path | None
    if proposal.startswith("C-"):
        if on is not None:
            message = "a change counts from the day it was asked for with"
            raise bad_option(message, "--on", "leave it out")
        answer = Answer(proposal, by, reason, not refuse)
        path = answer_change(data_dir, PROJECT_DIR, answer)
    else:
        if refuse:
            message = "a model is refused by not approving it"
            hint = (
                "leave it be: the former stays in force; after a changed "
                "configuration, put the configuration back"
            )
            raise bad_option(message, "--refuse", hint)
        day = on or decision_day(data_dir)
        path = land_approval(data_dir, PROJECT_DIR, proposal, by, reason, day)
    if as_json:
        print_json({"proposal": proposal, "delivery": str(path or "")})
    elif path is None:
        print(f"{proposal} is refused; nothing lands.")
    else:
        print(f"Landed in {path}.\nThe next refresh heeds it.")
