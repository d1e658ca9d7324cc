"""The command by which a misclassification is put right."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from echelon.cli_options import AsJson, check_date, print_json
from echelon.config import PROJECT_DIR, load_settings
from echelon.decisions.assignments import Override, request_overrides
from echelon.decisions.corrections import Correction, customers_moved_by, preview
from echelon.decisions.landing import decision_day, refused


def reclassify(
    customer: Annotated[str | None, typer.Argument(help="Customer id.")] = None,
    release: Annotated[
        str | None, typer.Option(help="Every customer that this release moved.")
    ] = None,
    to: Annotated[
        str | None, typer.Option(help="Segment; the one before if left out.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="First day of the mistake (YYYY-MM-DD).")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="YYYY-MM-DD, first day the model decides again.")
    ] = None,
    requested_by: Annotated[str, typer.Option(help="Who asks for it.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Ask for it; without, only look.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a misclassification right; says first which orders and money it touched."""
    for option, day in (("--since", since), ("--until", until)):
        if day:
            check_date(day, option)
    data_dir = load_settings().data_dir
    if (customer is None) == (release is None):
        raise _refused("name a customer or a release", "one of the two")
    customers = [customer] if customer else customers_moved_by(data_dir, release or "")
    first_day = date.fromisoformat(since) if since else None
    corrections = [preview(data_dir, one, to, first_day) for one in customers]
    _show(corrections, as_json)
    if not confirm:
        if not as_json:
            print("Nothing was changed; --confirm asks for it.")
        return
    if until is None:
        raise _refused("a correction ends", "give --until YYYY-MM-DD")
    decided_on = decision_day(data_dir)
    overrides = [
        Override(
            customer_id=correction.customer_id,
            segment_code=correction.right_segment_code,
            valid_from=correction.valid_from.isoformat(),
            valid_to=until,
            reason=reason,
            requested_by=requested_by,
            decided_on=decided_on,
        )
        for correction in corrections
    ]
    event = "segment_corrected"
    change = request_overrides(data_dir, PROJECT_DIR, overrides, event)
    if as_json:
        print_json({"change_id": change})
    else:
        print(
            "The next refresh records it beside the mistake once somebody else agrees:"
        )
        print(f"echelon approve {change} --by NAME --reason TEXT")


def _show(corrections: list[Correction], as_json: bool) -> None:
    if as_json:
        print_json([asdict(correction) for correction in corrections])
        return
    for correction in corrections:
        print(
            f"{correction.customer_id}: {correction.wrong_segment_code} since "
            f"{correction.valid_from} should be {correction.right_segment_code}; "
            f"{len(correction.orders)} orders, net sales "
            f"{correction.net_sales_amount_base_ccy:,.2f}, cost to serve "
            f"{correction.cost_to_serve_amount_base_ccy:,.2f}"
        )
        for order in correction.orders:
            print(
                f"  {order.order_date}  {order.order_id}  as {order.segment_code}  "
                f"{order.net_sales_amount_base_ccy:,.2f}"
            )


def _refused(message: str, hint: str) -> Exception:
    return refused(message, hint, "docs/assignment_lifecycle.md")
