"""Service departments on published cases, and on any network hypothesis draws."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echelon.costing.services import (
    METHODS,
    ClosedServiceLoopError,
    ServiceUse,
    charge_services,
    largest_remainder,
)

# WE-08: three services, two producing departments, units of service used.
COSTS = {"S1": 92_400_00, "S2": 184_800_00, "S3": 138_600_00}
OWN = {"P1": 400_000_00, "P2": 500_000_00}
USED = {
    ("S1", "S2"): 1_000,
    ("S1", "S3"): 2_000,
    ("S1", "P1"): 4_000,
    ("S1", "P2"): 3_000,
    ("S2", "S1"): 2_000,
    ("S2", "S3"): 4_000,
    ("S2", "P1"): 10_000,
    ("S2", "P2"): 4_000,
    ("S3", "S1"): 4_500,
    ("S3", "P1"): 1_500,
    ("S3", "P2"): 9_000,
}


def uses(used):
    return [
        ServiceUse(source, target, Fraction(quantity))
        for (source, target), quantity in used.items()
    ]


def carried_by(charges, pool):
    return sum(carriers.get(pool, 0) for carriers in charges.values())


@pytest.mark.parametrize(
    ("method", "p1", "p2"),
    [
        ("direct", 604_600_00, 711_200_00),
        ("step_down", 573_360_00, 742_440_00),
        ("reciprocal", 593_500_00, 722_300_00),
    ],
)
def test_we_08_three_services(method, p1, p2):
    charges = charge_services(COSTS, uses(USED), method, ("S1", "S2", "S3"))
    assert OWN["P1"] + carried_by(charges, "P1") == p1
    assert OWN["P2"] + carried_by(charges, "P2") == p2


def test_we_05_two_services_that_serve_each_other():
    # Y = 7,260 + 0.3 Z and Z = 4,000 + 0.2 Y are 9,000 and 5,800; of them 0.8 Y and
    # 0.7 Z leave.
    used = {("Y", "Z"): 2, ("Y", "A"): 8, ("Z", "Y"): 3, ("Z", "B"): 7}
    charges = charge_services({"Y": 7_260_00, "Z": 4_000_00}, uses(used))
    assert carried_by(charges, "A") == 7_200_00
    assert carried_by(charges, "B") == 4_060_00


def test_we_08c_a_closed_loop_is_named():
    used = {("S1", "S2"): 1, ("S2", "S1"): 1, ("S3", "S1"): 1, ("S3", "P1"): 1}
    with pytest.raises(ClosedServiceLoopError, match="S1 -> S2 -> S1"):
        charge_services({"S1": 1}, uses(used))


def test_step_down_without_an_order_starts_with_the_larger_share_to_services():
    # S2 gives 2 of 4 to services, S1 1 of 4: S2 first, and S1 never gives back.
    used = {("S1", "S2"): 1, ("S1", "P"): 3, ("S2", "S1"): 2, ("S2", "Q"): 2}
    charges = charge_services({"S1": 0, "S2": 100}, uses(used), "step_down")
    assert charges["S2"] == {"P": 50, "Q": 50}


def test_a_service_nobody_used_carries_its_own_cost():
    assert charge_services({"S1": 7}, []) == {"S1": {"S1": 7}}


def test_use_of_itself_does_not_count():
    charges = charge_services({"S1": 9}, uses({("S1", "S1"): 90, ("S1", "P"): 1}))
    assert charges == {"S1": {"P": 9}}


@pytest.mark.parametrize(
    ("cents", "weights", "expected"),
    [
        (5, (70, 30), (4, 1)),
        (5, (30, 70), (2, 3)),
        (800, (1, 1, 1), (267, 267, 266)),
        (-1000, (1, 1, 1), (-334, -333, -333)),
    ],
    ids=["we_14_seventy_thirty", "we_14_thirty_seventy", "we_14_thirds", "we_17"],
)
def test_odd_cents_go_to_the_largest_remainders(cents, weights, expected):
    parts = {
        str(place): Fraction(weight, sum(weights))
        for place, weight in enumerate(weights)
    }
    assert tuple(largest_remainder(cents, parts).values()) == expected


SERVICES = ("S1", "S2", "S3", "S4")
EVERYBODY = (*SERVICES, "P1", "P2")
NETWORKS = st.dictionaries(
    st.tuples(st.sampled_from(SERVICES), st.sampled_from(EVERYBODY)),
    st.integers(min_value=0, max_value=1000),
)


def charged_or_looped(cents, used, method="reciprocal"):
    """Charge services; where one can reach nobody outside, return no charges."""
    try:
        return charge_services(cents, uses(used), method)
    except ClosedServiceLoopError as error:
        return {} if error.loop[0] == error.loop[-1] else None


@given(
    used=NETWORKS,
    cents=st.fixed_dictionaries(
        {pool: st.integers(min_value=-(10**16), max_value=10**16) for pool in SERVICES}
    ),
    method=st.sampled_from(METHODS),
)
def test_every_service_is_charged_to_the_cent_or_its_loop_is_named(used, cents, method):
    charges = charged_or_looped(cents, used, method)
    for pool, carriers in charges.items():
        assert sum(carriers.values()) == cents[pool]


@given(used=NETWORKS, cents=st.integers(min_value=10**6, max_value=10**12))
def test_a_service_is_worth_what_its_users_carry_of_it(used, cents):
    """Charge S1, and S1's direct users in its shares: the carriers are the same."""
    through = charged_or_looped({"S1": cents}, used).get("S1", {})
    direct = {t: q for (s, t), q in used.items() if s == "S1" != t and q}
    if not through or not direct:
        return
    total, expected = sum(direct.values()), dict.fromkeys(EVERYBODY, Fraction(0))
    for user, quantity in direct.items():
        part = Fraction(cents * quantity, total)
        carriers = charged_or_looped({user: 10**30}, used)
        for pool, amount in carriers.get(user, {user: 10**30}).items():
            expected[pool] += part * amount / 10**30
    for pool, amount in through.items():
        assert abs(amount - expected[pool]) <= 1
