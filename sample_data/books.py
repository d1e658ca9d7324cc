"""What has each month's activity earned and cost, per party, account and entity?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sample_data.activity import Month
from sample_data.columns import BoolArray, FloatArray, IntArray
from sample_data.costs import (
    CREDIT_INSURANCE,
    FREIGHT,
    INBOUND,
    ORDER_DESK,
    ORDER_SYSTEMS,
    OWN_FLEET_STOPS,
    PACKING,
    PICKING,
    RETURNS,
    SALES_VISITS,
    SERVICE,
    STORAGE,
    CostBook,
)
from sample_data.effort import measured
from sample_data.entities import PRICE_LEVELS
from sample_data.fulfilment import Credits
from sample_data.groups import INTERCOMPANY
from sample_data.orders import Lines
from sample_data.periods import MONTH_COUNT
from sample_data.world import World

INBOUND_MINUTES_PER_CASE = 0.9
SMALL_ORDER_CENTS = 15_000
RECHARGE_CENTS = 690
# The intercompany parties stand for the UK, the US and the German entity, in turn.
OWN_PARTY_OF_BUYER = (2, 0, 1)
(GROSS, DISCOUNT, TAX, COGS, CREDIT_NET, CREDIT_TAX, CREDIT_COGS, RECHARGE) = range(8)
_MARGIN_SIGNS = {GROSS: 1, DISCOUNT: -1, COGS: -1, CREDIT_NET: -1, CREDIT_COGS: 1}


class Books:
    """The company's own books, filled month by month.

    Attributes:
        costs: True costs.
        sales: Local cents, shape (8 kinds, external/intercompany, 3 entities, 24).
        cases: Cases shipped, shape (3 entities, 24 months, n_products).
        order_count: Orders per party, cancelled ones apart, shape (n_parties,).
        margin_of_party: Net sales less cost of goods in EUR at the month's average
            rate, shape (n_parties,).
    """

    def __init__(self, world: World) -> None:
        """Start empty books for a world."""
        parties = world.parties
        self._world = world
        self._is_own = (parties.segment == INTERCOMPANY).astype(np.int64)
        self._own_cents = np.zeros((3, MONTH_COUNT), dtype=np.int64)
        self.costs = CostBook(parties.entity, world.rates.base_per_local)
        self.sales = np.zeros((8, 2, 3, MONTH_COUNT), dtype=np.int64)
        product_count = len(world.products.category)
        self.cases = np.zeros((3, MONTH_COUNT, product_count))
        self.order_count = np.zeros(parties.count, dtype=np.int64)
        self.margin_of_party = np.zeros(parties.count)

    def own_purchases(self, buyer: int, month: int) -> tuple[int, int]:
        """Tell what an entity bought from a sister.

        Args:
            buyer: Entity that bought.
            month: Month number.

        Returns:
            The selling entity and the net cents in its currency, credits deducted.
        """
        own = np.flatnonzero(self._is_own)[OWN_PARTY_OF_BUYER[buyer]]
        seller = int(self._world.parties.entity[own])
        return seller, int(self._own_cents[OWN_PARTY_OF_BUYER[buyer], month])

    def close_month(self, month: Month) -> None:
        """Enter everything that began in a month."""
        self._enter_sales(month)
        self._enter_credits(month)
        self._enter_order_costs(month)
        self._enter_warehouse_costs(month)
        self._enter_delivery_costs(month)
        self._enter_customer_costs(month)

    def _add_sales(
        self, kind: int, party: IntArray, days: IntArray, cents: IntArray
    ) -> None:
        entity = self._world.parties.entity[party]
        moment = self._world.calendar.month_of_day[days]
        cell = (self._is_own[party] * 3 + entity) * MONTH_COUNT + moment
        # Sums stay far below 2**53, so the floating-point adder is exact.
        sums = np.bincount(cell, cents, minlength=6 * MONTH_COUNT)
        self.sales[kind] += sums.astype(np.int64).reshape(2, 3, MONTH_COUNT)
        base = cents / 100 * self._world.rates.base_per_local[entity, moment]
        self.margin_of_party += _MARGIN_SIGNS.get(kind, 0) * np.bincount(
            party, base, minlength=len(self.margin_of_party)
        )
        sign = {GROSS: 1, DISCOUNT: -1, CREDIT_NET: -1}.get(kind, 0)
        for row, own in enumerate(np.flatnonzero(self._is_own).tolist()):
            bought = party == own
            sums = np.bincount(moment[bought], cents[bought], minlength=MONTH_COUNT)
            self._own_cents[row] += sign * sums.astype(np.int64)

    def _enter_sales(self, month: Month) -> None:
        lines, orders = month.lines, month.orders
        is_sold = ~orders.is_cancelled[lines.order]
        party, day = month.line_party[is_sold], orders.day[lines.order][is_sold]
        for kind, cents in (
            (GROSS, lines.net_cents + lines.discount_cents),
            (DISCOUNT, lines.discount_cents),
            (TAX, lines.tax_cents),
            (COGS, lines.cogs_cents),
        ):
            self._add_sales(kind, party, day, cents[is_sold])
        order = np.flatnonzero(is_recharged(month, self._world))
        self._add_sales(
            RECHARGE,
            orders.party[order],
            orders.day[order],
            np.full(len(order), RECHARGE_CENTS),
        )
        self.order_count += np.bincount(
            orders.party[~orders.is_cancelled], minlength=len(self.order_count)
        )

    def _enter_credits(self, month: Month) -> None:
        for credits in (month.returns, month.shortages):
            party = month.line_party[credits.line]
            for kind, cents in zip(
                (CREDIT_NET, CREDIT_TAX, CREDIT_COGS),
                credit_cents(month.lines, credits),
                strict=True,
            ):
                self._add_sales(kind, party, credits.day, cents)

    def _where(
        self, party: IntArray, site: NDArray[Any], days: IntArray
    ) -> tuple[IntArray, IntArray, IntArray]:
        month = self._world.calendar.month_of_day[days]
        return party, site.astype(np.int64), month

    def _enter_order_costs(self, month: Month) -> None:
        orders, lines = month.orders, month.lines
        ambient = np.zeros_like(orders.party)
        where = self._where(orders.party, ambient, orders.day)
        rng = np.random.default_rng([self._world.seed, 21, month.month])
        desk = month.effort.desk_true
        self.costs.record(ORDER_DESK, where, desk, measured(desk, rng))
        live = ~orders.is_cancelled
        line_count = np.where(live, orders.line_count, 0).astype(np.float64)
        self.costs.record(ORDER_SYSTEMS, where, line_count)
        level = 1 / self._price_level(orders.party)
        net = np.bincount(lines.order, lines.net_cents, len(orders.party)) / 100
        self.costs.record(CREDIT_INSURANCE, where, net * level * live)

    def _enter_warehouse_costs(self, month: Month) -> None:
        effort, lines = month.effort, month.lines
        shipments = month.fulfilment.shipments
        row = month.fulfilment.shipment[effort.pick_line]
        where = self._where(
            month.line_party[effort.pick_line],
            lines.is_chilled[effort.pick_line],
            shipments.day[row],
        )
        costs = self.costs
        costs.record(PICKING, where, effort.pick_true, effort.pick_measured)
        costs.record(INBOUND, where, effort.pick_cases * INBOUND_MINUTES_PER_CASE)
        party = self._world.parties.entity[where[0]]
        np.add.at(
            self.cases,
            (party, where[2], lines.product[effort.pick_line]),
            effort.pick_cases,
        )
        where = self._where(month.shipment_party, shipments.is_chilled, shipments.day)
        packing = effort.pack_true + effort.load_true
        seen = effort.pack_measured + effort.load_measured
        costs.record(PACKING, where, packing, seen)
        costs.record(STORAGE, where, shipments.volume_cm3 / 1e6)

    def _enter_delivery_costs(self, month: Month) -> None:
        shipments = month.fulfilment.shipments
        site = np.zeros_like(shipments.day)
        where = self._where(month.shipment_party, site, shipments.day)
        local: FloatArray = np.sum(month.freight, axis=0) / 100
        self.costs.record_amounts(FREIGHT, where, local)
        stops = month.effort.stop_count.astype(np.float64)
        self.costs.record(OWN_FLEET_STOPS, where, stops)
        returns = month.returns
        party = month.line_party[returns.line]
        where = self._where(party, np.zeros_like(returns.day), returns.day)
        self.costs.record(RETURNS, where, np.ones(len(returns.line)))

    def _enter_customer_costs(self, month: Month) -> None:
        relations = month.relations
        party = month.orders.party[relations.case_order]
        for account, who, day, true, seen in (
            (
                SERVICE,
                party,
                relations.case_day,
                relations.case_true,
                relations.case_measured,
            ),
            (
                SALES_VISITS,
                relations.visit_party,
                relations.visit_day,
                relations.visit_true,
                relations.visit_measured,
            ),
        ):
            where = self._where(who, np.zeros_like(who), day)
            self.costs.record(account, where, true, seen)

    def _price_level(self, party: IntArray) -> FloatArray:
        levels: FloatArray = PRICE_LEVELS[self._world.parties.entity[party]]
        return levels


def credit_cents(lines: Lines, credits: Credits) -> tuple[IntArray, IntArray, IntArray]:
    """Value credit documents in proportion to the line they credit.

    Args:
        lines: Lines of the month.
        credits: Credit documents on them.

    Returns:
        Net, tax and cost-of-goods cents, positive, shape (n_credits,) each.
    """
    qty, ordered = credits.qty, lines.qty[credits.line]
    net = lines.net_cents[credits.line] * qty // ordered
    tax = lines.tax_cents[credits.line] * qty // ordered
    return net, tax, lines.cogs_cents[credits.line] // ordered * qty


def is_recharged(month: Month, world: World) -> BoolArray:
    """Say which orders pay a freight charge: small ones of outside customers."""
    orders, lines = month.orders, month.lines
    net = np.bincount(lines.order, lines.net_cents, len(orders.party))
    is_outside = world.parties.segment[orders.party] != INTERCOMPANY
    is_live = ~orders.is_cancelled
    # Two in five small orders pay; the rest were promised free delivery.
    pays: BoolArray = (
        (net < SMALL_ORDER_CENTS) & is_outside & is_live & (orders.second % 5 < 2)
    )
    return pays
