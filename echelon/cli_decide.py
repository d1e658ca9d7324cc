"""The command by which a steward asks to join or part two identifiers."""

from dataclasses import asdict
from typing import Annotated

import typer

from echelon.cli_options import AsJson, check_date, print_json
from echelon.config import PROJECT_DIR, load_settings
from echelon.decisions.landing import decision_day
from echelon.identity.decide import Decision, parse_identifier, request_decision


def decide(
    decision: Annotated[str, typer.Argument(help="must-merge, never-merge, unmerge")],
    from_identifier: Annotated[str, typer.Argument(metavar="FROM", help="system:id")],
    to_identifier: Annotated[str, typer.Argument(metavar="TO", help="system:id")],
    requested_by: Annotated[str, typer.Option(help="Who asks for it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    on: Annotated[
        str | None,
        typer.Option(
            help="YYYY-MM-DD; as-of date of the release in force if left out."
        ),
    ] = None,
    until: Annotated[str, typer.Option(help="YYYY-MM-DD; for ever if left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """Ask that two identifiers be one customer, or never be."""
    for option, day in (("--on", on), ("--until", until)):
        if day:
            check_date(day, option)
    data_dir = load_settings().data_dir
    given = Decision(
        decision.replace("-", "_"),
        *parse_identifier(from_identifier),
        *parse_identifier(to_identifier),
        decided_on=on or decision_day(data_dir),
        reason=reason,
        valid_to=until,
    )
    change = request_decision(data_dir, PROJECT_DIR, given, requested_by)
    if as_json:
        print_json({**asdict(given), "change_id": change})
    else:
        print(f"It counts from {given.decided_on}: refreshes as of then or later heed")
        print("it once somebody else agrees:")
        print(f"echelon approve {change} --by NAME --reason TEXT")
