"""What do customers order in one month?"""

from dataclasses import dataclass

import numpy as np

from sample_data.columns import BoolArray, FloatArray, IntArray
from sample_data.entities import TAX_RATIOS
from sample_data.groups import BULK_SEASONAL, INTERCOMPANY
from sample_data.parties import Parties
from sample_data.periods import Calendar
from sample_data.products import Products

EDI, WEB, PHONE, EMAIL = 0, 1, 2, 3
ENTRY_MODES = ("edi", "web", "phone", "email")


@dataclass(frozen=True)
class Orders:
    """Orders of a month in order of entry; every array has shape (n_orders,).

    Attributes:
        number: Order number, running through all months.
        party, account, entity: Rows of the party, its ERP account and entity.
        day: Day number of the order.
        second: Second of that day.
        entry_mode: Row of :data:`ENTRY_MODES`.
        is_rush: Wanted at once.
        is_cancelled: Cancelled before it was picked.
        requested_day, promised_day: Day numbers.
        line_count: Lines of the order.
    """

    number: IntArray
    party: IntArray
    account: IntArray
    entity: IntArray
    day: IntArray
    second: IntArray
    entry_mode: IntArray
    is_rush: BoolArray
    is_cancelled: BoolArray
    requested_day: IntArray
    promised_day: IntArray
    line_count: IntArray


@dataclass(frozen=True)
class Lines:
    """Lines of a month's orders, sorted by order; shape (n_lines,).

    Attributes:
        order: Row of the order within the month.
        line_no: 1, 2, ... within the order; chilled lines come last.
        product: Row of the product.
        is_chilled: Comes from the chilled warehouse.
        qty: Units ordered.
        price_cents: Local cents per unit.
        discount_cents, net_cents, tax_cents, cogs_cents: Local cents of the line.
        changes: Times the line was changed after entry.
    """

    order: IntArray
    line_no: IntArray
    product: IntArray
    is_chilled: BoolArray
    qty: IntArray
    price_cents: IntArray
    discount_cents: IntArray
    net_cents: IntArray
    tax_cents: IntArray
    cogs_cents: IntArray
    changes: IntArray


def monthly_order_rate(
    parties: Parties, month: int, late_ratio: FloatArray
) -> FloatArray:
    """Expect orders per party in a month, given how late last month's were.

    Args:
        parties: The true parties.
        month: Month number, 0 to 23.
        late_ratio: Share of the party's last month's orders that were late.

    Returns:
        Expected orders, shape (n_parties,).
    """
    traits = parties.traits
    peak = np.cos((month - parties.season_peak) * 2 * np.pi / 12)
    # exp(3 cos) averages to 4.88 over the year: dividing keeps the yearly volume.
    season = np.exp(3.0 * peak) / 4.88
    strength = traits["seasonality"]
    active = (parties.joined_month <= month) & (month < parties.left_month)
    return (
        traits["orders"]
        / 24
        * (1 - strength + strength * season)
        * np.exp(-traits["resentment"] * late_ratio)
        * (1 + 0.002 * (month - 12))
        * active
    )


def draw_orders(
    parties: Parties,
    calendar: Calendar,
    month: int,
    rate: FloatArray,
    rng: np.random.Generator,
) -> Orders:
    """Draw a month's orders by time of entry; ``rate`` is expected ones per party."""
    order_count = _order_counts(parties, rate, rng)
    party = np.repeat(np.arange(parties.count), order_count)
    size = len(party)
    day = rng.choice(calendar.days_of(month), size)
    second = rng.integers(6 * 3600, 18 * 3600, size)
    in_time = np.lexsort((second, day))
    party, day, second = party[in_time], day[in_time], second[in_time]
    trait = {name: values[party] for name, values in parties.traits.items()}
    is_rush = rng.random(size) < trait["rush"]
    promise = np.where(is_rush, 2, rng.integers(4, 7, size))
    promised = calendar.later(day, promise)
    wish = calendar.later(day, promise - (rng.random(size) < 0.1))
    return Orders(
        number=np.arange(size),
        party=party,
        account=_accounts(parties, party, rng),
        entity=parties.entity[party],
        day=day,
        second=second,
        entry_mode=_entry_modes(trait["electronic"], rng),
        is_rush=is_rush,
        is_cancelled=rng.random(size) < trait["cancelled"],
        requested_day=wish,
        promised_day=promised,
        line_count=1 + rng.poisson(np.maximum(trait["lines"] - 1, 0)),
    )


