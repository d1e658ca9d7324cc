"""What did a misclassification touch, and how is it put right?

A correction is an override that begins in the past: the next refresh records the right
segment for those days beside the wrong one, which stays visible, and keeps it until the
override ends.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from echelon.decisions.landing import refused
from echelon.release.store import open_release, published_ids

RULE = "docs/assignment_lifecycle.md"
MOVED_BY_RELEASE = """
    select distinct customer_id from core.fct_segment_assignments
    where release_id = ? and valid_to_date is null order by all
"""
INTERVALS = """
    select segment_code, valid_from_date, valid_to_date
    from core.dim_customer_segments
    where customer_id = ? and valid_to_date is distinct from valid_from_date
    order by valid_from_date
"""
TOUCHED = """
    select
        order_id,
        min(order_date),
        min(segment_code),
        sum(net_amount_base_ccy) filter (where is_net_sales)
    from core.fct_order_lines
    where customer_id = ? and order_date >= ? and segment_code is distinct from ?
        and segment_code is not null
    group by order_id
    order by 2, 1
"""
COSTS = """
    select coalesce(sum(allocated_amount_base_ccy), 0) from core.fct_cost_to_serve
    where customer_id = ? and list_contains(?, order_id)
"""


@dataclass(frozen=True)
class TouchedOrder:
    """An order taken while its customer was misclassified."""

    order_id: str
    order_date: date
    segment_code: str
    net_sales_amount_base_ccy: Decimal


@dataclass(frozen=True)
class Correction:
    """What one customer's misclassification touched.

    Attributes:
        customer_id: The customer.
        wrong_segment_code: Where it is now.
        right_segment_code: Where it belongs.
        valid_from: First day of the mistake.
        orders: Orders taken since under another segment.
        cost_to_serve_amount_base_ccy: Cost to serve allocated to them.
    """

    customer_id: str
    wrong_segment_code: str
    right_segment_code: str
    valid_from: date
    orders: tuple[TouchedOrder, ...]
    cost_to_serve_amount_base_ccy: Decimal

    @property
    def net_sales_amount_base_ccy(self) -> Decimal:
        """Net sales of the orders."""
        amounts = (order.net_sales_amount_base_ccy for order in self.orders)
        return sum(amounts, Decimal(0))


def customers_moved_by(data_dir: Path, release_id: str) -> list[str]:
    """List the customers whose segment a release changed.

    Args:
        data_dir: Directory of everything a run writes.
        release_id: A release whose recordings the release in force still holds.

    Returns:
        Customer ids, those of first assignments included.

    Raises:
        EchelonError: ``CONFIGURATION`` for a release that never was.
    """
    with open_release(data_dir) as connection:
        rows = connection.execute(MOVED_BY_RELEASE, [release_id]).fetchall()
    if not rows and release_id not in published_ids(data_dir):
        message = f"release {release_id!r} never was in force"
        raise refused(message, "`echelon releases` lists those that are kept", RULE)
    return [customer_id for (customer_id,) in rows]


def preview(
    data_dir: Path, customer_id: str, segment_code: str | None, since: date | None
) -> Correction:
    """Say what putting a customer right would touch; nothing is changed.

    Args:
        data_dir: Directory of everything a run writes.
        customer_id: The customer.
        segment_code: Where it belongs; the segment before the current one if None.
        since: First day of the mistake; that of the current segment if None.

    Returns:
        The orders and the money.

    Raises:
        EchelonError: ``CONFIGURATION`` for a customer without a segment, or without a
            former one to go back to.
    """
    with open_release(data_dir) as connection:
        intervals = connection.execute(INTERVALS, [customer_id]).fetchall()
        if not intervals:
            message = f"customer {customer_id!r} was never in a segment"
            raise refused(message, "core.dim_customer_segments lists them", RULE)
        current = intervals[-1][0]
        stay = [row for row in intervals if row[0] != current]
        right = segment_code or (stay[-1][0] if stay else None)
        if right is None or right == current:
            message = f"customer {customer_id!r} has no segment to go back to"
            raise refused(message, "name one with --to", RULE)
        arrived = [row for row in intervals if not stay or row[1] > stay[-1][1]]
        first_day = since or arrived[0][1]
        found = connection.execute(TOUCHED, [customer_id, first_day, right]).fetchall()
        orders = tuple(
            TouchedOrder(order_id, day, code, amount or Decimal(0))
            for order_id, day, code, amount in found
        )
        ids = [order.order_id for order in orders]
        ((cost,),) = connection.execute(COSTS, [customer_id, ids]).fetchall()
    return Correction(customer_id, current, right, first_day, orders, cost)
