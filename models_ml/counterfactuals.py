"""What would a customer have to do differently to be in another segment, in words?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models_ml.algorithms.base import Points
from models_ml.artefact import SegmentModel
from models_ml.wording import worded

CHANGES_PER_CUSTOMER = 2
TYPES = {
    "customer_id": "str",
    "change_rank": "int64",
    "feature_name": "str",
    "feature_value": "float64",
    "flip_feature_value": "float64",
    "change_ratio": "float64",
    "flips_to_segment_code": "str",
    "counterfactual": "str",
}


@dataclass(frozen=True)
class Action:
    """How a change of one attribute is said.

    Attributes:
        what: What there is more or less of.
        factor: From the attribute's unit to the one people count in.
        digits: Decimals worth saying.
        is_countable: Fewer of it, not less.
    """

    what: str
    factor: float = 1.0
    digits: int = 1
    is_countable: bool = True


ACTIONS = {
    "order_frequency_per_year": Action("orders a month", 1 / 12),
    "monthly_sales_variation": Action("variation of monthly sales", 1, 2, False),
    "average_order_value_amount_base_ccy": Action(
        "net sales per order in base currency", 1, 0, False
    ),
    "line_count_per_order": Action("lines per order"),
    "unit_count_per_line": Action("units per line"),
    "decayed_net_sales_amount_base_ccy": Action(
        "recent net sales in base currency", 1, 0, False
    ),
    "rush_order_ratio": Action("rush orders in a hundred", 100),
    "electronic_order_ratio": Action("electronic orders in a hundred", 100),
    "order_change_count_per_order": Action("changes in a hundred orders", 100),
    "return_line_ratio": Action("returned lines in a hundred", 100),
    "service_case_count_per_order": Action("service cases in a hundred orders", 100),
}


def counterfactuals(reasons: pd.DataFrame, model: SegmentModel) -> pd.DataFrame:
    """Pick the smallest changes of one attribute that would move each customer.

    Changes compare by ``|flip - value| / |value|``; of a value of zero any change is
    larger than of the others, and those compare by attribute.

    Args:
        reasons: What ``assignment_reasons`` returned.
        model: Fitted model, for the segments' names.

    Returns:
        At most two rows per customer: customer_id, change_rank, feature_name,
        feature_value, flip_feature_value, change_ratio (null for a value of zero),
        flips_to_segment_code and the counterfactual in words. None for a customer
        whom no single attribute would move.
    """
    found = reasons[reasons["flip_feature_value"].notna()].copy()
    size = (found["flip_feature_value"] - found["feature_value"]).abs()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = size / found["feature_value"].abs()
    found["change_ratio"] = ratio.where(np.isfinite(ratio))
    found = found.sort_values(
        ["customer_id", "change_ratio", "feature_name"], na_position="last"
    )
    found["change_rank"] = found.groupby("customer_id").cumcount() + 1
    found = found[found["change_rank"] <= CHANGES_PER_CUSTOMER]
    names = {segment.code: segment.name for segment in model.segments}
    found["counterfactual"] = worded(
        pd.DataFrame(
            {
                "feature": found["feature_name"],
                "step_count": _steps(found),
                "code": found["flips_to_segment_code"],
            }
        ),
        lambda feature, steps, code: _sentence(
            feature, steps, f"{code} {names[code]}".strip()
        ),
    )
    return found[list(TYPES)].astype(TYPES).reset_index(drop=True)


def _action(feature: str) -> Action:
    return ACTIONS.get(feature, Action(feature.replace("_", " "), 1, 2, False))


def _steps(found: pd.DataFrame) -> Points:
    """Count the steps of the last digit shown; a change too small moves nobody."""
    features, number = np.unique(
        found["feature_name"].to_numpy(dtype=str), return_inverse=True
    )
    actions = [_action(str(feature)) for feature in features]
    per_unit = np.array([a.factor * 10.0**a.digits for a in actions])[number]
    change = (found["flip_feature_value"] - found["feature_value"]).to_numpy(float)
    steps: Points = np.sign(change) * np.ceil(np.abs(change) * per_unit - 1e-9)
    return steps


def _sentence(feature: str, steps: float, segment: str) -> str:
    action = _action(feature)
    amount = abs(steps) * 10.0**-action.digits
    less = "fewer" if action.is_countable else "less"
    direction = "more" if steps > 0 else less
    return (
        f"{amount:,.{action.digits}f} {direction} {action.what} "
        f"and it would be {segment}"
    )