def _order_counts(
    parties: Parties, rate: FloatArray, rng: np.random.Generator
) -> IntArray:
    """Count a month's orders: regular parties keep their rhythm, others do not."""
    steady = np.floor(rate + rng.random(parties.count)).astype(np.int64)
    by_chance = rng.poisson(rate)
    is_steady = rng.random(parties.count) < parties.traits["regularity"]
    return np.where(is_steady, steady, by_chance)


def _accounts(parties: Parties, party: IntArray, rng: np.random.Generator) -> IntArray:
    """Book two fifths of the orders on the second account, where there is one."""
    spare = parties.second_account[party]
    uses_second = (spare >= 0) & (rng.random(len(party)) < 0.4)
    return np.where(uses_second, spare, parties.first_account[party])


def _entry_modes(electronic: FloatArray, rng: np.random.Generator) -> IntArray:
    """Choose EDI or web with the party's probability, else phone or e-mail."""
    is_electronic = rng.random(len(electronic)) < electronic
    prefers_edi = rng.random(len(electronic)) < electronic
    by_machine = np.where(prefers_edi, EDI, WEB)
    by_hand = np.where(rng.random(len(electronic)) < 0.6, PHONE, EMAIL)
    return np.where(is_electronic, by_machine, by_hand)


def draw_lines(
    orders: Orders,
    parties: Parties,
    products: Products,
    month: int,
    rng: np.random.Generator,
) -> Lines:
    """Draw the lines of a month's orders, with exact amounts, sorted by order."""
    order = np.repeat(np.arange(len(orders.party)), orders.line_count)
    party = orders.party[order]
    product = _draw_products(products, month, parties.assortment[party], rng)
    is_chilled = products.is_chilled[product]
    # Within an order the ambient lines come first: one block per warehouse.
    block = np.argsort(order * 2 + is_chilled, kind="stable")
    product, is_chilled = product[block], is_chilled[block]
    first = np.cumsum(orders.line_count) - orders.line_count
    line_no = np.arange(len(order)) - first[order] + 1
    qty = _draw_quantities(parties, products, party, product, rng)
    entity = orders.entity[order]
    price, unit_cost = _prices(products, month // 12, entity, product)
    gross = price * qty
    discount = np.rint(gross * parties.traits["discount"][party]).astype(np.int64)
    net = gross - discount
    rate = np.where(parties.segment[party] == INTERCOMPANY, 0, TAX_RATIOS[entity])
    return Lines(
        order=order,
        line_no=line_no,
        product=product,
        is_chilled=is_chilled,
        qty=qty,
        price_cents=price,
        discount_cents=discount,
        net_cents=net,
        tax_cents=np.rint(net * rate).astype(np.int64),
        cogs_cents=unit_cost * qty,
        changes=rng.poisson(parties.traits["change"][party]),
    )


def _prices(
    products: Products, year: int, entity: IntArray, product: IntArray
) -> tuple[IntArray, IntArray]:
    """Return local cents per unit charged and paid."""
    local_per_base = (
        products.price_cents[0, entity, product] / products.price_cents[0, 0, product]
    )
    unit_cost = np.rint(products.cost_cents[year, product] * local_per_base)
    return products.price_cents[year, entity, product], unit_cost.astype(np.int64)


def _draw_products(
    products: Products, month: int, assortment: IntArray, rng: np.random.Generator
) -> IntArray:
    """Choose a product per line by the month's weights of the party's range."""
    weights = products.cumulative_weight[month]
    # The ranges' curves end to end form one ascending curve: a single search.
    ends = (weights + np.arange(len(weights))[:, None]).reshape(-1)
    found = np.searchsorted(ends, assortment + rng.random(len(assortment)), "right")
    chosen: IntArray = found.clip(max=ends.size - 1) % weights.shape[1]
    return chosen


def _draw_quantities(
    parties: Parties,
    products: Products,
    party: IntArray,
    product: IntArray,
    rng: np.random.Generator,
) -> IntArray:
    """Draw units per line; bulk buyers take whole cases."""
    spread = products.lumpiness[product]
    # Cheap goods are bought in larger numbers, which keeps line values comparable.
    dearness = products.price_cents[0, 0, product] / 1100
    typical = parties.traits["qty"][party] / np.sqrt(dearness)
    wanted = typical * np.exp(
        rng.normal(0, 1, len(party)) * (0.25 + spread) - spread / 2
    )
    units = np.maximum(1, np.rint(wanted)).astype(np.int64)
    cases = products.case_units[product]
    whole = -(-units // cases) * cases
    is_bulk = (parties.segment[party] == BULK_SEASONAL) | (units > 4 * cases)
    wholesale: IntArray = np.where(is_bulk, whole, units)
    return wholesale
