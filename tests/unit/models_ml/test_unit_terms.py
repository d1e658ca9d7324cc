"""A business unit of small orders is judged among its own, where policy says so."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_ml.artefact import from_artefact, to_artefact
from models_ml.assignment import assign_customers
from models_ml.config import SegmentationConfig
from models_ml.features import CUSTOMER_FEATURES
from models_ml.fitting import refit_clusters
from models_ml.preparation import fit_preparation, scaled_points
from models_ml.reasons import assignment_reasons
from models_ml.scaling import FeatureScaling, UnitTerms, fit_unit_terms
from tests.unit.models_ml.line_model import customers_at, line_model, standing

HALVED = (UnitTerms("retail", 0.0, 0.5),)


def unit_model():
    """The line model, where a value of the unit retail counts half."""
    model = line_model()
    scalings = tuple(dataclasses.replace(s, unit_terms=HALVED) for s in model.scalings)
    return dataclasses.replace(model, scalings=scalings)


def test_median_and_quartiles_of_a_unit_become_those_of_the_company():
    """Unit a has 0 to 8, median 4, range 4; b 100 to 180, median 140, range 40."""
    values = np.array([*range(9), *range(100, 181, 10)], dtype=float)
    is_a = values < 50
    terms = fit_unit_terms("x", values, "identity", (0.0, 0.0), {"a": is_a, "b": ~is_a})
    units = pd.Series(np.where(is_a, "a", "b"))
    scaling = FeatureScaling("x", "identity", 0, 0, 0, 1, unit_terms=terms)
    found = scaling.in_company_terms(values, units)
    np.testing.assert_allclose(found[is_a], found[~is_a])
    middle = np.quantile(values, [0.25, 0.5, 0.75])
    np.testing.assert_allclose(np.quantile(found[is_a], 0.5), middle[1])
    low, high = np.quantile(found[is_a], [0.25, 0.75])
    assert high - low == pytest.approx(middle[2] - middle[0])


@given(st.floats(0, 1e6), st.floats(-5, 5), st.floats(0.1, 10))
def test_own_terms_undo_company_terms(value, offset, slope):
    terms = (UnitTerms("retail", offset, slope),)
    scaling = FeatureScaling("x", "asinh", 0, 0, 0, 1, unit_terms=terms)
    units = pd.Series(["retail", "other", None], dtype="str")
    values = np.full(3, value)
    there = scaling.in_company_terms(values, units)
    np.testing.assert_array_equal(there[1:], values[1:])
    back = scaling.in_own_terms(there, units)
    np.testing.assert_allclose(back, values, rtol=1e-9, atol=1e-9)


def test_same_value_leads_to_different_segments_of_two_units():
    """8 is nearer to 10 than to 0; in retail it counts 4, nearer to 0."""
    frame = customers_at(8, 8)
    frame["business_unit"] = ["retail", "industry"]
    found = assign_customers(frame, unit_model(), standing(frame, [None, None]))
    assert found.customers["segment_code"].tolist() == ["S01", "S02"]


def test_reasons_speak_in_the_customers_own_values():
    """S02 begins at 5 in company terms: at 10 for a customer of retail."""
    frame = customers_at(8)
    frame["business_unit"] = "retail"
    known = standing(frame, [None])
    model = unit_model()
    assigned = assign_customers(frame, model, known).customers
    reason = assignment_reasons(frame, assigned, model).iloc[0]
    assert reason["feature_value"] == 8.0
    assert reason["scaled_value"] == 4.0
    assert 10 < reason["flip_feature_value"] < 11


@pytest.mark.parametrize(
    ("level", "told_apart"),
    [("company", "business_unit"), ("business_unit", "is_large")],
)
def test_segments_follow_behaviour_only_if_units_are_judged_apart(level, told_apart):
    """Orders of wholesale are worth 100 of retail, large ones 4 small ones."""
    generator = np.random.default_rng(5)
    frame = pd.DataFrame({"business_unit": ["retail"] * 60 + ["wholesale"] * 60})
    frame["is_large"] = np.arange(120) % 2 == 0
    size = np.where(frame["is_large"], 4.0, 1.0) * generator.lognormal(0, 0.05, 120)
    value = "average_order_value_amount_base_ccy"
    frame[value] = size * np.where(frame["business_unit"] == "retail", 10, 1000)
    feature = next(f for f in CUSTOMER_FEATURES if f.name == value)
    config = SegmentationConfig(
        features=(feature,), scaling_level=level, outlier_policy="cap"
    )
    labels = refit_clusters(frame, config, 2).labels
    assert (pd.crosstab(frame[told_apart], labels) == 60).to_numpy().sum() == 2


def test_terms_survive_the_artefact():
    model = unit_model()
    assert from_artefact(to_artefact(model)).scalings == model.scalings


def test_small_units_keep_their_values():
    """30 customers make a unit: b has 29, so its values stay far out."""
    config = SegmentationConfig(
        scaling_level="business_unit", outlier_policy="cap", winsor_ratio=0.0
    )
    name = config.features[0].name
    config = dataclasses.replace(config, features=config.features[:1])
    values = [float(v) for v in range(1, 41)] + [1000.0 + v for v in range(29)]
    frame = pd.DataFrame({name: values, "business_unit": ["a"] * 40 + ["b"] * 29})
    scalings = fit_preparation(frame, config).scalings
    assert [terms.business_unit for terms in scalings[0].unit_terms] == ["a"]
    raw, _ = scaled_points(frame, scalings)
    assert raw[40:, 0].tolist() == values[40:]


def test_unknown_level_is_refused():
    with pytest.raises(ValueError, match="scaling_level"):
        SegmentationConfig(scaling_level="planet")
