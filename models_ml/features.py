"""Which customer attributes segment customers, and what do they mean in words?"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from models_ml.algorithms.base import Points

Transform = Literal["log1p", "asinh", "identity"]


@dataclass(frozen=True)
class Feature:
    """One attribute of ``ftr_customers`` and how to use and name it.

    Attributes:
        name: Column of the feature frame.
        block: Business domain; the features of a block share the block's weight.
        transform: log1p for skewed amounts and counts, asinh where negative values
            occur, identity for ratios.
        high_word: Label word for members above the median of all customers.
        low_word: Label word for members below the median.
        middle_word: Label word for members in the middle; empty if there is none.
        measure: The attribute in plain words, with its unit.
        is_outlier_checked: Whether an extreme value makes a customer exceptional.
            Ratios are bounded, so none of theirs is extreme.
    """

    name: str
    block: str
    transform: Transform
    high_word: str
    low_word: str
    middle_word: str
    measure: str
    is_outlier_checked: bool = False


CUSTOMER_FEATURES: tuple[Feature, ...] = (
    Feature(
        "order_frequency_per_year",
        "rhythm",
        "log1p",
        "High-Frequency",
        "Low-Frequency",
        "Mid-Frequency",
        "orders per year",
        is_outlier_checked=True,
    ),
    Feature(
        "monthly_sales_variation",
        "rhythm",
        "log1p",
        "Irregular",
        "Steady",
        "",
        "variation of monthly net sales",
    ),
    Feature(
        "average_order_value_amount_base_ccy",
        "size",
        "asinh",
        "Large-Order",
        "Small-Order",
        "Mid-Size-Order",
        "net sales per order in base currency",
        is_outlier_checked=True,
    ),
    Feature(
        "line_count_per_order",
        "size",
        "log1p",
        "Many-Line",
        "Few-Line",
        "Mid-Size-Basket",
        "lines per order",
        is_outlier_checked=True,
    ),
    Feature(
        "unit_count_per_line",
        "size",
        "log1p",
        "Bulk-Line",
        "Piece-Line",
        "",
        "units per line",
        is_outlier_checked=True,
    ),
    Feature(
        "decayed_net_sales_amount_base_ccy",
        "value",
        "asinh",
        "High-Value",
        "Low-Value",
        "Mid-Value",
        "recent (time-decayed) net sales in base currency",
        is_outlier_checked=True,
    ),
    Feature(
        "rush_order_ratio",
        "effort",
        "identity",
        "Rush-Heavy",
        "Seldom-Rushed",
        "Sometimes-Rushed",
        "share of orders that are rush orders",
    ),
    Feature(
        "electronic_order_ratio",
        "effort",
        "identity",
        "Electronic",
        "Manual-Entry",
        "Mixed-Entry",
        "share of orders that arrive electronically",
    ),
    Feature(
        "order_change_count_per_order",
        "effort",
        "log1p",
        "Often-Changed",
        "Seldom-Changed",
        "Sometimes-Changed",
        "changes per order",
    ),
    Feature(
        "return_line_ratio",
        "effort",
        "log1p",
        "Return-Heavy",
        "Seldom-Returning",
        "",
        "share of lines returned",
    ),
    Feature(
        "service_case_count_per_order",
        "effort",
        "log1p",
        "Service-Heavy",
        "Self-Reliant",
        "",
        "service cases per order",
    ),
)

# What was agreed or decided, not how a customer orders: in the segmentation only where
# policy says so, and every release shows who would move with them or without.
INDIRECT_FEATURES: tuple[Feature, ...] = (
    Feature(
        "is_strategic",
        "relationship",
        "identity",
        "Strategic",
        "Not-Strategic",
        "",
        "share of customers marked strategic",
    ),
    Feature(
        "has_otif_clause",
        "contract",
        "identity",
        "Service-Bound",
        "Free-of-Clauses",
        "",
        "share of customers with an on-time-in-full clause",
    ),
    Feature(
        "contracted_order_frequency_per_year",
        "contract",
        "log1p",
        "Contracted-Often",
        "Contracted-Seldom",
        "",
        "orders per year by contract",
    ),
    Feature(
        "contract_penalty_ratio",
        "contract",
        "identity",
        "Penalty-Bound",
        "Penalty-Free",
        "",
        "contract penalty as a share",
    ),
)

# What an objective may weigh beside the rest: in no distance unless one names it.
OBJECTIVE_FEATURES: tuple[Feature, ...] = (
    Feature(
        "gross_margin_ratio",
        "margin",
        "asinh",
        "High-Margin",
        "Low-Margin",
        "",
        "gross margin as a share of net sales",
    ),
    Feature(
        "recency_days",
        "risk",
        "log1p",
        "Long-Silent",
        "Recently-Active",
        "",
        "days since the last order",
    ),
)


def transformed(values: Points, transform: Transform) -> Points:
    """Bring one attribute to the scale on which its differences are comparable.

    Args:
        values: Raw values, any shape.
        transform: ``log1p``: ln(1 + x), x > -1; ``asinh``: ln(x + sqrt(x² + 1)),
            which also takes negative amounts; ``identity``: x.

    Returns:
        Transformed values, same shape, no unit.

    Raises:
        ValueError: If log1p meets a value of -1 or less.
    """
    if transform == "log1p":
        if values.size and values.min() <= -1:
            raise ValueError(f"log1p needs values above -1: {values.min()} given")
        return np.log1p(values)
    return np.arcsinh(values) if transform == "asinh" else values.astype(np.float64)


def untransformed(values: Points, transform: Transform) -> Points:
    """Undo ``transformed``: from the comparable scale back to the raw unit.

    Args:
        values: Transformed values, any shape.
        transform: The transform that was applied.

    Returns:
        Raw values, same shape.
    """
    if transform == "log1p":
        return np.expm1(values)
    return np.sinh(values) if transform == "asinh" else values.astype(np.float64)


def unavailability(values: Points, missing_limit_ratio: float) -> str | None:
    """Say why an attribute has too few values to segment by.

    Args:
        values: Raw values, null as NaN, shape (n_customers,).
        missing_limit_ratio: Share of nulls above which an attribute is left out.

    Returns:
        The reason, or None where there are values enough.
    """
    null_count = int(np.isnan(values).sum())
    if null_count == len(values):
        return "no values: its source is not available"
    if null_count > missing_limit_ratio * len(values):
        return f"null for {null_count / len(values):.0%} of the customers"
    return None


def numeric_column(frame: pd.DataFrame, name: str) -> Points:
    """Read a column as doubles, null as NaN, whatever numeric type it came as.

    Args:
        frame: Feature frame.
        name: Column; integers, decimals, booleans and doubles are all accepted.

    Returns:
        Values, shape (n_customers,).

    Raises:
        ValueError: If the column is missing or holds something else than numbers.
    """
    if name not in frame.columns:
        raise ValueError(f"column {name} is missing from the customer features")
    try:
        values: Points = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(f"column {name} is not numeric: {error}") from error
    return values
