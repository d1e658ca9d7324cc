"""How are a month's orders picked, shipped, delivered, returned and credited?"""

from dataclasses import dataclass

import numpy as np

from sample_data.columns import BoolArray, FloatArray, IntArray
from sample_data.orders import Lines, Orders
from sample_data.parties import Parties
from sample_data.periods import DAY_COUNT, Calendar
from sample_data.products import Products

PARCEL, OWN_FLEET, LTL = 0, 1, 2
MODES = ("parcel", "own_fleet", "ltl")
CHARGED, INCLUDED, CUSTOMER_ARRANGED, ON_OTHER, UNRATED = 0, 1, 2, 3, 4
FREIGHT_STATUSES = (
    "charged",
    "included_in_price",
    "customer_arranged",
    "on_other_shipment",
    "unrated",
)
SHIPPED, SHORT, OPEN, CANCELLED = 0, 1, 2, 3
LINE_STATUSES = ("shipped", "short", "open", "cancelled")
_PARCEL_LIMIT_G = 31_500
_SHORT_RATIO = 0.025


@dataclass(frozen=True)
class Shipments:
    """Shipments of a month's orders, one per order and warehouse; shape (n,).

    Attributes:
        order: Row of the order.
        is_chilled: Leaves the chilled warehouse.
        day, actual_day: Day numbers shipped and delivered.
        is_late: Delivered after the promised day.
        mode, status: Rows of :data:`MODES` and :data:`FREIGHT_STATUSES`.
        is_child: Rides on the shipment in the row above.
        weight_g, volume_cm3: Totals of the lines.
        line_count: Lines in it.
        cases: Cases in it.
    """

    order: IntArray
    is_chilled: BoolArray
    day: IntArray
    actual_day: IntArray
    is_late: BoolArray
    mode: IntArray
    status: IntArray
    is_child: BoolArray
    weight_g: IntArray
    volume_cm3: IntArray
    line_count: IntArray
    cases: FloatArray


@dataclass(frozen=True)
class Fulfilment:
    """What happened to each line of a month, and its shipments.

    Attributes:
        status: Row of :data:`LINE_STATUSES` per line, shape (n_lines,).
        shipped_qty: Units that left the warehouse, shape (n_lines,).
        shipment: Row of the shipment per line, -1 if none, shape (n_lines,).
        shipments: The shipments.
    """

    status: IntArray
    shipped_qty: IntArray
    shipment: IntArray
    shipments: Shipments


@dataclass(frozen=True)
class Credits:
    """Credit documents of one line each; shape (n,).

    Attributes:
        line: Row of the line that is credited.
        day: Day number of the document.
        qty: Units credited, positive.
        reason: Row of a reason table; only returns have one.
    """

    line: IntArray
    day: IntArray
    qty: IntArray
    reason: IntArray


def fulfil(
    orders: Orders,
    lines: Lines,
    parties: Parties,
    products: Products,
    tools: tuple[Calendar, np.random.Generator],
) -> Fulfilment:
    """Ship the lines of a month; ``tools`` are the calendar and random numbers."""
    calendar, rng = tools
    ship_day = calendar.later(
        orders.day, np.where(orders.is_rush, 0, rng.integers(1, 3, len(orders.day)))
    )
    leaves = ~orders.is_cancelled & (ship_day < DAY_COUNT)
    shipped = _shipped_quantities(lines, leaves, rng)
    status = np.where(shipped == lines.qty, SHIPPED, SHORT)
    status = np.where(ship_day[lines.order] >= DAY_COUNT, OPEN, status)
    status = np.where(orders.is_cancelled[lines.order], CANCELLED, status)
    left = shipped > 0
    block = lines.order[left] * 2 + lines.is_chilled[left]
    filled, row = np.unique(block, return_inverse=True)
    shipment = np.full(len(shipped), -1, dtype=np.int64)
    shipment[left] = row
    totals = _totals(row, shipped[left], lines.product[left], products)
    shipments = _shipments(filled, totals, ship_day, (orders, parties), tools)
    return Fulfilment(status, shipped, shipment, shipments)


def _totals(
    row: IntArray, qty: IntArray, product: IntArray, products: Products
) -> list[FloatArray]:
    """Add up grams, cubic centimetres, lines and cases per shipment."""
    return [
        np.bincount(row, weights).astype(np.float64)
        for weights in (
            qty * products.weight_g[product],
            qty * products.volume_cm3[product],
            np.ones(len(row)),
            qty / products.case_units[product],
        )
    ]


def _shipped_quantities(
    lines: Lines, leaves: BoolArray, rng: np.random.Generator
) -> IntArray:
    is_short = rng.random(len(lines.qty)) < _SHORT_RATIO
    part = np.floor(lines.qty * rng.uniform(0.2, 0.95, len(lines.qty)))
    qty = np.where(is_short, part.astype(np.int64), lines.qty)
    return np.where(leaves[lines.order], qty, 0)


