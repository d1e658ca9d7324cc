"""How do the true behaviour groups differ in what their customers do?"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Group:
    """True behaviour of a group; ratios are probabilities per order or line.

    Attributes:
        name: Name in the truth files.
        share: Share of ordinary parties.
        orders: Orders in 24 months at the smallest intensity.
        lines: Mean lines per order.
        qty: Median units per line.
        regularity: 1 = orders spread evenly over months, 0 = pure chance.
        seasonality: 0 = flat year, 1 = all orders around the party's own peak.
        rush, electronic: Probability per order.
        change: Mean changes per line.
        returned: Probability that a line comes back.
        cancelled: Probability that an order is cancelled.
        case: Service cases per order.
        visits: Sales visits per month.
        visit_minutes: Mean length of a visit.
        discount: Mean discount ratio.
        late: Probability that a shipment is late.
        resentment: How strongly a late month lowers the next month's orders.
    """

    name: str
    share: float
    orders: float
    lines: float
    qty: float
    regularity: float
    seasonality: float
    rush: float
    electronic: float
    change: float
    returned: float
    cancelled: float
    case: float
    visits: float
    visit_minutes: float
    discount: float
    late: float
    resentment: float


# fmt: off
GROUPS = (
    Group("key_frequent", 0.12, 36, 3.6, 34, 0.9, 0.0,
          0.02, 0.92, 0.01, 0.008, 0.005, 0.02, 0.30, 60, 0.10, 0.04, 0.25),
    Group("steady_mid", 0.28, 16, 2.0, 14, 0.9, 0.0,
          0.05, 0.55, 0.04, 0.015, 0.010, 0.04, 0.15, 40, 0.05, 0.07, 0.40),
    Group("small_costly", 0.20, 22, 1.2, 4, 0.3, 0.0,
          0.38, 0.10, 0.30, 0.090, 0.030, 0.18, 0.12, 25, 0.02, 0.09, 0.10),
    Group("bulk_seasonal", 0.15, 5.5, 3.4, 150, 0.2, 0.95,
          0.03, 0.35, 0.12, 0.015, 0.010, 0.10, 0.15, 60, 0.13, 0.10, 0.10),
    Group("occasional_small", 0.25, 4.2, 1.4, 6, 0.2, 0.0,
          0.06, 0.60, 0.03, 0.025, 0.010, 0.04, 0.01, 20, 0.01, 0.08, 0.60),
    Group("outlier", 0.0, 140, 4.0, 150, 0.9, 0.0,
          0.20, 0.60, 0.10, 0.030, 0.010, 0.10, 2.00, 90, 0.16, 0.05, 0.10),
    Group("intercompany", 0.0, 24, 8.0, 90, 1.0, 0.0,
          0.00, 1.00, 0.00, 0.005, 0.000, 0.00, 0.00, 20, 0.15, 0.05, 0.00),
    Group("no_orders", 0.0, 0, 1.0, 1, 0.0, 0.0,
          0.00, 0.50, 0.00, 0.000, 0.000, 0.00, 0.01, 20, 0.00, 0.00, 0.00),
)
# fmt: on
ORDINARY_COUNT = 5
OUTLIER, INTERCOMPANY, NO_ORDERS = 5, 6, 7
BULK_SEASONAL = 3


def parameter(name: str, segments: NDArray[np.int64]) -> NDArray[np.float64]:
    """Look a parameter up for each party.

    Args:
        name: Attribute of :class:`Group`.
        segments: Group number per party, shape (n,).

    Returns:
        The parameter per party, shape (n,).

    Raises:
        ValueError: If no group has such a parameter.
    """
    if name not in {field.name for field in fields(Group)}:
        raise ValueError(f"groups have no parameter {name!r}")
    return np.array([getattr(group, name) for group in GROUPS], dtype=float)[segments]
