"""The commands by which an assignment is disputed and the dispute decided."""

from typing import Annotated

import typer

from echelon.cli_options import AsJson, check_date, print_json
from echelon.config import PROJECT_DIR, load_settings
from echelon.decisions.assignments import Override
from echelon.decisions.disputes import (
    DisputeEvent,
    decide_dispute,
    dispute_of,
    open_dispute,
)
from echelon.decisions.landing import decision_day, refused

dispute = typer.Typer(
    help="Dispute a customer's segment, and decide the dispute.", no_args_is_help=True
)
On = Annotated[
    str | None,
    typer.Option(help="YYYY-MM-DD; as-of date of the release in force if left out."),
]


@dispute.command("open")
def open_(
    customer: Annotated[str, typer.Argument(help="Customer id.")],
    segment: Annotated[str, typer.Argument(help="Segment it should not be in.")],
    claim: Annotated[str, typer.Option(help="What is wrong.")],
    evidence: Annotated[str, typer.Option(help="What the claim rests on.")],
    by: Annotated[str, typer.Option(help="Who claims it.")],
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Open a dispute; it must be answered within the deadline of the policy."""
    data_dir = load_settings().data_dir
    event = DisputeEvent("", "opened", customer, segment, claim, evidence, by, _day(on))
    dispute_id = open_dispute(data_dir, PROJECT_DIR, event)
    if as_json:
        print_json({"dispute_id": dispute_id, "opened_on": event.event_on})
    else:
        print(f"Dispute {dispute_id} is open since {event.event_on}.")


@dispute.command("decide")
def decide_(
    dispute_id: Annotated[str, typer.Argument(help="As `dispute open` printed it.")],
    outcome: Annotated[str, typer.Argument(help="upheld, rejected, withdrawn")],
    by: Annotated[str, typer.Option(help="Who decides, none of the parties.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    to: Annotated[
        str | None, typer.Option(help="If upheld: the segment it belongs in.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="If upheld: YYYY-MM-DD, end of the override.")
    ] = None,
    on: On = None,
    as_json: AsJson = False,
) -> None:
    """Answer a dispute; an upheld one lands with the override that carries it out."""
    data_dir = load_settings().data_dir
    day = _day(on)
    event = DisputeEvent(dispute_id, outcome, "", "", reason, "", by, day)
    remedy = None
    if outcome == "upheld":
        if to is None or until is None:
            raise refused(
                "an upheld dispute needs a remedy",
                "give --to SEGMENT and --until YYYY-MM-DD",
                "docs/assignment_lifecycle.md",
            )
        check_date(until, "--until")
        opening = dispute_of(data_dir, PROJECT_DIR, dispute_id)
        remedy = Override(
            customer_id=opening["customer_id"],
            segment_code=to,
            valid_from=day,
            valid_to=until,
            reason=f"dispute {dispute_id} upheld: {reason}",
            requested_by=opening["event_by"],
            approved_by=by,
            decided_on=day,
        )
    path = decide_dispute(data_dir, PROJECT_DIR, event, remedy)
    if as_json:
        print_json({"dispute_id": dispute_id, "delivery": str(path)})
    else:
        print(f"Landed in {path}.\nDispute {dispute_id}: {outcome}.")


def _day(on: str | None) -> str:
    if on is not None:
        check_date(on, "--on")
    return on or decision_day(load_settings().data_dir)
