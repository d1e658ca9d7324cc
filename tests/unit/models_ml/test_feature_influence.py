"""A soft factor shows whom it would move, whether it counts or not."""

import pandas as pd

from models_ml.assignment import assign_customers
from models_ml.config import SegmentationConfig
from models_ml.features import Feature
from models_ml.influence import COLUMNS, feature_influence
from tests.unit.models_ml.line_model import customers_at, line_model, standing

CONFIG = SegmentationConfig(winsor_ratio=0.0)


def factor(name):
    return Feature(name, "contract", "identity", "High", "Low", "", "units")


def influence(frame, model, name):
    assigned = assign_customers(frame, model, standing(frame, [None] * len(frame)))
    return feature_influence(frame, assigned.customers, model, [factor(name)], CONFIG)


def test_factor_outside_the_model_moves_whom_it_places_with_others():
    """x is 0 or 10; C05 at 4.9 is S01. The clause, scaled to spread 1, is 0 in S01 but
    for C05, 1 in S02: centres 0.2 and 1. With it, 4.9^2 + 0.64 = 24.65 to S01 and
    5.1^2 + 0 = 26.01 to S02: C05 stays; at 4.99 it is 25.54 to 25.10, and moves."""
    for x, movers in ((4.9, []), (4.99, ["C05"])):
        frame = customers_at(0, 0, 0, 0, x, 10, 10, 10, 10, 10)
        frame["clause"] = [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]
        found = influence(frame, line_model(), "clause")
        assert found["customer_id"].tolist() == movers
        assert not found["is_in_model"].any()
        assert found["other_segment_code"].tolist() == ["S02"] * len(movers)


def test_factor_in_the_model_moves_whom_it_alone_kept():
    """Without the clause C02 is at 4 of x: nearer to 0. With it, 16 + 100 > 36 + 0."""
    frame = customers_at(0, 4, 10)
    frame["clause"] = [0.0, 10.0, 10.0]
    found = influence(frame, line_model(names=("x", "clause")), "clause")
    assert found[
        ["customer_id", "segment_code", "other_segment_code"]
    ].to_numpy().tolist() == [["C02", "S02", "S01"]]
    assert found["is_in_model"].all()


def test_factor_equal_for_all_or_unknown_moves_nobody():
    frame = customers_at(0, 4.99, 10)
    for values in ([1, 1, 1], [None, None, None], [0, None, 1]):
        frame["clause"] = pd.Series(values, dtype="float64")
        found = influence(frame, line_model(), "clause")
        assert found.empty
        assert list(found.columns) == list(COLUMNS)
