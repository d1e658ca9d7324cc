"""What does a route's published split charge each stop, and what would Shapley?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from echelon.costing.routes import (
    EXACT_LIMIT,
    Route,
    Split,
    objections,
    published_split,
    shapley_exact,
    shapley_of_route,
    shapley_sampled,
    stem_and_drop_cost,
)
from echelon.costing.services import largest_remainder
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.store import Row, open_database, read_rows, release_in_force

STEM_DRIVERS = ("drop_count", "drop_km")
DROP_DRIVER = "drop_minutes"
STOPS = """
    select
        stops.stop_id, stops.entity_code, stops.fiscal_period, stops.distance_km,
        stops.stop_minutes, stops.destination_id, customers.customer_name
    from core.fct_stops as stops
    left join core.dim_customers as customers using (customer_id)
    where stops.shipment_id = $shipment
    order by stops.stop_sequence, stops.stop_id
"""
ACTIVITIES = """
    select
        cost_pool_code, activity_code, driver_code, total_driver_qty,
        allocatable_amount_base_ccy
    from core.fct_cost_activities
    where
        entity_code = $entity and fiscal_period = $period
        and driver_code in ('drop_count', 'drop_km', 'drop_minutes')
        and total_driver_qty > 0
    order by all
"""
COST_FUNCTION = (
    "C(S) = stem x km of the farthest stop of S / km of the farthest of all"
    " + drop x minutes at the stops of S / minutes at all"
)


@dataclass(frozen=True)
class RouteAudit:
    """A route's split as published and by Shapley.

    Attributes:
        shipment_id: The route.
        release_id: Release it was read from.
        stem_amount: Cost of the way, in base currency.
        drop_amount: Cost of the time at the stops, in base currency.
        cost_function: What serving some of the stops alone costs.
        checked_by: How the closed form was checked.
        stops: One row per stop: what is known of it and what it pays.
        objections: Stops that together pay more than alone, by split.
    """

    shipment_id: str
    release_id: str
    stem_amount: Decimal
    drop_amount: Decimal
    cost_function: str
    checked_by: str
    stops: list[Row]
    objections: list[Row]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def audit_route(
    data_dir: Path,
    shipment_id: str,
    amounts: tuple[Decimal, Decimal] | None = None,
    seed: int = 0,
) -> RouteAudit:
    """Split a route by Shapley beside its published split.

    Args:
        data_dir: Directory of everything a run writes.
        shipment_id: The route: a shipment with stops.
        amounts: Stem and drop to split instead of the published ones, base currency.
        seed: Seed of the sampled orders, for routes too long to enumerate.

    Returns:
        The audit; both splits add up to the route's cents.

    Raises:
        EchelonError: ``CONFIGURATION`` if the release has no such stops, a stop lacks
            what the cost function needs, or no published activity goes by drops.
    """
    release = release_in_force(data_dir)
    with open_database(release.database) as connection:
        stops = read_rows(connection, STOPS, {"shipment": shipment_id})
        if not stops:
            raise _refused(
                f"no stop of shipment {shipment_id!r}",
                "deliver tms__stops, and name a shipment of core.fct_stops",
            )
        activities = [] if amounts else _activities(connection, stops[0])
    valued = valued_route(stops, activities, amounts)
    return audited(shipment_id, release.release_id, stops, valued, seed)


def audited(
    shipment_id: str,
    release_id: str,
    stops: list[Row],
    valued: tuple[Route, Split],
    seed: int,
) -> RouteAudit:
    """Lay the published split of a valued route beside its Shapley value.

    Args:
        shipment_id: The route.
        release_id: Release it was read from.
        stops: Its stops, as ``core.fct_stops`` has them.
        valued: The route and its published split.
        seed: Seed of the sampled orders, for routes too long to enumerate.

    Returns:
        The audit; both splits add up to the route's cents.

    Raises:
        EchelonError: ``INTEGRITY`` if the closed form is not what enumeration gives.
    """
    route, published = valued
    splits = {"published": published, "shapley": shapley_of_route(route)}
    checked_by, spread = _checked(route, splits["shapley"], seed)
    cents = {name: _cents(split) for name, split in splits.items()}
    rows = [
        {
            "stop_id": row["stop_id"],
            "customer": row["customer_name"] or row["destination_id"],
            "distance_km": row["distance_km"],
            "stop_minutes": row["stop_minutes"],
            "published_amount": _amount(cents["published"][row["stop_id"]]),
            "shapley_amount": _amount(cents["shapley"][row["stop_id"]]),
            **({"sampled_half_width": spread[row["stop_id"]]} if spread else {}),
        }
        for row in stops
    ]
    return RouteAudit(
        shipment_id,
        release_id,
        _amount(route.stem_cents),
        _amount(route.drop_cents),
        COST_FUNCTION,
        checked_by,
        rows,
        _objections(route, splits),
    )


def _activities(connection: duckdb.DuckDBPyConnection, stop: Row) -> list[Row]:
    place = {"entity": stop["entity_code"], "period": stop["fiscal_period"]}
    activities = read_rows(connection, ACTIVITIES, place)
    if not activities:
        raise _refused(
            "no activity goes by drop_count, drop_km or drop_minutes in entity"
            f" {stop['entity_code']}, period {stop['fiscal_period']}",
            "add such rows to policy_activity_drivers, or give --stem and --drop",
        )
    return activities


def valued_route(
    stops: list[Row], activities: list[Row], amounts: tuple[Decimal, Decimal] | None
) -> tuple[Route, Split]:
    """Value a route at the published rates, or at the amounts given.

    Args:
        stops: Its stops, as ``core.fct_stops`` has them.
        activities: Those that go by drops, as ``core.fct_cost_activities`` has them.
        amounts: Stem and drop instead of theirs, in base currency.

    Returns:
        The route in whole cents, and its published split.

    Raises:
        EchelonError: ``CONFIGURATION`` if a stop lacks what its part goes by.
    """
    quantities = {
        row["stop_id"]: {
            "drop_count": Fraction(1),
            "drop_km": Fraction(row["distance_km"] or 0),
            "drop_minutes": Fraction(row["stop_minutes"] or 0),
        }
        for row in stops
    }
    published = dict.fromkeys(quantities, Fraction(0))
    parts = {True: Fraction(0), False: Fraction(0)}
    for activity in activities:
        driver = activity["driver_code"]
        total = Fraction(activity["total_driver_qty"], 10**6)
        rate = Fraction(activity["allocatable_amount_base_ccy"]) * 100 / total
        for stop, counted in quantities.items():
            published[stop] += rate * counted[driver]
            parts[driver in STEM_DRIVERS] += rate * counted[driver]
    if amounts:
        parts = {True: Fraction(amounts[0]) * 100, False: Fraction(amounts[1]) * 100}
    _refuse_unknown(stops, parts)
    route = Route(
        round(parts[True]),
        round(parts[False]),
        {stop: counted["drop_km"] for stop, counted in quantities.items()},
        {stop: counted["drop_minutes"] for stop, counted in quantities.items()},
    )
    return route, published_split(route) if amounts else _scaled(published, route)


def _scaled(published: Split, route: Route) -> Split:
    """Let the parts of a route add up to its whole cents."""
    exact = sum(published.values())
    whole = route.stem_cents + route.drop_cents
    return {
        stop: part * whole / exact if exact else part
        for stop, part in published.items()
    }


def _refuse_unknown(stops: list[Row], parts: Mapping[bool, Fraction]) -> None:
    """Refuse a stop that lacks what its part of the cost goes by."""
    for is_stem, column in ((True, "distance_km"), (False, "stop_minutes")):
        lacking = [row["stop_id"] for row in stops if row[column] is None]
        if parts[is_stem] and (lacking or not any(row[column] for row in stops)):
            raise _refused(
                f"no {column} of stop {', '.join(lacking or ['(all are zero)'])}",
                "deliver distance_km and wait_minutes of tms__stops; no other cost of"
                " a part of a route can be said, as no coordinates land",
            )


def _checked(route: Route, shapley: Split, seed: int) -> tuple[str, dict[str, float]]:
    """Hold the closed form against all orders of joining, or against a sample."""
    cost, stops = stem_and_drop_cost(route), sorted(route.minutes)
    if len(stops) <= EXACT_LIMIT:
        if shapley_exact(stops, cost) != shapley:
            raise EchelonError(
                ExitCode.INTEGRITY,
                Fault("shapley_differs", "the closed form is not the Shapley value"),
            )
        return "all orders of joining, enumerated", {}
    sampled = shapley_sampled(stops, cost, seed)
    spread = {stop: one.half_width / 100 for stop, one in sampled.items()}
    inside = sum(
        abs(float(one.share - shapley[stop])) <= one.half_width
        for stop, one in sampled.items()
    )
    return (
        f"2,000 orders of joining (seed {seed}): {inside} of {len(stops)} stops within"
        " the 95 % interval of the sample",
        spread,
    )


def _objections(route: Route, splits: Mapping[str, Split]) -> list[Row]:
    stops = sorted(route.minutes)
    if len(stops) > EXACT_LIMIT:
        return []
    cost = stem_and_drop_cost(route)
    return [
        {"split": name, "stops": list(one.stops), "excess_amount": _amount(one.excess)}
        for name, split in splits.items()
        for one in objections(stops, cost, split)
    ]


def _cents(split: Split) -> dict[str, int]:
    total = sum(split.values(), Fraction(0))
    if not total:
        return dict.fromkeys(split, 0)
    return largest_remainder(
        int(total), {stop: part / total for stop, part in split.items()}
    )


def _amount(cents: Fraction | int) -> Decimal:
    return Decimal(round(cents)).scaleb(-2)


def _refused(message: str, hint: str) -> EchelonError:
    fault = Fault("route_not_auditable", message, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)
