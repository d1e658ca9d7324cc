from dataclasses import replace

import numpy as np
from synthetic_customers import invented_customers

from models_ml.segmentation import segment_customers


def test_exceptional_customer_is_apart_or_in_a_segment(segmentation):
    rows = segmentation.outlier_treatments.set_index("customer_id")
    assert len(rows) == 598  # two of 600 are excluded
    assert rows.loc["C000002", "apart_segment_code"] == "EXC"
    assert rows.loc["C000002", "capped_segment_code"].startswith("S")
    assert (rows["capped_segment_code"] != "EXC").all()


def test_one_outlier_moves_nobody_of_clear_groups(segmentation):
    rows = segmentation.outlier_treatments
    others = rows[rows["apart_segment_code"] != "EXC"]
    moved = others["apart_segment_code"] != others["capped_segment_code"]
    assert moved.mean() < 0.02


def test_treatment_in_force_draws_what_the_model_drew(segmentation):
    rows = segmentation.outlier_treatments.merge(segmentation.assignments)
    assert (rows["apart_segment_code"] == rows["model_segment_code"]).mean() > 0.99


def test_customers_without_segments_have_no_treatment(quick_config):
    few = segment_customers(invented_customers(12), quick_config)
    assert few.outlier_treatments.empty
    assert few.drift.empty


def test_effect_is_the_same_whichever_treatment_is_in_force(customers, quick_config):
    small = customers.iloc[2:202]
    apart = segment_customers(small, quick_config)
    capped = segment_customers(small, replace(quick_config, outlier_policy="cap"))
    one = apart.outlier_treatments["apart_segment_code"].to_numpy()
    other = capped.outlier_treatments["apart_segment_code"].to_numpy()
    assert np.array_equal(one == "EXC", other == "EXC")
