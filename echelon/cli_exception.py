"""The command by which one order is served as another segment."""

from dataclasses import asdict
from typing import Annotated

import typer

from echelon.cli_options import AsJson, check_date, print_json
from echelon.config import PROJECT_DIR, load_settings
from echelon.decisions.assignments import OrderException, request_exception
from echelon.decisions.landing import decision_day


def except_(
    order: Annotated[str, typer.Argument(help="Order id.")],
    segment: Annotated[str, typer.Argument(help="Segment whose service it gets.")],
    path: Annotated[
        str, typer.Option(help="urgent, seasonal, between_segments (policy)")
    ],
    requested_by: Annotated[str, typer.Option(help="Who asks for it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    on: Annotated[
        str | None,
        typer.Option(help="YYYY-MM-DD; as-of date of the release in force if left out"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for one order to be served as another segment; decided before it leaves."""
    if on is not None:
        check_date(on, "--on")
    data_dir = load_settings().data_dir
    given = OrderException(
        order_id=order,
        served_as_segment_code=segment,
        reason_code=path,
        reason=reason,
        requested_by=requested_by,
        decided_on=on or decision_day(data_dir),
    )
    change = request_exception(data_dir, PROJECT_DIR, given)
    if as_json:
        print_json({**asdict(given), "change_id": change})
    else:
        print(f"Order {order} is served as {segment} once its team agrees:")
        print(f"echelon approve {change} --by NAME --reason TEXT (or --refuse)")
