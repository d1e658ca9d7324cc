"""What happens in each month, from order entry to the last effort it causes?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sample_data.columns import FloatArray, IntArray
from sample_data.effort import Effort, measure_effort
from sample_data.entities import PRICE_LEVELS
from sample_data.fulfilment import (
    Credits,
    Fulfilment,
    credit_shortages,
    draw_returns,
    freight_cents,
    fulfil,
)
from sample_data.orders import (
    Lines,
    Orders,
    draw_lines,
    draw_orders,
    monthly_order_rate,
)
from sample_data.periods import DAY_COUNT, MONTH_COUNT
from sample_data.relations import Relations, draw_relations
from sample_data.world import World


@dataclass
class Sequences:
    """Next free document numbers, running through all months."""

    order: int = 1
    shipment: int = 1
    credit: int = 1
    task: int = 1
    case: int = 1
    activity: int = 1


@dataclass(frozen=True)
class Month:
    """All activity that began in one month.

    Attributes:
        month: Month number, 0 to 23.
        first: Document numbers this month starts from.
        orders, lines, fulfilment: The orders and their fate.
        returns, shortages: Credit documents.
        freight: Local cents per shipment: base, fuel, claim credit.
        effort: Minutes and stops the activity took.
        relations: Service cases and sales visits.
    """

    month: int
    first: Sequences
    orders: Orders
    lines: Lines
    fulfilment: Fulfilment
    returns: Credits
    shortages: Credits
    freight: tuple[IntArray, IntArray, IntArray]
    effort: Effort
    relations: Relations

    @property
    def line_party(self) -> IntArray:
        """Party per line, shape (n_lines,)."""
        return self.orders.party[self.lines.order]

    @property
    def shipment_party(self) -> IntArray:
        """Party per shipment, shape (n_shipments,)."""
        return self.orders.party[self.fulfilment.shipments.order]


def simulate_months(world: World) -> Iterator[Month]:
    """Play the 24 months one after the other.

    A month is thrown away when the next begins, so memory does not grow with the
    number of lines.

    Args:
        world: Parties, products and calendar.

    Yields:
        The months in order.
    """
    sequences = Sequences()
    late_ratio = np.zeros(world.parties.count)
    for number in range(MONTH_COUNT):
        month = _simulate_month(world, number, sequences, late_ratio)
        yield month
        late_ratio = _late_ratio(month, world.parties.count)
        sequences = Sequences(
            order=sequences.order + len(month.orders.party),
            shipment=sequences.shipment + len(month.fulfilment.shipments.order),
            credit=sequences.credit
            + len(month.returns.line)
            + len(month.shortages.line),
            task=sequences.task + month.effort.task_count,
            case=sequences.case + len(month.relations.case_order),
            activity=sequences.activity + len(month.relations.visit_party),
        )


def _simulate_month(
    world: World, month: int, first: Sequences, late_ratio: FloatArray
) -> Month:
    rng = np.random.default_rng([world.seed, 20, month])
    parties, products = world.parties, world.products
    rate = monthly_order_rate(parties, month, late_ratio)
    orders = draw_orders(parties, world.calendar, month, rate, rng)
    lines = draw_lines(orders, parties, products, month, rng)
    fulfilment = fulfil(orders, lines, parties, products, (world.calendar, rng))
    shipment_party = orders.party[fulfilment.shipments.order]
    freight = freight_cents(
        fulfilment.shipments,
        parties.distance_km[shipment_party],
        PRICE_LEVELS[parties.entity[shipment_party]],
        rng,
    )
    returns = draw_returns(orders, lines, fulfilment, parties, rng)
    return Month(
        month=month,
        first=first,
        orders=orders,
        lines=lines,
        fulfilment=fulfilment,
        returns=returns,
        shortages=credit_shortages(orders, lines, fulfilment),
        freight=freight,
        effort=measure_effort((orders, lines, fulfilment, returns), products, rng),
        relations=draw_relations((orders, fulfilment), parties, month, rng),
    )


def _late_ratio(month: Month, party_count: int) -> FloatArray:
    """Share of a party's shipments of the month that came late."""
    party = month.shipment_party
    late = np.bincount(party, month.fulfilment.shipments.is_late, party_count)
    shipped = np.bincount(party, minlength=party_count)
    return late / np.maximum(shipped, 1)


def invoice_day(month: Month, world: World) -> IntArray:
    """Date each carrier invoice within the month of shipping, shape (n_shipments,).

    Carriers bill by self-billing at month end at the latest, so the freight account
    and the shipments agree month by month.
    """
    day = month.fulfilment.shipments.day
    month_of_day = world.calendar.month_of_day
    later = np.minimum(day + day % 6, DAY_COUNT - 1)
    return np.where(month_of_day[later] == month_of_day[day], later, day)
