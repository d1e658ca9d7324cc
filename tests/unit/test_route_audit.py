"""The audit of a route: its split at published rates, and by Shapley."""

from decimal import Decimal

import duckdb
import pytest

from echelon.cli_audit_route import own_amounts
from echelon.costing.routes import shapley_of_route, stem_and_drop_split
from echelon.errors import EchelonError, ExitCode
from echelon.route_audit import activities_of, audited, checked_by_orders
from echelon.route_value import OwnAmounts, valued_route


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
    audit = audited("R1", "r", WE_67, valued_route(WE_67, rates), 0)
    assert (audit.stem_amount, audit.drop_amount) == (Decimal("120"), Decimal("180"))
    assert amounts_of(audit, "published") == ["130.00", "85.00", "85.00"]
    assert amounts_of(audit, "shapley") == ["103.34", "78.33", "118.33"]
    assert audit.checked_by == "all orders of joining, enumerated"
    assert audit.objections == []


def test_odd_cents_of_a_route_are_given_out_once():
    rates = [activity("drop_km", "0.10", 3), activity("drop_minutes", "0.10", 3)]
    stops = [stop("a", 1, 1), stop("b", 1, 1), stop("c", 1, 1)]
    audit = audited("R1", "r", stops, valued_route(stops, rates), 0)
    for split in ("published", "shapley"):
        assert sum(Decimal(one) for one in amounts_of(audit, split)) == Decimal("0.20")


def test_a_near_stop_that_pays_more_than_alone_is_named():
    """Alone a needs 5 of 30 km: 20.00 of 120.00, and pays half of it."""
    stops = [stop("a", 5, None), stop("b", 30, None)]
    valued = valued_route(stops, [], OwnAmounts(Decimal("120.00"), Decimal(0)))
    audit = audited("R1", "r", stops, valued, 0)
    assert audit.objections == [
        {"split": "stem_by_stop", "stops": ["a"], "excess_amount": Decimal("40.00")}
    ]
    assert amounts_of(audit, "shapley") == ["10.00", "110.00"]


def test_a_long_route_is_held_against_sampled_orders():
    stops = [stop(f"s{number:02}", number + 1, 2) for number in range(12)]
    valued = valued_route(stops, [], OwnAmounts(Decimal("100.00"), Decimal("24.00")))
    audit = audited("R1", "r", stops, valued, 7)
    assert "2,000 orders of joining (seed 7)" in audit.checked_by
    assert all(row["sampled_half_width"] < 2 for row in audit.stops)
    assert sum(Decimal(one) for one in amounts_of(audit, "shapley")) == Decimal(
        "124.00"
    )


@pytest.mark.parametrize("count", [3, 12], ids=["enumerated", "sampled"])
def test_a_split_that_is_not_the_shapley_value_is_told(count):
    """Equal parts of the stem: the farthest of 12 stops bears 8.33 instead of 25.86."""
    stops = [stop(f"s{number:02}", number + 1, 2) for number in range(count)]
    own = OwnAmounts(Decimal("100.00"), Decimal("24.00"))
    route = valued_route(stops, [], own).route
    checked_by_orders(route, shapley_of_route(route), 7)
    with pytest.raises(EchelonError, match="not the Shapley value") as caught:
        checked_by_orders(route, stem_and_drop_split(route), 7)
    assert caught.value.exit_code == ExitCode.INTEGRITY


def test_own_amounts_are_split_by_stop_or_by_distance_and_called_so():
    """Of 120.00 over 10, 20 and 30 km: 40.00 each, or 20.00, 40.00 and 60.00."""
    for rule, expected in (
        ("stop", ["130.00", "85.00", "85.00"]),
        ("distance", ["110.00", "85.00", "105.00"]),
    ):
        own = own_amounts("120", "180", rule)
        audit = audited("R1", "r", WE_67, valued_route(WE_67, [], own), 0)
        assert amounts_of(audit, f"stem_by_{rule}") == expected
        assert "published_amount" not in audit.stops[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("", "1", None), "--stem: '' is no amount"),
        (("NaN", "1", None), "--stem: 'NaN' is no amount"),
        (("1", "-Infinity", None), "--drop: '-Infinity' is no amount"),
        (("1", None, None), "--stem: one of two amounts"),
        ((None, "", None), "--stem: one of two amounts"),
        (("1", "1", "km"), "--stem-by: 'km' is no rule"),
        ((None, None, "stop"), "--stem-by: a rule without amounts"),
    ],
    ids=["empty", "NaN", "infinite", "no drop", "no stem", "rule", "no amounts"],
)
def test_amounts_that_are_none_are_refused(options, message):
    with pytest.raises(EchelonError, match=message) as caught:
        own_amounts(*options)
    assert caught.value.fault.code == "bad_option"


def test_a_route_charged_in_several_entities_is_refused():
    stop = {"entity_code": None, "fiscal_period": None}
    with (
        duckdb.connect() as release,
        pytest.raises(EchelonError, match="no one entity bears the route"),
    ):
        activities_of(release, stop)


@pytest.mark.parametrize(
    ("stops", "message"),
    [
        ([stop("a", None, 1), stop("b", 3, 1)], "no distance_km of stop a"),
        ([stop("a", 1, None), stop("b", 3, 1)], "no stop_minutes of stop a"),
        ([stop("a", 0, 1), stop("b", 0, 1)], "no distance_km of stop \\(all are zero"),
        ([stop("a", 1, -1), stop("b", 0, 1)], "a negative stop_minutes of stop a"),
    ],
    ids=["distance", "minutes", "zero", "negative"],
)
def test_a_stop_that_lacks_what_its_part_goes_by_is_named(stops, message):
    with pytest.raises(EchelonError, match=message):
        valued_route(stops, [], OwnAmounts(Decimal(1), Decimal(1)))
