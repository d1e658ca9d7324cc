"""What does the split of a route charge each stop, and what would Shapley?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb

from echelon.costing.routes import (
    EXACT_LIMIT,
    PERMUTATIONS,
    Route,
    Split,
    objections,
    shapley_exact,
    shapley_of_route,
    shapley_sampled,
    stem_and_drop_cost,
)
from echelon.costing.services import largest_remainder
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.reader import Row, open_database, read_rows
from echelon.release.store import release_in_force
from echelon.route_value import OwnAmounts, ValuedRoute, refused, valued_route

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
    """A route's split, as published or by a rule, and by Shapley.

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
    own: OwnAmounts | None = None,
    seed: int = 0,
) -> RouteAudit:
    """Split a route by Shapley beside its published split, or a split by a rule.

    Args:
        data_dir: Directory of everything a run writes.
        shipment_id: The route: a shipment with stops.
        own: Amounts to split by a rule instead of the published ones.
        seed: Seed of the sampled orders, for routes too long to enumerate.

    Returns:
        The audit; both splits add up to the route's cents.

    Raises:
        EchelonError: ``CONFIGURATION`` if the release has no such stops, a stop lacks
            what the cost function needs, the route is charged in several entities,
            or no published activity goes by drops.
    """
    release = release_in_force(data_dir)
    with open_database(release.database) as connection:
        stops = read_rows(connection, STOPS, {"shipment": shipment_id})
        if not stops:
            raise refused(
                f"no stop of shipment {shipment_id!r}",
                "deliver tms__stops, and name a shipment of core.fct_stops",
            )
        activities = [] if own else activities_of(connection, stops[0])
    valued = valued_route(stops, activities, own)
    return audited(shipment_id, release.release_id, stops, valued, seed)


def audited(
    shipment_id: str,
    release_id: str,
    stops: list[Row],
    valued: ValuedRoute,
    seed: int,
) -> RouteAudit:
    """Lay the split of a valued route beside its Shapley value.

    Args:
        shipment_id: The route.
        release_id: Release it was read from.
        stops: Its stops, as ``core.fct_stops`` has them.
        valued: The route and its split.
        seed: Seed of the sampled orders, for routes too long to enumerate.

    Returns:
        The audit; both splits add up to the route's cents.

    Raises:
        EchelonError: ``INTEGRITY`` if the closed form is not what the orders give.
    """
    route = valued.route
    splits = {valued.split_name: valued.split, "shapley": shapley_of_route(route)}
    checked_by, spread = checked_by_orders(route, splits["shapley"], seed)
    return RouteAudit(
        shipment_id,
        release_id,
        _amount(route.stem_cents),
        _amount(route.drop_cents),
        COST_FUNCTION,
        checked_by,
        _rows(stops, splits, spread),
        _objections(route, splits),
    )


def _rows(
    stops: list[Row], splits: Mapping[str, Split], spread: Mapping[str, float]
) -> list[Row]:
    """Say of each stop what is known of it and what it pays by either split."""
    cents = {name: _cents(split) for name, split in splits.items()}
    return [
        {
            "stop_id": row["stop_id"],
            "customer": row["customer_name"] or row["destination_id"],
            "distance_km": row["distance_km"],
            "stop_minutes": row["stop_minutes"],
            **{
                f"{name}_amount": _amount(cents[name][row["stop_id"]]) for name in cents
            },
            **({"sampled_half_width": spread[row["stop_id"]]} if spread else {}),
        }
        for row in stops
    ]


def activities_of(connection: duckdb.DuckDBPyConnection, stop: Row) -> list[Row]:
    """Read the published activities that go by drops where a stop is charged.

    Args:
        connection: The release.
        stop: A stop of the route, as ``core.fct_stops`` has it.

    Returns:
        Those of its entity and period.

    Raises:
        EchelonError: ``CONFIGURATION`` if there are none, or several entities bear
            the route.
    """
    if stop["entity_code"] is None:
        raise refused(
            "no one entity bears the route: its shipment names none, and its lines"
            " are of several or of none",
            "deliver entity_code of tms__shipments, or give --stem and --drop",
        )
    place = {"entity": stop["entity_code"], "period": stop["fiscal_period"]}
    activities = read_rows(connection, ACTIVITIES, place)
    if not activities:
        raise refused(
            "no activity goes by drop_count, drop_km or drop_minutes in entity"
            f" {stop['entity_code']}, period {stop['fiscal_period']}",
            "add such rows to policy_activity_drivers, or give --stem and --drop",
        )
    return activities


def checked_by_orders(
    route: Route, shapley: Split, seed: int
) -> tuple[str, dict[str, float]]:
    """Hold the closed form against all orders of joining, or against a sample.

    A sample may miss a rare order whole, and then has no width: 1 % of the stem is left
    to it besides the five half-widths.

    Args:
        route: The route.
        shapley: Its Shapley value by the closed form, cents by stop.
        seed: Seed of the sampled orders, for routes too long to enumerate.

    Returns:
        How it was checked, and of a sample the half-width of each stop's 95 % interval,
        in base currency.

    Raises:
        EchelonError: ``INTEGRITY`` if the closed form is not what the orders give.
    """
    cost, stops = stem_and_drop_cost(route), sorted(route.minutes)
    if len(stops) <= EXACT_LIMIT:
        if shapley_exact(stops, cost) != shapley:
            raise _differs()
        return "all orders of joining, enumerated", {}
    sampled = shapley_sampled(stops, cost, seed)
    off = {stop: abs(float(sampled[stop].share - shapley[stop])) for stop in stops}
    width = {stop: one.half_width for stop, one in sampled.items()}
    if any(off[stop] > 5 * width[stop] + abs(route.stem_cents) / 100 for stop in stops):
        raise _differs()
    inside = sum(off[stop] <= width[stop] for stop in stops)
    return (
        f"{PERMUTATIONS:,} orders of joining (seed {seed}): {inside} of {len(stops)}"
        " stops within the 95 % interval of the sample",
        {stop: width[stop] / 100 for stop in stops},
    )


def _differs() -> EchelonError:
    fault = Fault(
        "shapley_differs",
        "the closed form is not the Shapley value",
        rule="a stop bears its Shapley value of the route's cost",
        hint="believe no split of this route: report the route and its policy, which"
        " this command repeats the audit from",
    )
    return EchelonError(ExitCode.INTEGRITY, fault)


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
