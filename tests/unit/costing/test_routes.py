"""Routes split by stem and drop and by Shapley: hand-worked, and on any route drawn."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echelon.costing.routes import (
    Objection,
    Route,
    objections,
    shapley_exact,
    shapley_of_route,
    shapley_sampled,
    stem_and_drop_cost,
    stem_and_drop_split,
)
from echelon.costing.services import largest_remainder

# WE-67 with distances: 300.00 of which 120.00 is the way out, 10, 20 and 30 km.
ROUTE = Route(
    120_00,
    180_00,
    {"a": Fraction(10), "b": Fraction(20), "c": Fraction(30)},
    {"a": Fraction(30), "b": Fraction(15), "c": Fraction(15)},
)


@st.composite
def routes(draw, max_stops=6, least_cents=-(10**6)):
    stops = [f"s{number}" for number in range(draw(st.integers(1, max_stops)))]
    lengths = st.integers(0, 500).map(lambda tenth: Fraction(tenth, 10))
    far = {stop: draw(lengths) for stop in stops}
    minutes = {stop: draw(lengths) for stop in stops}
    cents = st.integers(least_cents, 10**6)
    stem = draw(cents) if any(far.values()) else 0
    drop = draw(cents) if any(minutes.values()) else 0
    return Route(stem, drop, far, minutes)


def test_we_67_stem_by_stop_and_drop_by_minutes():
    assert stem_and_drop_split(ROUTE) == {"a": 130_00, "b": 85_00, "c": 85_00}


def test_stem_by_distance_gives_the_far_stop_half_of_it():
    assert stem_and_drop_split(ROUTE, "distance") == {
        "a": 110_00,
        "b": 85_00,
        "c": 105_00,
    }


def test_by_shapley_each_stretch_is_shared_by_who_lies_beyond_it():
    """40.00 by three, 40.00 by two, 40.00 by c alone, and each its own minutes."""
    third = Fraction(40_00, 3)
    assert shapley_of_route(ROUTE) == {
        "a": third + 90_00,
        "b": third + 20_00 + 45_00,
        "c": third + 60_00 + 45_00,
    }


def test_the_near_stops_object_to_equal_parts_of_the_stem():
    """A pays 130.00 and costs 130.00 alone, a and b pay 215.00 and cost 215.00."""
    cost = stem_and_drop_cost(ROUTE)
    assert objections("abc", cost, stem_and_drop_split(ROUTE)) == []
    farther = Route(
        120_00,
        0,
        {"a": Fraction(5), "b": Fraction(30)},
        {"a": Fraction(1), "b": Fraction(1)},
    )
    assert objections(
        "ab", stem_and_drop_cost(farther), stem_and_drop_split(farther)
    ) == [Objection(("a",), Fraction(40_00))]


def test_a_cost_without_a_core_is_found():
    """Any two of three cost 10 and all three 18: equal thirds of 6 make two pay 12."""
    costs = {0: 0, 1: 10, 2: 10, 3: 18}
    split = shapley_exact("xyz", lambda coalition: Fraction(costs[len(coalition)]))
    assert split == {"x": 6, "y": 6, "z": 6}
    found = objections("xyz", lambda coalition: Fraction(costs[len(coalition)]), split)
    assert [one.stops for one in found] == [("x", "y"), ("x", "z"), ("y", "z")]
    assert {one.excess for one in found} == {2}


@given(routes())
@settings(max_examples=60)
def test_the_closed_form_is_the_average_over_all_orders(route):
    cost = stem_and_drop_cost(route)
    assert shapley_of_route(route) == shapley_exact(list(route.minutes), cost)


@given(routes(max_stops=30))
def test_every_split_is_the_cost_of_the_route_and_rounds_to_its_cents(route):
    total = route.stem_cents + route.drop_cents
    for split in (
        stem_and_drop_split(route),
        stem_and_drop_split(route, "distance"),
        shapley_of_route(route),
    ):
        assert sum(split.values()) == total
        if total:
            parts = {stop: share / total for stop, share in split.items()}
            assert sum(largest_remainder(total, parts).values()) == total


@given(routes(), st.randoms(use_true_random=False))
def test_stops_alike_pay_alike_and_whom_the_route_passes_for_nothing_pays_nothing(
    route, random
):
    twin = random.choice(sorted(route.minutes))
    grown = Route(
        route.stem_cents,
        route.drop_cents,
        {**route.distance_km, "twin": route.distance_km[twin], "dummy": Fraction(0)},
        {**route.minutes, "twin": route.minutes[twin], "dummy": Fraction(0)},
    )
    split = shapley_of_route(grown)
    assert split["twin"] == split[twin]
    assert split["dummy"] == 0


@given(routes(max_stops=5, least_cents=0))
@settings(max_examples=40)
def test_nobody_objects_to_the_shapley_value_of_a_way_out(route):
    cost = stem_and_drop_cost(route)
    assert objections(list(route.minutes), cost, shapley_of_route(route)) == []


def test_sampling_is_near_the_closed_form_and_the_same_for_a_seed():
    stops = [f"s{number:02}" for number in range(12)]
    route = Route(
        100_00,
        24_00,
        {stop: Fraction(number + 1) for number, stop in enumerate(stops)},
        dict.fromkeys(stops, Fraction(2)),
    )
    cost = stem_and_drop_cost(route)
    sampled = shapley_sampled(stops, cost, seed=7)
    assert sampled == shapley_sampled(stops, cost, seed=7)
    assert sum(one.share for one in sampled.values()) == 124_00
    exact = shapley_of_route(route)
    for stop, estimate in sampled.items():
        assert abs(float(estimate.share - exact[stop])) <= 2 * estimate.half_width


def test_more_stops_than_can_be_enumerated_are_refused():
    players = [str(number) for number in range(11)]
    with pytest.raises(ValueError, match="11 players; at most 10"):
        shapley_exact(players, lambda _: Fraction(0))
    with pytest.raises(ValueError, match="11 players; at most 10"):
        objections(players, lambda _: Fraction(0), {})


@pytest.mark.parametrize(
    ("stem", "drop", "far", "minutes", "message"),
    [
        (1, 0, {"a": Fraction(0)}, {"a": Fraction(1)}, "no stop has a distance"),
        (0, 1, {"a": Fraction(1)}, {"a": Fraction(0)}, "no stop has minutes"),
        (0, 0, {"a": Fraction(-1)}, {"a": Fraction(0)}, "negative"),
        (0, 0, {}, {}, "a route has stops"),
    ],
    ids=["stem", "drop", "negative", "empty"],
)
def test_a_route_whose_cost_cannot_be_said_is_refused(
    stem, drop, far, minutes, message
):
    with pytest.raises(ValueError, match=message):
        Route(stem, drop, far, minutes)
