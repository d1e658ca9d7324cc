"""The audit of a route: its split at published rates, and by Shapley."""

from decimal import Decimal

import pytest

from echelon.errors import EchelonError
from echelon.route_audit import audited, valued_route


def stop(name, km, minutes):
    return {
        "stop_id": name,
        "customer_name": f"customer {name}",
        "destination_id": name,
        "distance_km": None if km is None else Decimal(km),
        "stop_minutes": None if minutes is None else Decimal(minutes),
    }


def activity(driver, amount, units):
    return {
        "driver_code": driver,
        "allocatable_amount_base_ccy": Decimal(amount),
        "total_driver_qty": units * 10**6,
    }


WE_67 = [stop("a", 10, 30), stop("b", 20, 15), stop("c", 30, 15)]


def amounts_of(audit, split):
    return [str(row[f"{split}_amount"]) for row in audit.stops]


def test_we_67_at_published_rates_is_stem_by_drop_and_drop_by_minutes():
    """4,000.00 for 100 drops are 40.00 each, 3,000.00 for 1,000 minutes 3.00 each."""
    rates = [
        activity("drop_count", "4000", 100),
        activity("drop_minutes", "3000", 1_000),
    ]
    audit = audited("R1", "r", WE_67, valued_route(WE_67, rates, None), 0)
    assert (audit.stem_amount, audit.drop_amount) == (Decimal("120"), Decimal("180"))
    assert amounts_of(audit, "published") == ["130.00", "85.00", "85.00"]
    assert amounts_of(audit, "shapley") == ["103.34", "78.33", "118.33"]
    assert audit.checked_by == "all orders of joining, enumerated"
    assert audit.objections == []


def test_odd_cents_of_a_route_are_given_out_once():
    rates = [activity("drop_km", "0.10", 3), activity("drop_minutes", "0.10", 3)]
    stops = [stop("a", 1, 1), stop("b", 1, 1), stop("c", 1, 1)]
    audit = audited("R1", "r", stops, valued_route(stops, rates, None), 0)
    for split in ("published", "shapley"):
        assert sum(Decimal(one) for one in amounts_of(audit, split)) == Decimal("0.20")


def test_a_near_stop_that_pays_more_than_alone_is_named():
    """Alone a needs 5 of 30 km: 20.00 of 120.00, and pays half of it."""
    stops = [stop("a", 5, None), stop("b", 30, None)]
    valued = valued_route(stops, [], (Decimal("120.00"), Decimal(0)))
    audit = audited("R1", "r", stops, valued, 0)
    assert audit.objections == [
        {"split": "published", "stops": ["a"], "excess_amount": Decimal("40.00")}
    ]
    assert amounts_of(audit, "shapley") == ["10.00", "110.00"]


def test_a_long_route_is_held_against_sampled_orders():
    stops = [stop(f"s{number:02}", number + 1, 2) for number in range(12)]
    valued = valued_route(stops, [], (Decimal("100.00"), Decimal("24.00")))
    audit = audited("R1", "r", stops, valued, 7)
    assert "2,000 orders of joining (seed 7)" in audit.checked_by
    assert all(row["sampled_half_width"] < 2 for row in audit.stops)
    assert sum(Decimal(one) for one in amounts_of(audit, "shapley")) == Decimal(
        "124.00"
    )


@pytest.mark.parametrize(
    ("stops", "message"),
    [
        ([stop("a", None, 1), stop("b", 3, 1)], "no distance_km of stop a"),
        ([stop("a", 1, None), stop("b", 3, 1)], "no stop_minutes of stop a"),
        ([stop("a", 0, 1), stop("b", 0, 1)], "no distance_km of stop \\(all are zero"),
    ],
    ids=["distance", "minutes", "zero"],
)
def test_a_stop_that_lacks_what_its_part_goes_by_is_named(stops, message):
    with pytest.raises(EchelonError, match=message):
        valued_route(stops, [], (Decimal(1), Decimal(1)))
