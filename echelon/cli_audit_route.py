"""The command that holds the split of a route against its Shapley value."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from rich.table import Table

from echelon.cli_options import AsJson, bad_option, out, print_json
from echelon.config import load_settings
from echelon.costing.routes import STEM_RULES
from echelon.route_audit import RouteAudit, audit_route
from echelon.route_value import OwnAmounts

COLUMNS = {
    "stop_id": "Stop",
    "customer": "Customer",
    "distance_km": "Km",
    "stop_minutes": "Minutes",
    "published_amount": "Published",
    "stem_by_stop_amount": "Stem by stop",
    "stem_by_distance_amount": "Stem by km",
    "shapley_amount": "Shapley",
    "sampled_half_width": "Sampled, +/-",
}
Amount = Annotated[str | None, typer.Option(help="Amount to split, in base currency.")]


def audit_route_command(
    shipment_id: Annotated[str, typer.Argument(help="The route: a shipment's id.")],
    stem: Amount = None,
    drop: Amount = None,
    stem_by: Annotated[
        str | None, typer.Option(help="Split --stem by stop (default) or distance.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of sampled orders.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Split a route by Shapley beside its other split; say who may object."""
    own = own_amounts(stem, drop, stem_by)
    audit = audit_route(load_settings().data_dir, shipment_id, own, seed)
    if as_json:
        print_json(audit.to_dict())
        return
    _print(audit)


def own_amounts(
    stem: str | None, drop: str | None, stem_by: str | None
) -> OwnAmounts | None:
    """Read the amounts to split by a rule, None where the published ones are split.

    Args:
        stem: Cost of the way, in base currency, as typed.
        drop: Cost of the time at the stops, likewise.
        stem_by: Rule for the stem, ``stop`` if left out.

    Returns:
        The amounts to the cent, and the rule.

    Raises:
        EchelonError: ``CONFIGURATION`` if one is missing or none.
    """
    if stem is None and drop is None:
        if stem_by is not None:
            hint = "give --stem and --drop; what is published is split by policy"
            raise bad_option("a rule without amounts", "--stem-by", hint)
        return None
    if stem is None or drop is None:
        raise bad_option("one of two amounts", "--stem", "give --stem and --drop")
    if stem_by not in (None, *STEM_RULES):
        hint = f"give {' or '.join(STEM_RULES)}"
        raise bad_option(f"{stem_by!r} is no rule", "--stem-by", hint)
    rule = stem_by or STEM_RULES[0]
    return OwnAmounts(_money(stem, "--stem"), _money(drop, "--drop"), rule)


def _money(text: str, option: str) -> Decimal:
    try:
        amount = Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise bad_option(f"{text!r} is no amount", option, "write it as 120.00")
    return amount


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
    out.print(f"Cost function: {audit.cost_function}")
    out.print(f"Checked by {audit.checked_by}")
    for one in audit.objections:
        out.print(
            f"{', '.join(one['stops'])} may object to the {one['split']} split:"
            f" {one['excess_amount']:,.2f} more than alone",
        )
    if not audit.objections and "sampled_half_width" not in audit.stops[0]:
        out.print("No stops would pay less alone: both splits are in the core")


def _text(value: object) -> str:
    if isinstance(value, Decimal | float):
        return f"{value:,.2f}"
    return "" if value is None else str(value)
