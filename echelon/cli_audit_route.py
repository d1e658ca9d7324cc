"""The command that holds a route's published split against its Shapley value."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.table import Table

from echelon.cli_options import AsJson, bad_option, out, print_json
from echelon.config import load_settings
from echelon.route_audit import RouteAudit, audit_route

COLUMNS = {
    "stop_id": "Stop",
    "customer": "Customer",
    "distance_km": "Km",
    "stop_minutes": "Minutes",
    "published_amount": "Stem and drop",
    "shapley_amount": "Shapley",
    "sampled_half_width": "Sampled, +/-",
}
Amount = Annotated[str | None, typer.Option(help="Amount to split, in base currency.")]


def audit_route_command(
    shipment_id: Annotated[str, typer.Argument(help="The route: a shipment's id.")],
    stem: Amount = None,
    drop: Amount = None,
    seed: Annotated[int, typer.Option(help="Seed of sampled orders.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Split a route by Shapley beside its published split; say who may object."""
    if (stem is None) != (drop is None):
        raise bad_option("one of two amounts", "--stem", "give --stem and --drop")
    amounts = (
        (_money(stem, "--stem"), _money(drop, "--drop")) if stem and drop else None
    )
    audit = audit_route(load_settings().data_dir, shipment_id, amounts, seed)
    if as_json:
        print_json(audit.to_dict())
        return
    _print(audit)


def _money(text: str, option: str) -> Decimal:
    try:
        return Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise bad_option(
            f"{text!r} is no amount", option, "write it as 120.00"
        ) from None


def _print(audit: RouteAudit) -> None:
    title = (
        f"Route {audit.shipment_id}: stem {audit.stem_amount:,.2f}, drop"
        f" {audit.drop_amount:,.2f} (release {audit.release_id})"
    )
    shown = [name for name in COLUMNS if name in audit.stops[0]]
    table = Table(*(COLUMNS[name] for name in shown), title=title)
    for row in audit.stops:
        table.add_row(*(_text(row[name]) for name in shown))
    out.print(table)
    out.print(f"Cost function: {audit.cost_function}", markup=False)
    out.print(f"Checked by {audit.checked_by}", markup=False)
    for one in audit.objections:
        out.print(
            f"{', '.join(one['stops'])} may object to the {one['split']} split:"
            f" {one['excess_amount']:,.2f} more than alone",
            markup=False,
        )
    if not audit.objections and "sampled_half_width" not in audit.stops[0]:
        out.print("No stops would pay less alone: both splits are in the core")


def _text(value: object) -> str:
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}"
    return "" if value is None else str(value)
