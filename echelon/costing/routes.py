"""What would each stop of a route pay by the Shapley value, and who could object?

The cost of serving some stops of a route is what is known of it: the way to the
farthest of them and the minutes spent at each (`stem_and_drop_cost`). With it the
Shapley value has a closed form; of any other cost it is computed over all coalitions or
sampled.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from random import Random

Coalition = frozenset[str]
Cost = Callable[[Coalition], Fraction]
Split = dict[str, Fraction]

EXACT_LIMIT = 10
PERMUTATIONS = 2_000
STEM_RULES = ("stop", "distance")
CONFIDENCE_SCORE = 1.959964  # two-sided, 95 %


@dataclass(frozen=True)
class Route:
    """What a route cost, and what is known of its stops.

    Attributes:
        stem_cents: Cost of the way from the depot and back, in cents.
        drop_cents: Cost of the time at the stops, in cents.
        distance_km: Distance of each stop from the depot, by stop.
        minutes: Minutes spent at each stop, by stop.
    """

    stem_cents: int
    drop_cents: int
    distance_km: Mapping[str, Fraction]
    minutes: Mapping[str, Fraction]

    def __post_init__(self) -> None:
        """Refuse a route whose cost cannot be said of some of its stops."""
        if not self.minutes or set(self.distance_km) != set(self.minutes):
            raise ValueError("a route has stops, each with a distance and minutes")
        if any(one < 0 for one in (*self.distance_km.values(), *self.minutes.values())):
            raise ValueError("a distance or a number of minutes is negative")
        if self.stem_cents and not max(self.distance_km.values()):
            raise ValueError("no stop has a distance to share the stem by")
        if self.drop_cents and not sum(self.minutes.values()):
            raise ValueError("no stop has minutes to share the drops by")


@dataclass(frozen=True)
class Estimate:
    """A sampled share.

    Attributes:
        share: Mean over the permutations, in the unit of the cost.
        half_width: Half the width of its 95 % confidence interval.
    """

    share: Fraction
    half_width: float


@dataclass(frozen=True)
class Objection:
    """A coalition that pays more than being served alone would cost.

    Attributes:
        stops: Its stops.
        excess: What it pays above its own cost.
    """

    stops: tuple[str, ...]
    excess: Fraction


def stem_and_drop_cost(route: Route) -> Cost:
    """Say what serving some stops alone costs: the line game and the minutes.

    ``C(S) = stem * max(km in S) / max(km) + drop * minutes in S / minutes``. The stops
    lie on one way out, as if the vehicle passed the near ones: no coordinates land.

    Args:
        route: The route.

    Returns:
        Cost in cents of any coalition of its stops; 0 of none.
    """
    reach = max(route.distance_km.values()) or Fraction(1)
    worked = sum(route.minutes.values()) or Fraction(1)

    def cost(coalition: Coalition) -> Fraction:
        if not coalition:
            return Fraction(0)
        farthest = max(Fraction(route.distance_km[stop]) for stop in coalition)
        spent = sum((Fraction(route.minutes[stop]) for stop in coalition), Fraction(0))
        return route.stem_cents * farthest / reach + route.drop_cents * spent / worked

    return cost


def stem_and_drop_split(route: Route, stem_by: str = "stop") -> Split:
    """Split a route as the cost engine would: stem by a rule, drop by minutes.

    Args:
        route: The route.
        stem_by: ``stop`` for equal parts of the stem, ``distance`` for parts by it.

    Returns:
        Cents by stop as fractions; they add up to the cost of the route.

    Raises:
        ValueError: If the rule is unknown.
    """
    if stem_by not in STEM_RULES:
        raise ValueError(f"unknown rule {stem_by!r}; stop or distance")
    weights = dict.fromkeys(route.minutes, Fraction(1))
    if stem_by == "distance":
        weights = dict(route.distance_km)
    far, worked = sum(weights.values()) or 1, sum(route.minutes.values()) or 1
    return {
        stop: route.stem_cents * Fraction(weights[stop]) / far
        + route.drop_cents * Fraction(route.minutes[stop]) / worked
        for stop in sorted(route.minutes)
    }


def shapley_of_route(route: Route) -> Split:
    """Split a route by the Shapley value of `stem_and_drop_cost`, in closed form.

    Each stretch of the way is shared by the stops at or beyond it; minutes are their
    stop's own. O(n log n).

    Args:
        route: The route.

    Returns:
        Cents by stop as fractions; they add up to the cost of the route.

    References:
        Littlechild, S. C. and Owen, G. (1973). A simple expression for the Shapley
        value in a special case. Management Science 20(3), 370-372.
    """
    reach = max(route.distance_km.values()) or Fraction(1)
    worked = sum(route.minutes.values()) or Fraction(1)
    near_first = sorted(route.minutes, key=lambda stop: (route.distance_km[stop], stop))
    split: Split = {}
    passed, borne = Fraction(0), Fraction(0)
    for position, stop in enumerate(near_first):
        stretch = Fraction(route.distance_km[stop]) - passed
        borne += stretch / (len(near_first) - position)
        passed += stretch
        own = route.drop_cents * Fraction(route.minutes[stop]) / worked
        split[stop] = route.stem_cents * borne / reach + own
    return dict(sorted(split.items()))


def shapley_exact(players: Sequence[str], cost: Cost) -> Split:
    """Average what each player adds over all orders of joining.

    ``phi_i = sum over S without i of |S|! (n-|S|-1)! / n! * (C(S+i) - C(S))``

    Args:
        players: At most ``EXACT_LIMIT`` different names.
        cost: Cost of any coalition of them.

    Returns:
        Share by player; shares add up to the cost of all of them.

    Raises:
        ValueError: If there are more players than can be enumerated.

    References:
        Shapley, L. S. (1953). A value for n-person games. Annals of Mathematics
        Studies 28, 307-317.
    """
    count = len(players)
    if count > EXACT_LIMIT:
        raise ValueError(f"{count} players; at most {EXACT_LIMIT} are enumerated")
    costs = {coalition: cost(coalition) for coalition in _coalitions(players)}
    orders = math.factorial(count)
    split = dict.fromkeys(sorted(players), Fraction(0))
    for coalition, before in costs.items():
        left = count - len(coalition)
        for player in set(players) - coalition:
            ways = math.factorial(len(coalition)) * math.factorial(left - 1)
            added = costs[coalition | {player}] - before
            split[player] += Fraction(ways, orders) * added
    return split


def shapley_sampled(
    players: Sequence[str], cost: Cost, seed: int, permutations: int = PERMUTATIONS
) -> dict[str, Estimate]:
    """Average what each player adds over random orders of joining.

    Args:
        players: Different names.
        cost: Cost of any coalition of them.
        seed: Seed of the orders.
        permutations: Number of orders, at least 2.

    Returns:
        Estimate by player; shares add up to the cost of all of them, exactly.

    References:
        Castro, J., Gomez, D. and Tejada, J. (2009). Polynomial calculation of the
        Shapley value based on sampling. Computers & Operations Research 36(5),
        1726-1730.
    """
    random = Random(seed)
    order = sorted(players)
    added: dict[str, list[Fraction]] = {player: [] for player in order}
    for _ in range(permutations):
        random.shuffle(order)
        joined, before = frozenset[str](), Fraction(0)
        for player in order:
            joined |= {player}
            after = cost(joined)
            added[player].append(after - before)
            before = after
    return {player: _estimate(added[player]) for player in sorted(players)}


def objections(players: Sequence[str], cost: Cost, split: Split) -> list[Objection]:
    """List who would pay less alone: a split that nobody objects to is in the core.

    Args:
        players: At most ``EXACT_LIMIT`` different names.
        cost: Cost of any coalition of them.
        split: What each player pays.

    Returns:
        Coalitions that pay more than their own cost, the largest excess first.

    Raises:
        ValueError: If there are more players than can be enumerated.
    """
    if len(players) > EXACT_LIMIT:
        message = f"{len(players)} players; at most {EXACT_LIMIT} are enumerated"
        raise ValueError(message)
    found = [
        Objection(tuple(sorted(coalition)), excess)
        for coalition in _coalitions(players)
        if (
            excess := sum((split[one] for one in coalition), Fraction(0))
            - cost(coalition)
        )
        > 0
    ]
    return sorted(found, key=lambda one: (-one.excess, one.stops))


def _coalitions(players: Sequence[str]) -> list[Coalition]:
    return [
        frozenset(chosen)
        for size in range(len(players) + 1)
        for chosen in combinations(sorted(players), size)
    ]


def _estimate(added: list[Fraction]) -> Estimate:
    mean = sum(added, Fraction(0)) / len(added)
    spread = math.sqrt(
        math.fsum(float(one - mean) ** 2 for one in added) / (len(added) - 1)
    )
    return Estimate(mean, CONFIDENCE_SCORE * spread / math.sqrt(len(added)))
