"""The command by which a person puts a customer into a segment for a while."""

from dataclasses import asdict
from typing import Annotated

import typer

from echelon.cli_options import AsJson, check_date, print_json
from echelon.config import PROJECT_DIR, load_settings
from echelon.decisions.assignments import Override, request_overrides
from echelon.decisions.landing import decision_day


def override(
    customer: Annotated[str, typer.Argument(help="Customer id.")],
    segment: Annotated[str, typer.Argument(help="Segment code, such as S01.")],
    until: Annotated[str, typer.Option(help="YYYY-MM-DD, first day it is over.")],
    requested_by: Annotated[str, typer.Option(help="Who asks for it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    on: Annotated[
        str | None,
        typer.Option(help="YYYY-MM-DD; as-of date of the release in force if left out"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a customer to be in a segment until a day, whatever the model says."""
    for option, day in (("--on", on), ("--until", until)):
        if day:
            check_date(day, option)
    data_dir = load_settings().data_dir
    decided_on = on or decision_day(data_dir)
    given = Override(
        customer_id=customer,
        segment_code=segment,
        valid_from=decided_on,
        valid_to=until,
        reason=reason,
        requested_by=requested_by,
        decided_on=decided_on,
    )
    change = request_overrides(data_dir, PROJECT_DIR, [given], "segment_overridden")
    if as_json:
        print_json({**asdict(given), "change_id": change})
    else:
        print(f"{customer} is in {segment} from {decided_on} until {until} once")
        print(f"somebody else agrees: echelon approve {change} --by NAME --reason TEXT")
