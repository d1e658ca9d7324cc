"""How many workers does the company pay for, and how much of them does it use?"""

from dataclasses import dataclass

import numpy as np

from sample_data.columns import FloatArray
from sample_data.costs import COST_ACCOUNTS, LABOUR, CostBook

# Practical capacity is 80 % of the paid time, the usual rule for people.
_PRACTICAL_RATIO = 0.8
_HEADROOM = 1.12
_STEP_MINUTES = 390.0
_MONTHS_PER_PLAN = 3


@dataclass(frozen=True)
class Labour:
    """Minutes per (worker group, entity, site, month), shape (4, 3, 2, 24).

    Attributes:
        worker_groups: Names of the groups.
        paid: Minutes paid.
        practical: Minutes available for work.
        productive: Minutes used, as recorded.
        idle_local: Cost of practical minutes not used, local currency; negative in
            a month that needed more than planned.
    """

    worker_groups: tuple[str, ...]
    paid: FloatArray
    practical: FloatArray
    productive: FloatArray
    idle_local: FloatArray


def staff(costs: CostBook) -> Labour:
    """Staff each quarter for its average load plus headroom, in twentieths of a post.

    Args:
        costs: True minutes used.

    Returns:
        Capacity and what stayed idle.
    """
    rows = list(LABOUR)
    used = costs.units[rows]
    quarters = used.reshape(*used.shape[:3], -1, _MONTHS_PER_PLAN).mean(axis=4)
    steps = np.ceil(quarters * _HEADROOM / _STEP_MINUTES)
    practical = np.repeat(steps * _STEP_MINUTES, _MONTHS_PER_PLAN, axis=3)
    rate = costs.local_rate[rows][:, :, None, :]
    return Labour(
        worker_groups=tuple(COST_ACCOUNTS[row].worker_group for row in rows),
        paid=practical / _PRACTICAL_RATIO,
        practical=practical,
        productive=costs.measured[rows],
        idle_local=(practical - used) * rate,
    )
