"""Ledgers drawn at random, all under one policy that knows every treatment."""

from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

PERIODS = {"2024-11": (11, (4, 18, 29)), "2024-12": (12, (3, 9, 31))}
ADJUSTING = {"2024-13": (12, (31,))}  # all on one day of the twelfth: a 13th period
RATES = {"EUR": "1", "USD": "0.917", "JPY": "0.00613"}
DRIVERS = ("weight", "minutes", "calls", "letters", "visits", "unused")
TIMED = ("minutes", "calls", "letters")  # a thousand times the capacity at most
GROUPS = ("pickers", "desk")

# Pool: treatment. The account that a pool is posted on bears its name.
POOLS = {
    "board": "sustaining",
    "claims": "direct",
    "desk": "allocate",
    "freight": "allocate",
    "idle": "allocate",
    "it": "service",
    "key_accounts": "customer_sustaining",
    "packing": "allocate",
    "picking": "allocate",
    "rent": "service",
    "tax": "excluded",
    "tolls": "allocate",
    "unnamed": "allocate",
}


@dataclass(frozen=True)
class Activity:
    """A row of policy_activity_drivers, ratios and rates in millionths."""

    driver: str
    unit: str = "units"
    unit_minutes: int | None = None
    share: int | None = None
    rate: int | None = None
    group: str | None = None


# Pool "unnamed" has no activity, nothing ever drives pool "idle".
ACTIVITIES = {
    "desk": {
        "call": Activity("calls", unit_minutes=7_500_000, group="desk"),
        "letter": Activity("letters", unit_minutes=333_333, group="desk"),
    },
    "freight": {"carry": Activity("weight")},
    "idle": {"wait": Activity("unused")},
    "key_accounts": {"visit": Activity("visits")},
    "packing": {
        "box": Activity("weight", share=333_333),
        "label": Activity("letters", share=666_667),
    },
    "picking": {"pick": Activity("minutes", unit="minutes", group="pickers")},
    "tolls": {"toll": Activity("weight", rate=370_000)},
}
STEPS = {"desk": 400, "freight": 3, "picking": 60}  # minutes, or units of the driver
SERVICES = {
    "it": {"rent": 1, "picking": 2, "freight": 3, "board": 1},
    "rent": {"it": 3, "desk": 4, "freight": 2, "tolls": 1},
}


@dataclass(frozen=True)
class Line:
    """A journal line on the account of a pool; amounts in ten-thousandths and cents."""

    period: str
    day: date
    journal: str
    line_no: int
    pool: str
    amount: int
    currency: str
    base_cents: int | None
    document: str | None = None
    customer: str | None = None


@dataclass
class Ledger:
    """An entity: what was posted, for whom it works, what drove its cost.

    Attributes:
        objects: (customer, order, line) in order; a customer as a whole has no order.
        quantities: Millionths by (period, driver, position in objects or -1: nobody).
        hours: (practical, productive) minutes by (period, worker group).
        quarantined: Cents by period.
    """

    entity: str
    lines: list[Line] = field(default_factory=list)
    objects: list[tuple[str, str | None, int | None]] = field(default_factory=list)
    quantities: dict[tuple[str, str, int], int] = field(default_factory=dict)
    hours: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)


def random_ledgers(count: int, seed: int) -> list[Ledger]:
    """Draw ledgers: every thing that may go wrong comes up some dozens of times."""
    rng = Random(seed)
    return [_ledger(f"E{number:04}", rng) for number in range(count)]


def _ledger(entity: str, rng: Random) -> Ledger:
    ledger = Ledger(entity)
    periods = PERIODS | (ADJUSTING if rng.random() < 0.3 else {})
    for customer in range(rng.choice((1, 1, 2, 3, 7))):
        name = f"{entity}-C{customer}"
        ledger.objects.append((name, None, None))
        for order in range(rng.randint(0, 2)):
            document = f"{name}-O{order}"
            size = rng.randint(1, 3)
            ledger.objects += [(name, document, line + 1) for line in range(size)]
    for period, (month, days) in periods.items():
        dates = [date(2024, month, day) for day in days]
        _post(ledger, period, dates, rng)
        if period in PERIODS:
            _drive(ledger, period, rng)
        if rng.random() < 0.05:
            ledger.quarantined[period] = rng.randint(-(10**6), 10**6)
    return ledger


def _post(ledger: Ledger, period: str, dates: list[date], rng: Random) -> None:
    """Post on some pools, here and there with a reversal."""
    has_services = rng.random() < 0.25
    largest = rng.choice((1, 99, 10**4, 10**9, 10**9, 3 * 10**15))
    for pool in POOLS:
        if (pool in SERVICES and not has_services) or rng.random() < 0.2:
            continue
        # Three at least, one for each day: the first and last day of a period stay what
        # they are. Twelve make a pool of more than 10^16 cents.
        for number in range(rng.choice((3, 3, 4, 12))):
            cents = rng.randint(-largest // 4, largest)
            currency = rng.choice(tuple(RATES)) if largest < 10**12 else "EUR"
            fraction = rng.randint(0, 99) if currency != "EUR" else 0
            journal = f"{ledger.entity}-{period}-{pool}-{number}"
            line = Line(
                period,
                dates[number % len(dates)],
                journal,
                1,
                pool,
                cents * 100 + fraction,
                currency,
                cents if currency == "EUR" and rng.random() < 0.5 else None,
                *(_named(ledger, rng) if pool == "claims" else (None, None)),
            )
            ledger.lines.append(line)
            if rng.random() < 0.1:
                ledger.lines.append(_reversed(line))


def _reversed(line: Line) -> Line:
    return replace(
        line,
        journal=line.journal + "-R",
        amount=-line.amount,
        base_cents=None if line.base_cents is None else -line.base_cents,
    )


def _named(ledger: Ledger, rng: Random) -> tuple[str | None, str | None]:
    """Name an order, a customer, both, neither or what nobody knows."""
    customer, order, _ = rng.choice(ledger.objects)
    return rng.choice(
        (
            (order, None),
            (order, customer),
            (None, customer),
            ("no such order", customer),
            ("no such order", "nobody"),
            (None, None),
        )
    )


def _drive(ledger: Ledger, period: str, rng: Random) -> None:
    """Count drivers: tiny shares, nobody's, negative ones, or none at all."""
    for driver in DRIVERS[:-1]:
        if rng.random() < 0.15:
            continue
        largest = rng.choice((1, 10**6, 10**6, 10**9, 10**14))
        if driver in TIMED:
            largest = min(largest, 10**9)
        for position, (_, order, _) in enumerate(ledger.objects):
            if (order is None) == (driver == "visits") and rng.random() < 0.8:
                quantity = rng.choice((1, largest, rng.randint(-largest // 9, largest)))
                ledger.quantities[period, driver, position] = quantity
        if rng.random() < 0.1:
            ledger.quantities[period, driver, -1] = rng.randint(1, largest)
    for group in GROUPS:
        if rng.random() < 0.6:
            practical = rng.choice((0, rng.randint(10**4, 10**6)))
            ledger.hours[period, group] = (practical, rng.randint(0, 10**6))
