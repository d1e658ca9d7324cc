import pandas as pd
import pytest
from line_model import line_model

from models_ml.counterfactuals import counterfactuals


def changes(*flips, names=("x",)):
    """Counterfactuals of C01 given (attribute, value, flip)."""
    reasons = pd.DataFrame(
        [
            {
                "customer_id": "C01",
                "feature_name": name,
                "feature_value": value,
                "flip_feature_value": flip,
                "flips_to_segment_code": "S02",
            }
            for name, value, flip in flips
        ]
    )
    return counterfactuals(reasons, line_model(names=names))


@pytest.mark.parametrize(
    ("name", "value", "flip", "words"),
    [
        ("order_frequency_per_year", 24, 47.9, "2.0 more orders a month"),
        ("order_frequency_per_year", 24, 18, "0.5 fewer orders a month"),
        ("rush_order_ratio", 0.30, 0.104, "19.6 fewer rush orders in a hundred"),
        (
            "average_order_value_amount_base_ccy",
            400,
            1650.2,
            "1,251 more net sales per order in base currency",
        ),
        ("shoe_size", 40, 41, "1.00 more shoe size"),
    ],
)
def test_a_change_is_said_in_operational_words(name, value, flip, words):
    (row,) = changes((name, value, flip)).to_dict("records")
    assert row["counterfactual"] == f"{words} and it would be S02 Segment 2"


def test_the_two_smallest_changes_are_kept_smallest_first():
    rows = changes(("a", 10, 15), ("b", 10, 11), ("c", 0, 1), ("d", 10, 12))
    assert rows["feature_name"].tolist() == ["b", "d"]
    assert rows["change_rank"].tolist() == [1, 2]
    assert rows["change_ratio"].tolist() == pytest.approx([0.1, 0.2])


def test_a_customer_no_single_attribute_would_move_has_none():
    assert changes(("a", 10, float("nan"))).empty
