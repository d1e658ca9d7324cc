"""Customers of an invented firm with known behaviour, for tests of segmentation."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Behaviour:
    """What a typical customer of one group does; ratios are expected values."""

    share: float
    orders_per_year: float
    order_value: float
    lines: float
    units: float
    variation: float
    rush: float
    electronic: float
    changes: float
    returns: float
    cases: float


BEHAVIOURS = {
    "key_frequent": Behaviour(
        0.12, 200, 2400, 12, 20, 0.25, 0.03, 0.95, 0.05, 0.01, 0.01
    ),
    "steady_mid": Behaviour(0.28, 50, 900, 6, 10, 0.45, 0.06, 0.70, 0.10, 0.02, 0.02),
    "small_costly": Behaviour(0.20, 110, 130, 2, 3, 0.50, 0.30, 0.15, 0.50, 0.08, 0.12),
    "bulk_seasonal": Behaviour(
        0.15, 9, 14000, 8, 120, 1.90, 0.02, 0.50, 0.15, 0.02, 0.03
    ),
    "occasional_small": Behaviour(
        0.25, 6, 260, 2.5, 5, 1.70, 0.08, 0.40, 0.12, 0.03, 0.03
    ),
}


def invented_customers(count: int, seed: int = 1, noise: float = 0.45) -> pd.DataFrame:
    """Draw customers of five overlapping groups over two years.

    Args:
        count: Customers, split by the groups' shares.
        seed: Start of the random sequence.
        noise: Standard deviation of the logarithm of sizes and frequencies.

    Returns:
        The columns of ``ftr_customers`` segmentation reads, and ``true_group``;
        shuffled.
    """
    generator = np.random.default_rng(seed)
    frame = pd.concat(
        [
            _group(name, behaviour, round(count * behaviour.share), generator, noise)
            for name, behaviour in BEHAVIOURS.items()
        ],
        ignore_index=True,
    ).sample(frac=1, random_state=seed)
    frame.insert(0, "customer_id", [f"C{number:06d}" for number in range(len(frame))])
    return frame.reset_index(drop=True).assign(
        as_of_date=pd.Timestamp("2025-12-31"),
        is_excluded=False,
        exclusion_reason=pd.Series(None, index=range(len(frame)), dtype="str"),
    )


def _group(
    name: str,
    typical: Behaviour,
    count: int,
    generator: np.random.Generator,
    noise: float,
) -> pd.DataFrame:
    def around(value: float, spread: float) -> np.ndarray:
        return value * generator.lognormal(0, spread, count)

    def share_of(expected: float, trials: np.ndarray, firmness: float) -> np.ndarray:
        chance = generator.beta(expected * firmness, (1 - expected) * firmness, count)
        return generator.binomial(trials, chance) / trials

    def per_order(expected: float, orders: np.ndarray) -> np.ndarray:
        return generator.poisson(orders * around(expected, 0.5)) / orders

    orders = np.maximum(
        generator.poisson(2 * around(typical.orders_per_year, noise)), 1
    )
    value = around(typical.order_value, noise)
    lines = 1 + around(typical.lines - 1, 0.3)
    all_lines = np.maximum((orders * lines).astype(int), 1)
    return pd.DataFrame(
        {
            "true_group": name,
            "order_frequency_per_year": orders / 2,
            "net_sales_amount_base_ccy": (value * orders).round(2),
            "average_order_value_amount_base_ccy": value.round(2),
            "line_count_per_order": lines,
            "unit_count_per_line": around(typical.units, 0.4),
            "decayed_net_sales_amount_base_ccy": value * orders * around(0.17, 0.35),
            "monthly_sales_variation": around(typical.variation, 0.25),
            "rush_order_ratio": share_of(typical.rush, orders, 12),
            "electronic_order_ratio": share_of(typical.electronic, orders, 6),
            "order_change_count_per_order": per_order(typical.changes, orders),
            "return_line_ratio": share_of(typical.returns, all_lines, 12),
            "service_case_count_per_order": per_order(typical.cases, orders),
        }
    )
