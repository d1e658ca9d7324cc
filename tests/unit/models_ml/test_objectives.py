from dataclasses import replace

import pandas as pd
import pytest

from models_ml.approval import reusable_model
from models_ml.artefact import config_as_dict, from_artefact, to_artefact
from models_ml.features import CUSTOMER_FEATURES
from models_ml.objectives import objective_segments, with_objective
from models_ml.preparation import fit_preparation
from models_ml.standings import PreviousSegmentation

MARGIN = {"gross_margin_ratio": 1.0, "rush_order_ratio": 4.0}


@pytest.fixture(scope="module")
def known(customers):
    """The customers with a margin: a tenth for rush orders, a half for others."""
    frame = customers.sort_values("customer_id").reset_index(drop=True)
    return frame.assign(gross_margin_ratio=0.5 - 0.4 * frame["rush_order_ratio"])


def test_without_weights_nothing_changes(quick_config):
    assert with_objective(quick_config, {}) == quick_config


def test_a_factor_multiplies_the_weight_of_its_attribute_alone(known, quick_config):
    included = known[~known["is_excluded"]].reset_index(drop=True)
    weighed = with_objective(quick_config, {"rush_order_ratio": 4.0})
    before = {s.name: s for s in fit_preparation(included, quick_config).scalings}
    after = {s.name: s for s in fit_preparation(included, weighed).scalings}
    # One of five attributes of effort: 1 / 5 becomes 4 / 5.
    assert before["rush_order_ratio"].weight == pytest.approx(0.2)
    assert after["rush_order_ratio"].weight == pytest.approx(0.8)
    del before["rush_order_ratio"], after["rush_order_ratio"]
    assert before == after


def test_a_factor_of_zero_takes_the_attribute_out(known, quick_config):
    included = known[~known["is_excluded"]].reset_index(drop=True)
    weighed = with_objective(quick_config, {"rush_order_ratio": 0.0})
    names = {s.name for s in fit_preparation(included, weighed).scalings}
    assert "rush_order_ratio" not in names


def test_an_attribute_of_an_objective_comes_in_only_where_it_may(quick_config):
    brought = with_objective(quick_config, MARGIN)
    assert brought.features[-1].name == "gross_margin_ratio"
    assert dict(brought.attribute_weights) == MARGIN
    barred = with_objective(quick_config, MARGIN, ())
    assert barred.features == CUSTOMER_FEATURES
    assert dict(barred.attribute_weights) == {"rush_order_ratio": 4.0}


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"charm": 1.0}, "unknown attributes: charm"),
        ({"recency_days": -1.0}, "recency"),
    ],
)
def test_a_wrong_objective_is_refused_by_name(quick_config, weights, said):
    with pytest.raises(ValueError, match=said):
        with_objective(quick_config, weights)


def test_objectives_draw_the_same_customers_side_by_side(
    segmentation, known, quick_config
):
    model = from_artefact(segmentation.artefact)
    objectives = {"as_it_is": {"rush_order_ratio": 1.0}, "margin": MARGIN}
    drawn = objective_segments(
        known, segmentation.assignments, model, quick_config, objectives
    )
    assert drawn["objective_code"].value_counts().to_dict() == {
        "as_it_is": 598,
        "margin": 598,
    }
    wanted = segmentation.assignments.set_index("customer_id")["model_segment_code"]
    moved = {
        objective: (
            rows.set_index("customer_id")["segment_code"]
            != wanted.loc[rows["customer_id"]]
        ).mean()
        for objective, rows in drawn.groupby("objective_code")
    }
    # Equal weights draw what is in force, another objective something else.
    assert moved["as_it_is"] < 0.01
    assert moved["margin"] > moved["as_it_is"]


def test_no_segments_no_objectives(segmentation, known, quick_config):
    model = replace(
        from_artefact(segmentation.artefact), segments=(), unsegmented_reason="too few"
    )
    drawn = objective_segments(
        known, segmentation.assignments, model, quick_config, {"margin": MARGIN}
    )
    assert drawn.empty


def test_a_model_from_before_objectives_still_serves(segmentation, known, quick_config):
    model = from_artefact(segmentation.artefact)
    config = {k: v for k, v in model.config.items() if k != "attribute_weights"}
    older = to_artefact(replace(model, config=config))
    previous = PreviousSegmentation(
        older, pd.DataFrame({"customer_id": [], "segment_code": []})
    )
    assert "attribute_weights" in config_as_dict(quick_config)
    assert reusable_model(known, quick_config, previous)[0] is not None
    weighed = with_objective(quick_config, {"rush_order_ratio": 4.0})
    assert reusable_model(known, weighed, previous)[0] is None
