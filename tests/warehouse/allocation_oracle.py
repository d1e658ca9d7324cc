"""What docs/cost_model.md says of a ledger, in plain Python integers."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from tests.warehouse.random_ledgers import (
    ACTIVITIES,
    ADJUSTING,
    POOLS,
    RATES,
    SERVICES,
    STEPS,
    Activity,
    Ledger,
    Line,
)

MILLION = 10**6
Place = tuple[str, str, str]  # entity, fiscal period, cost pool
Row = tuple[str, str, str, str, str, int]  # place, carrying pool, activity, position


@dataclass
class Allocation:
    """What becomes of the ledgers, in cents.

    Attributes:
        pools: Ledger amount and the parts that no customer bears, by place.
        rows: Cents of each activity's or direct cost's object; -1 is nobody known.
        exact: The same rows before rounding, of those that a driver gave.
    """

    pools: dict[Place, dict[str, int]] = field(default_factory=dict)
    rows: dict[Row, int] = field(default_factory=dict)
    exact: dict[Row, Fraction] = field(default_factory=dict)


def allocate(ledgers: list[Ledger]) -> Allocation:
    """Allocate every period of every ledger."""
    allocation = Allocation()
    for ledger in ledgers:
        for period in sorted({line.period for line in ledger.lines}):
            _allocate_period(ledger, period, allocation)
        for period, cents in ledger.quarantined.items():
            place = (ledger.entity, period, "quarantined")
            allocation.pools[place] = {"ledger": cents, "quarantined": cents}
    return allocation


def steps(amount: int, quantities: list[int], total: int) -> list[int]:
    """Split an amount: steps between running shares rounded up, a credit mirrored."""
    sign, running, before, parts = (-1 if amount < 0 else 1), 0, 0, []
    for quantity in quantities:
        running += quantity
        after = -(-abs(amount) * running // total)
        parts.append(sign * (after - before))
        before = after
    return parts


def base_cents(line: Line) -> int:
    """Value a line: as the ledger does, else at the rate, half a cent away from 0."""
    if line.base_cents is not None:
        return line.base_cents
    exact = Fraction(line.amount, 100) * Fraction(RATES[line.currency])
    rounded = int(abs(exact) + Fraction(1, 2))
    return rounded if exact >= 0 else -rounded


def _allocate_period(ledger: Ledger, period: str, allocation: Allocation) -> None:
    costs: dict[str, int] = defaultdict(int)
    for line in ledger.lines:
        if line.period == period:
            costs[line.pool] += base_cents(line)
    posted = set(costs)
    if any(pool in SERVICES for pool in costs):
        for pool in [served for users in SERVICES.values() for served in users]:
            costs.setdefault(pool, 0)
    carried = {
        (pool, pool): cents for pool, cents in costs.items() if pool not in SERVICES
    }
    if "it" in costs:
        carried |= _service_charges(costs)
    quantities = _quantities(ledger, period)
    for pool, cents in costs.items():
        place = (ledger.entity, period, pool)
        allocation.pools[place] = defaultdict(int, ledger=cents)
    for (pool, carrier), cents in carried.items():
        place = (ledger.entity, period, pool)
        parts = allocation.pools[place]
        treatment = POOLS[carrier]
        if treatment in ("sustaining", "excluded"):
            parts[treatment] += cents
        elif treatment == "direct":
            parts["unallocated"] += _charge_directly(ledger, place, allocation)
        else:
            is_adjusting = period in ADJUSTING
            hours = {} if is_adjusting else ledger.hours
            is_charging = pool == carrier and pool in posted and not is_adjusting
            _PoolPart(
                (*place, carrier), cents, is_charging, quantities, hours
            ).allocate(allocation)


@dataclass
class _PoolPart:
    """What one pool carries of one pool; only its own, where posted, at a rate."""

    place: tuple[str, str, str, str]
    cents: int
    is_charging: bool
    quantities: dict[str, dict[int, int]]
    hours: dict[tuple[str, str], tuple[int, int]]

    def allocate(self, allocation: Allocation) -> None:
        activities = dict(sorted(ACTIVITIES.get(self.place[3], {}).items()))
        parts = allocation.pools[self.place[:3]]
        if not activities:
            parts["unallocated"] += self.cents
            return
        taken = 0
        for name, cents in self._activity_cents(activities).items():
            taken += cents
            driven = self.quantities.get(activities[name].driver, {})
            total = sum(driven.values())
            shares = steps(cents, list(driven.values()), total) if total else []
            for (position, quantity), own in zip(driven.items(), shares, strict=True):
                if position < 0:
                    parts["unallocated"] += own
                else:
                    row = (*self.place, name, position)
                    allocation.rows[row] = own
                    allocation.exact[row] = Fraction(cents * quantity, total)
            parts["unallocated"] += 0 if total else cents
        parts["unused"] += self.cents - taken

    def _activity_cents(self, activities: dict[str, Activity]) -> dict[str, int]:
        first = next(iter(activities.values()))
        if first.share is not None:
            shares = [activity.share for activity in activities.values()]
            return dict(
                zip(activities, steps(self.cents, shares, MILLION), strict=True)
            )
        if first.rate is not None:
            rated = first.rate * self._total(first) + 5 * 10**9
            return dict.fromkeys(activities, rated // 10**10 if self.is_charging else 0)
        used = [self._minutes(activity) for activity in activities.values()]
        practical, _ = self.hours.get((self.place[1], first.group), (0, 0))
        base = practical * MILLION or sum(used)
        if not base:
            return {
                name: self.cents if position == 0 else 0
                for position, name in enumerate(activities)
            }
        return dict(zip(activities, steps(self.cents, used, base), strict=True))

    def _total(self, activity: Activity) -> int:
        return sum(self.quantities.get(activity.driver, {}).values())

    def _minutes(self, activity: Activity) -> int:
        """Millionths of minutes used; what is not driven by time uses none."""
        if activity.unit == "minutes":
            return self._total(activity)
        if activity.unit_minutes is None:
            return 0
        exact = Fraction(self._total(activity) * activity.unit_minutes, MILLION)
        return int(exact + Fraction(1, 2))


def _quantities(ledger: Ledger, period: str) -> dict[str, dict[int, int]]:
    """Count positive quantities by driver and position; a 13th takes its year's."""
    counted: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (own, driver, position), quantity in sorted(ledger.quantities.items()):
        if period in (own, *ADJUSTING):
            counted[driver][position] += quantity
    return {
        driver: {place: qty for place, qty in sorted(driven.items()) if qty > 0}
        for driver, driven in counted.items()
    }


