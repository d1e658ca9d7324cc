"""Which service cases and sales visits does a month bring?"""

from dataclasses import dataclass

import numpy as np

from sample_data.columns import BoolArray, FloatArray, IntArray
from sample_data.effort import measured
from sample_data.fulfilment import Fulfilment
from sample_data.groups import INTERCOMPANY
from sample_data.orders import Orders
from sample_data.parties import Parties
from sample_data.periods import DAY_COUNT, month_bounds

LATE_CASE, OTHER_FIRST = 0, 1
CASE_TYPES = ("delivery", "invoice", "product", "complaint", "order_status")
ACTIVITY_TYPES = ("visit", "call", "demo")


@dataclass(frozen=True)
class Relations:
    """Cases and visits of a month.

    Attributes:
        case_order: Row of the order a case is about, shape (n_cases,).
        case_type: Row of :data:`CASE_TYPES`.
        case_day, case_second: When it was opened.
        case_true, case_measured: Handling minutes.
        visit_party: Party visited, shape (n_visits,).
        visit_type: Row of :data:`ACTIVITY_TYPES`.
        visit_day, visit_second: When.
        visit_true, visit_measured: Minutes.
    """

    case_order: IntArray
    case_type: IntArray
    case_day: IntArray
    case_second: IntArray
    case_true: FloatArray
    case_measured: FloatArray
    visit_party: IntArray
    visit_type: IntArray
    visit_day: IntArray
    visit_second: IntArray
    visit_true: FloatArray
    visit_measured: FloatArray


def draw_relations(
    activity: tuple[Orders, Fulfilment],
    parties: Parties,
    month: int,
    rng: np.random.Generator,
) -> Relations:
    """Draw the cases a month's orders cause and the month's sales visits."""
    case_order, opened, late = _cases(activity, parties, rng)
    size = len(case_order)
    usual = rng.integers(OTHER_FIRST, len(CASE_TYPES), size)
    handling = np.exp(rng.normal(np.log(26), 0.5, size))
    visits = rng.poisson(parties.traits["visits"])
    visit_party = np.repeat(np.arange(parties.count), visits)
    first, last = month_bounds(month)
    typical = parties.traits["visit_minutes"][visit_party]
    length = typical * np.exp(rng.normal(0, 0.25, len(visit_party)))
    return Relations(
        case_order=case_order,
        case_type=np.where(late, LATE_CASE, usual),
        case_day=opened,
        case_second=rng.integers(7 * 3600, 18 * 3600, size),
        case_true=handling,
        case_measured=measured(handling, rng),
        visit_party=visit_party,
        visit_type=rng.integers(0, len(ACTIVITY_TYPES), len(visit_party)),
        visit_day=rng.integers(first, last + 1, len(visit_party)),
        visit_second=rng.integers(8 * 3600, 16 * 3600, len(visit_party)),
        visit_true=length,
        visit_measured=measured(length, rng),
    )


def _cases(
    activity: tuple[Orders, Fulfilment], parties: Parties, rng: np.random.Generator
) -> tuple[IntArray, IntArray, BoolArray]:
    """Draw order, opening day and lateness of each case; late orders cause more.

    Cases that would open after the end are dropped.
    """
    orders, fulfilment = activity
    shipments = fulfilment.shipments
    late = np.bincount(shipments.order, shipments.is_late, len(orders.party)) > 0
    is_own = parties.segment[orders.party] == INTERCOMPANY
    chance = parties.traits["case"][orders.party] + 0.10 * (late & ~is_own)
    opened = orders.day + rng.integers(1, 12, len(orders.day))
    has_case = (rng.random(len(chance)) < chance) & (opened < DAY_COUNT)
    case_order = np.flatnonzero(has_case)
    return case_order, opened[case_order], late[case_order]
