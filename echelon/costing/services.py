"""Who bears what service departments cost?

A service pool serves other pools; what it costs is carried by those it serves, and by
those they serve. Every method is one system of equations over the shares that count:
all of them (reciprocal), those to pools that serve nobody (direct), or those to pools
later in an order (step-down).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

METHODS = ("reciprocal", "direct", "step_down")

Shares = dict[str, dict[str, Fraction]]
Counts = Callable[[str, str], bool]


class ClosedServiceLoopError(ValueError):
    """Service pools that serve nobody but each other: their cost could never leave."""

    def __init__(self, loop: Sequence[str]) -> None:
        self.loop = tuple(loop)
        super().__init__(f"closed service loop: {' -> '.join(self.loop)}")


@dataclass(frozen=True)
class ServiceUse:
    """How much of a service another pool used.

    Attributes:
        from_pool: Service pool.
        to_pool: Pool that used it; a pool's use of itself does not count.
        quantity: Quantity used, in any unit of the service's own; not negative.
    """

    from_pool: str
    to_pool: str
    quantity: Fraction


def charge_services(
    cents: Mapping[str, int],
    uses: Iterable[ServiceUse],
    method: str = "reciprocal",
    order: Sequence[str] = (),
) -> dict[str, dict[str, int]]:
    """Charge what each service pool costs to the pools that carry it in the end.

    With shares ``S`` between services and ``P`` to others, the part of service ``i``
    that pool ``k`` carries is row ``i``, column ``k`` of ``(I - S)^-1 P``, as exact
    fractions. A service that nobody used carries its own cost.

    Args:
        cents: Cost of each service pool before any charge.
        uses: Services used, by any pool.
        method: One of ``METHODS``.
        order: Order of step-down; services not named follow, the one with the larger
            share of its output to other services first, ties by cost, then by name.

    Returns:
        Cents by service pool and carrying pool. Those of a service add up to its cost;
        each is within a cent of its exact part.

    Raises:
        ClosedServiceLoopError: If services serve only each other.
        ValueError: If the method is unknown or a quantity is negative.

    References:
        Horngren, C. et al. Cost Accounting: A Managerial Emphasis, support-department
        cost allocation.
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; one of {', '.join(METHODS)}")
    shares = _shares(uses)
    if method == "direct":
        shares = _kept(shares, lambda _, user: user not in shares)
    elif method == "step_down":
        ranks = {pool: rank for rank, pool in enumerate(_order(shares, cents, order))}
        shares = _kept(
            shares, lambda pool, user: ranks.get(user, len(ranks)) > ranks[pool]
        )
    _refuse_loops(shares)
    carried = _solve(shares)
    return {
        pool: largest_remainder(amount, carried.get(pool, {pool: Fraction(1)}))
        for pool, amount in sorted(cents.items())
    }


def largest_remainder(cents: int, parts: Mapping[str, Fraction]) -> dict[str, int]:
    """Round parts of an amount so that they add up to it.

    Args:
        cents: Amount; a negative one mirrors a positive one.
        parts: Parts by name, adding up to 1.

    Returns:
        Cents by name; left-over cents go to the largest remainders, ties by name.

    References:
        Balinski, M. and Young, H. P. (1982). Fair Representation, Hamilton's method.
    """
    sign = -1 if cents < 0 else 1
    exact = {name: abs(cents) * part for name, part in parts.items()}
    floors = {name: amount.__floor__() for name, amount in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (floors[name] - exact[name], name))
    for name in by_remainder[: abs(cents) - sum(floors.values())]:
        floors[name] += 1
    return {name: sign * amount for name, amount in sorted(floors.items())}


def _shares(uses: Iterable[ServiceUse]) -> Shares:
    quantities: Shares = {}
    for use in uses:
        if use.quantity < 0:
            raise ValueError(
                f"{use.to_pool} used a negative quantity of {use.from_pool}"
            )
        if use.quantity and use.from_pool != use.to_pool:
            users = quantities.setdefault(use.from_pool, {})
            users[use.to_pool] = users.get(use.to_pool, Fraction(0)) + use.quantity
    return {pool: _normalised(users) for pool, users in sorted(quantities.items())}


def _normalised(users: Mapping[str, Fraction]) -> dict[str, Fraction]:
    total = sum(users.values())
    return {user: quantity / total for user, quantity in sorted(users.items())}


def _kept(shares: Shares, counts: Counts) -> Shares:
    """Keep the shares that count; a service without any carries its own cost."""
    kept = {
        pool: {user: share for user, share in users.items() if counts(pool, user)}
        for pool, users in shares.items()
    }
    return {pool: _normalised(users) for pool, users in kept.items() if users}


def _order(shares: Shares, cents: Mapping[str, int], order: Sequence[str]) -> list[str]:
    def to_services(pool: str) -> Fraction:
        return sum(
            (share for user, share in shares[pool].items() if user in shares),
            Fraction(0),
        )

    named = [pool for pool in order if pool in shares]
    others = sorted(
        set(shares) - set(named),
        key=lambda pool: (-to_services(pool), -abs(cents.get(pool, 0)), pool),
    )
    return named + others


def _refuse_loops(shares: Shares) -> None:
    """Raise if some service reaches no pool outside the services."""
    open_pools = {user for users in shares.values() for user in users} - set(shares)
    while grown := {
        pool
        for pool, users in shares.items()
        if pool not in open_pools and open_pools & users.keys()
    }:
        open_pools |= grown
    closed = sorted(set(shares) - open_pools)
    if closed:
        raise ClosedServiceLoopError(_loop_from(closed[0], shares))


def _loop_from(pool: str, shares: Shares) -> list[str]:
    """Follow the first user of each service until one comes again."""
    path = [pool]
    while path[-1] not in path[:-1]:
        path.append(min(shares[path[-1]]))
    return path[path.index(path[-1]) :]


def _solve(shares: Shares) -> Shares:
    """Solve (I - S) X = P by elimination; rows stay sparse dictionaries."""
    carried = {pool: dict(users) for pool, users in shares.items()}
    for service in shares:
        row = carried[service]
        own = 1 - row.pop(service, Fraction(0))
        row = {user: share / own for user, share in row.items()}
        carried[service] = row
        for pool, users in carried.items():
            factor = users.pop(service, None) if pool != service else None
            if factor is not None:
                for user, share in row.items():
                    users[user] = users.get(user, Fraction(0)) + factor * share
    return carried