def _charge_directly(ledger: Ledger, place: Place, allocation: Allocation) -> int:
    """Charge what is named, an order before a customer; return what names nobody."""
    orders: dict[str, list[int]] = defaultdict(list)
    customers: dict[str, list[int]] = defaultdict(list)
    for position, (customer, order, _) in enumerate(ledger.objects):
        if order is None:
            customers[customer].append(position)
        else:
            orders[order].append(position)
    named: dict[tuple[int, ...], int] = defaultdict(int)
    for line in ledger.lines:
        if (line.period, line.pool) == place[1:]:
            bearing = orders.get(line.document or "") or customers.get(
                line.customer or "", []
            )
            named[tuple(bearing)] += base_cents(line)
    for places, cents in named.items():
        shares = steps(cents, [1] * len(places), len(places))
        for position, own in zip(places, shares, strict=True):
            row = (*place, place[2], "direct", position)
            allocation.rows[row] = allocation.rows.get(row, 0) + own
    return named[()]


def avoidable_by_steps(
    ledgers: list[Ledger], allocation: Allocation
) -> dict[tuple[str, ...], Fraction]:
    """Count what would go with a customer: the whole steps that others do not need.

    Returns:
        Cents by entity, period, pool, activity and customer; of no adjusting period.
    """
    avoidable = {}
    for ledger in ledgers:
        for period in {line.period for line in ledger.lines} - ADJUSTING.keys():
            quantities = _quantities(ledger, period)
            for pool, size in STEPS.items():
                place = (ledger.entity, period, pool)
                if place not in allocation.pools:
                    continue
                used: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
                for name, activity in ACTIVITIES[pool].items():
                    units = Fraction(activity.unit_minutes or MILLION, MILLION)
                    for position, qty in quantities.get(activity.driver, {}).items():
                        holder = ledger.objects[position][0] if position >= 0 else ""
                        used[name, holder] += qty * units / MILLION / size
                group = next(iter(ACTIVITIES[pool].values())).group
                practical, _ = ledger.hours.get((period, group), (0, 0))
                needed = max(_whole(sum(used.values())), 1)
                supplied = max(_whole(Fraction(practical, size)), 1)
                supplied = supplied if practical else needed
                for (name, holder), own in used.items():
                    others = _whole(sum(used.values()) - own)
                    going = max(min(needed, supplied) - others, 0)
                    step = Fraction(allocation.pools[place]["ledger"], supplied)
                    if holder:
                        avoidable[(*place, name, holder)] = going * step
    return avoidable


def _whole(steps_used: Fraction) -> int:
    """Round up; less than a millionth of a step is rounding and not use."""
    return ceil(steps_used - Fraction(1, MILLION))


def _service_charges(costs: dict[str, int]) -> dict[tuple[str, str], int]:
    """Charge two services that serve each other: the part that comes back goes on."""
    charges: dict[tuple[str, str], int] = {}
    for service, other in (("it", "rent"), ("rent", "it")):
        own, others = SERVICES[service], SERVICES[other]
        onward = Fraction(own[other], sum(own.values()))
        back = Fraction(others[service], sum(others.values()))
        parts: dict[str, Fraction] = defaultdict(Fraction)
        for users, factor in ((own, Fraction(1)), (others, onward)):
            for pool, qty in users.items():
                if pool not in SERVICES:
                    share = Fraction(qty, sum(users.values()))
                    parts[pool] += factor * share / (1 - onward * back)
        for pool, cents in _largest_remainder(costs[service], parts).items():
            charges[service, pool] = cents
    return charges


def _largest_remainder(cents: int, parts: dict[str, Fraction]) -> dict[str, int]:
    """Give what whole cents leave over to the largest remainders, ties by name."""
    exact = {pool: abs(cents) * part for pool, part in sorted(parts.items())}
    whole = {pool: int(amount) for pool, amount in exact.items()}
    left = abs(cents) - sum(whole.values())
    by_remainder = sorted(exact, key=lambda pool: whole[pool] - exact[pool])
    for pool in by_remainder[:left]:
        whole[pool] += 1
    return {pool: -amount if cents < 0 else amount for pool, amount in whole.items()}
