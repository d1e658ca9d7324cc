"""What did a route cost, and what did each of its stops bear of it?"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from echelon.costing.routes import Route, Split, stem_and_drop_split
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.reader import Row

STEM_DRIVERS = ("drop_count", "drop_km")
QUANTITIES = {
    "distance_km": "deliver distance_km of tms__stops",
    "stop_minutes": "deliver wait_minutes of tms__stops",
}


@dataclass(frozen=True)
class OwnAmounts:
    """What somebody says a route cost, where no published activity goes by drops.

    Attributes:
        stem: Cost of the way, in base currency.
        drop: Cost of the time at the stops, in base currency.
        stem_by: ``stop`` for equal parts of the stem, ``distance`` for parts by it.
    """

    stem: Decimal
    drop: Decimal
    stem_by: str = "stop"


@dataclass(frozen=True)
class ValuedRoute:
    """A route in whole cents, and a split of them over its stops.

    Attributes:
        route: The route.
        split: Cents by stop as fractions; they add up to the cost of the route.
        split_name: ``published``, or ``stem_by_stop`` and ``stem_by_distance``.
    """

    route: Route
    split: Split
    split_name: str


def valued_route(
    stops: list[Row], activities: list[Row], own: OwnAmounts | None = None
) -> ValuedRoute:
    """Value a route at the published rates, or at the amounts given.

    Args:
        stops: Its stops, as ``core.fct_stops`` has them.
        activities: Those that go by drops, as ``core.fct_cost_activities`` has them.
        own: Amounts instead of theirs.

    Returns:
        The route and its split.

    Raises:
        EchelonError: ``CONFIGURATION`` if a stop lacks what its part goes by, or has
            less than nothing of it.
    """
    if own:
        route = _route(stops, Fraction(own.stem) * 100, Fraction(own.drop) * 100)
        split = stem_and_drop_split(route, own.stem_by)
        return ValuedRoute(route, split, f"stem_by_{own.stem_by}")
    published = {row["stop_id"]: Fraction(0) for row in stops}
    stem, drop = Fraction(0), Fraction(0)
    for activity in activities:
        parts = _parts(stops, activity)
        published = {stop: published[stop] + part for stop, part in parts.items()}
        if activity["driver_code"] in STEM_DRIVERS:
            stem += sum(parts.values())
        else:
            drop += sum(parts.values())
    route = _route(stops, stem, drop)
    return ValuedRoute(route, _scaled(published, route), "published")


def refused(message: str, hint: str) -> EchelonError:
    """Say why a route cannot be audited."""
    fault = Fault("route_not_auditable", message, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)


def _parts(stops: list[Row], activity: Row) -> Split:
    """Value what each stop drove of an activity, in cents."""
    total = Fraction(activity["total_driver_qty"], 10**6)
    rate = Fraction(activity["allocatable_amount_base_ccy"]) * 100 / total
    counted = {
        "drop_count": dict.fromkeys((row["stop_id"] for row in stops), Fraction(1)),
        "drop_km": _known(stops, "distance_km"),
        "drop_minutes": _known(stops, "stop_minutes"),
    }[activity["driver_code"]]
    return {stop: rate * quantity for stop, quantity in counted.items()}


def _known(stops: list[Row], column: str) -> dict[str, Fraction]:
    return {row["stop_id"]: Fraction(row[column] or 0) for row in stops}


def _route(stops: list[Row], stem: Fraction, drop: Fraction) -> Route:
    """Make the route, unless a quantity is negative or a part has none to go by."""
    for column, part in (("distance_km", stem), ("stop_minutes", drop)):
        below = [row["stop_id"] for row in stops if (row[column] or 0) < 0]
        lacking = [row["stop_id"] for row in stops if row[column] is None]
        if below:
            raise refused(
                f"a negative {column} of stop {', '.join(below)}",
                f"{QUANTITIES[column]} without a sign; nobody is charged by such a one",
            )
        if part and (lacking or not any(row[column] for row in stops)):
            raise refused(
                f"no {column} of stop {', '.join(lacking or ['(all are zero)'])}",
                f"{QUANTITIES[column]}; no other cost of a part of a route can be"
                " said, as no coordinates land",
            )
    distances, minutes = _known(stops, "distance_km"), _known(stops, "stop_minutes")
    return Route(round(stem), round(drop), distances, minutes)


def _scaled(published: Split, route: Route) -> Split:
    """Let the parts of a route add up to its whole cents."""
    exact = sum(published.values())
    whole = route.stem_cents + route.drop_cents
    return {
        stop: part * whole / exact if exact else part
        for stop, part in published.items()
    }
