import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_ml.artefact import from_artefact
from models_ml.drift import critical_index, drift_rows, population_stability_index
from models_ml.references import reference_of

BINS = st.lists(st.integers(0, 500), min_size=4, max_size=4).filter(any)


# WE-76.
@pytest.mark.parametrize(
    ("expected", "actual", "index"),
    [
        ([25] * 4, [20, 25, 25, 30], 0.020273),
        ([40, 30, 20, 10], [30, 30, 25, 15], 0.060199),
        ([50, 30, 20], [30, 30, 40], 0.240795),
        ([10] * 10, [5, 7, 8, 9, 10, 11, 12, 12, 13, 13], 0.074862),
    ],
    ids=["quarters", "falling", "thirds", "deciles"],
)
def test_index_is_that_of_the_worked_examples(expected, actual, index):
    assert population_stability_index(expected, actual) == pytest.approx(
        index, abs=5e-7
    )


@pytest.mark.parametrize(
    ("count", "bin_count", "index"),
    [(1_000, 10, 0.033838), (100, 10, 0.338380), (200, 3, 0.059915)],
)
def test_chance_alone_reaches_more_with_fewer_customers(count, bin_count, index):
    assert critical_index(count, count, bin_count) == pytest.approx(index, abs=5e-7)


def test_single_bin_cannot_shift():
    assert critical_index(50, 60, 1) == 0
    assert population_stability_index([50], [60]) == 0


@given(BINS, BINS)
def test_index_is_finite_symmetric_and_never_negative(before, now):
    index = population_stability_index(before, now)
    assert math.isfinite(index)
    assert index >= 0
    assert population_stability_index(now, before) == pytest.approx(index)
    assert population_stability_index(before, before) == 0


def test_bins_that_do_not_compare_are_refused():
    with pytest.raises(ValueError, match="same bins"):
        population_stability_index([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="same bins"):
        population_stability_index([1, 2], [0, 0])


def test_deciles_hold_a_tenth_each_and_equal_customers_share_a_bin():
    even = reference_of("x", np.arange(1, 101, dtype=float))
    assert even.counts == (10,) * 10
    # Seven tenths are 0: one bin up to 0, and three tenths above it.
    piled = reference_of("x", np.array([0.0] * 70 + list(range(1, 31))))
    assert piled.counts[0] == 70
    assert sum(piled.counts) == 100
    with pytest.raises(ValueError, match="no values"):
        reference_of("x", np.array([]))


def test_customers_a_model_was_just_fitted_on_have_not_moved(segmentation):
    assert segmentation.drift["stability_index"].eq(0).all()
    assert segmentation.drift["attribute"].tolist()[-1] == "segments"
    assert segmentation.drift["customer_count"].eq(598).all()
    # A centre is the mean of its members, found to the precision of the fit.
    assert segmentation.drift["centre_shift"].abs().max() < 0.01


def test_doubled_frequency_is_drift_of_that_attribute_alone(segmentation, customers):
    frame = customers.sort_values("customer_id").reset_index(drop=True)
    frame["order_frequency_per_year"] *= 2
    model = from_artefact(segmentation.artefact)
    rows = drift_rows(model, "m", frame, segmentation.assignments)
    index = rows.set_index("attribute")["stability_index"]
    assert index["order_frequency_per_year"] > 0.25
    assert index.drop("order_frequency_per_year").eq(0).all()


def test_centre_shift_is_the_largest_of_any_segment_in_robust_deviations(
    segmentation, customers
):
    frame = customers.sort_values("customer_id").reset_index(drop=True)
    model = from_artefact(segmentation.artefact)
    wanted = segmentation.assignments["model_segment_code"]
    place = model.feature_names.index("rush_order_ratio")
    frame.loc[(wanted == "S02").to_numpy(), "rush_order_ratio"] = 1.0
    rows = drift_rows(model, "m", frame, segmentation.assignments)
    found = rows.set_index("attribute").loc["rush_order_ratio"]
    now = model.scalings[place].scaled(np.array([1.0]))[0]
    assert found["shifted_segment"] == "S02"
    assert found["centre_shift"] == pytest.approx(
        1.349 * (now - model.segments[1].centroid[place])
    )
    assert rows["shifted_segment"].isna().tolist() == [False] * (len(rows) - 1) + [True]