def _shipments(
    block: IntArray,
    totals: list[FloatArray],
    ship_day: IntArray,
    world: tuple[Orders, Parties],
    tools: tuple[Calendar, np.random.Generator],
) -> Shipments:
    """Choose mode, freight terms and arrival of each block of an order."""
    orders, parties = world
    calendar, rng = tools
    order, is_chilled = block // 2, block % 2 == 1
    party = orders.party[order]
    mode = _modes(totals[0], orders.is_rush[order], parties.is_on_route[party])
    collects = parties.collects[party]
    mode = np.where(collects & (mode == OWN_FLEET), LTL, mode)
    follows = np.zeros(len(order), dtype=bool)
    follows[1:] = (order[1:] == order[:-1]) & (mode[1:] == LTL) & (mode[:-1] == LTL)
    is_child = follows & ~collects & (rng.random(len(order)) < 0.3)
    status = _freight_status(mode, collects, totals[0], rng)
    promised = orders.promised_day[order]
    is_late = rng.random(len(order)) < parties.traits["late"][party]
    due = np.minimum(calendar.later(ship_day[order], 1 + (mode == LTL)), promised)
    delayed = calendar.later(promised, 1 + rng.poisson(1.0, len(order)))
    return Shipments(
        order=order,
        is_chilled=is_chilled,
        day=ship_day[order],
        actual_day=np.where(is_late, delayed, due),
        is_late=is_late,
        mode=mode,
        status=np.where(is_child, ON_OTHER, status),
        is_child=is_child,
        weight_g=totals[0].astype(np.int64),
        volume_cm3=totals[1].astype(np.int64),
        line_count=totals[2].astype(np.int64),
        cases=totals[3],
    )


def _modes(
    weight_g: FloatArray, is_rush: BoolArray, is_on_route: BoolArray
) -> IntArray:
    """Send rush orders as parcels, the rest by own lorry where one passes."""
    by_carrier = np.where(weight_g < _PARCEL_LIMIT_G, PARCEL, LTL)
    return np.where(is_rush, PARCEL, np.where(is_on_route, OWN_FLEET, by_carrier))


def _freight_status(
    mode: IntArray, collects: BoolArray, weight_g: FloatArray, rng: np.random.Generator
) -> IntArray:
    """Say who pays; of a few light parcels the carrier's invoice never came."""
    is_carrier = (mode != OWN_FLEET) & ~collects
    status = np.where(is_carrier, CHARGED, INCLUDED)
    status = np.where(collects, CUSTOMER_ARRANGED, status)
    forgotten = is_carrier & (rng.random(len(mode)) < 0.003) & (weight_g < 5_000)
    return np.where(forgotten, UNRATED, status)


def freight_cents(
    shipments: Shipments,
    distance_km: FloatArray,
    price_level: FloatArray,
    rng: np.random.Generator,
) -> tuple[IntArray, IntArray, IntArray]:
    """Draw what carriers invoice: base freight, fuel and expedite, claim credits.

    Args:
        shipments: Shipments of the month.
        distance_km: Per shipment.
        price_level: Local currency per EUR per shipment.
        rng: The month's random numbers.

    Returns:
        Local cents per shipment of the three charge lines, zero where none; credits
        are negative. Shape (n_shipments,) each.
    """
    size = len(shipments.order)
    kilograms = shipments.weight_g / 1000
    parcel = 5.4 + 0.32 * kilograms + 0.002 * distance_km
    ltl = 32 + 0.085 * kilograms * (0.5 + distance_km / 400)
    base = np.where(shipments.mode == PARCEL, parcel, ltl)
    base = base * np.where(shipments.is_chilled, 1.3, 1.0)
    base = base * np.exp(rng.normal(0, 0.08, size)) * price_level
    base = np.rint(base * 100).astype(np.int64)
    # The parent's invoice pays for the shipment that rides along.
    child = np.flatnonzero(shipments.is_child)
    np.add.at(base, child - 1, base[child])
    base = np.where(shipments.status == CHARGED, base, 0)
    fuel = np.where(shipments.mode == LTL, base * 11 // 100, 0)
    is_claimed = rng.random(size) < 0.004
    return base, fuel, np.where(is_claimed, -(base * 2 // 10), 0)


def draw_returns(
    orders: Orders,
    lines: Lines,
    fulfilment: Fulfilment,
    parties: Parties,
    rng: np.random.Generator,
) -> Credits:
    """Draw which shipped lines come back, and when; later than the end is dropped."""
    chance = parties.traits["returned"][orders.party[lines.order]]
    comes_back = rng.random(len(chance)) < chance
    line = np.flatnonzero(comes_back & (fulfilment.shipment >= 0))
    arrival = fulfilment.shipments.actual_day[fulfilment.shipment[line]]
    day = arrival + rng.integers(2, 21, len(line))
    part = np.ceil(fulfilment.shipped_qty[line] * rng.uniform(0.3, 1.4, len(line)))
    qty = np.minimum(part.astype(np.int64), fulfilment.shipped_qty[line])
    reason = rng.integers(0, 4, len(line))
    kept = day < DAY_COUNT
    return Credits(line[kept], day[kept], qty[kept], reason[kept])


def credit_shortages(orders: Orders, lines: Lines, fulfilment: Fulfilment) -> Credits:
    """Credit what was ordered and invoiced but never shipped."""
    line = np.flatnonzero(fulfilment.status == SHORT)
    missing = lines.qty[line] - fulfilment.shipped_qty[line]
    # Credited on the order day: the short delivery is known when stock is allotted.
    day = orders.day[lines.order[line]]
    return Credits(line, day, missing, np.zeros_like(line))
