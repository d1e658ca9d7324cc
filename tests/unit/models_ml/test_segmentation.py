import json
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.metrics import adjusted_rand_score
from synthetic_customers import invented_customers

from models_ml.artefact import from_artefact
from models_ml.config import SegmentationConfig
from models_ml.segmentation import Segmentation, segment_customers
from models_ml.standings import PreviousSegmentation

TABLE_COLUMNS = {
    "models": [
        "model_version",
        "algorithm",
        "segment_count",
        "fitted_as_of_date",
        "feature_names",
        "artefact_json",
        "window_ari",
        "mean_jaccard",
        "is_reused",
        "approval_status",
    ],
    "candidates": [
        "model_version",
        "segment_count",
        "silhouette",
        "calinski_harabasz",
        "davies_bouldin",
        "minimum_jaccard",
        "prediction_strength",
        "smallest_segment_ratio",
        "mean_rank",
        "explained_ratio",
        "benefit_amount_base_ccy",
        "marginal_benefit_amount_base_ccy",
        "running_cost_amount_base_ccy",
        "is_justified",
        "gap_statistic",
        "gap_standard_error",
        "is_gap_choice",
        "is_chosen",
        "reason",
    ],
    "segments": [
        "model_version",
        "segment_code",
        "segment_name",
        "definition",
        "customer_count",
        "centroid_json",
        "mean_jaccard",
        "label_fidelity_ratio",
    ],
    "stability": [
        "model_version",
        "segment_code",
        "measure",
        "value",
        "resample_count",
        "rating",
    ],
    "assignments": [
        "customer_id",
        "segment_code",
        "model_segment_code",
        "model_version",
        "damped_segment_code",
        "guarded_segment_code",
        "assigned_by",
        "decider_id",
        "valid_to_date",
        "reason",
        "held_by",
        "held_until_date",
        "challenger_segment_code",
        "challenger_streak_count",
        "challenger_counted_date",
        "distance",
        "second_segment_code",
        "second_distance",
        "previous_segment_code",
        "has_moved",
    ],
    "guard_hits": [
        "customer_id",
        "guard_id",
        "wanted_segment_code",
        "allowed_segment_code",
        "is_feasible",
    ],
    "counterfactuals": [
        "customer_id",
        "model_version",
        "change_rank",
        "feature_name",
        "feature_value",
        "flip_feature_value",
        "change_ratio",
        "flips_to_segment_code",
        "counterfactual",
    ],
    "outlier_treatments": [
        "customer_id",
        "model_version",
        "apart_segment_code",
        "capped_segment_code",
    ],
    "drift": [
        "model_version",
        "subject",
        "attribute",
        "bin_count",
        "reference_customer_count",
        "customer_count",
        "stability_index",
        "critical_index",
        "centre_shift",
        "shifted_segment",
    ],
    "assignment_reasons": [
        "customer_id",
        "model_version",
        "segment_code",
        "feature_name",
        "feature_value",
        "scaled_value",
        "centroid_value",
        "contribution",
        "flip_feature_value",
        "flips_to_segment_code",
    ],
}
TABLES = tuple(TABLE_COLUMNS)


def in_force(result: Segmentation, **others: Any) -> PreviousSegmentation:
    return PreviousSegmentation(
        result.artefact, result.assignments[["customer_id", "segment_code"]], **others
    )


def agreement_with_truth(result: Segmentation, customers: pd.DataFrame) -> float:
    merged = result.assignments.merge(customers, on="customer_id")
    merged = merged[merged["segment_code"].str.startswith("S")]
    return adjusted_rand_score(merged["true_group"], merged["segment_code"])


def test_defaults_find_the_five_groups_of_an_invented_firm():
    customers = invented_customers(1500, seed=4, noise=0.5)
    result = segment_customers(customers, SegmentationConfig())
    assert result.models["segment_count"].tolist() == [5]
    assert agreement_with_truth(result, customers) >= 0.85


def test_tables_have_the_agreed_columns(segmentation):
    columns = {name: list(getattr(segmentation, name).columns) for name in TABLES}
    assert columns == TABLE_COLUMNS


def test_every_customer_is_assigned_once(segmentation, customers):
    ids = segmentation.assignments["customer_id"].tolist()
    assert ids == sorted(customers["customer_id"])
    counts = segmentation.segments["customer_count"]
    assert counts.sum() == len(customers)
    assert set(segmentation.assignments["segment_code"]) == set(
        segmentation.segments["segment_code"]
    )


def test_excluded_and_exceptional_customers_are_kept_apart(segmentation):
    rows = segmentation.assignments.set_index("customer_id")
    assert rows.loc["C000000", "segment_code"] == "UNC"
    assert rows.loc["C000000", "reason"] == "excluded: intercompany account"
    assert rows.loc["C000002", "segment_code"] == "EXC"
    assert "average_order_value_amount_base_ccy" in rows.loc["C000002", "reason"]


def test_codes_start_with_the_segment_that_sells_most(segmentation, customers):
    merged = segmentation.assignments.merge(customers, on="customer_id")
    merged = merged[merged["segment_code"].str.startswith("S")]
    sales = merged.groupby("segment_code")["net_sales_amount_base_ccy"].sum()
    assert sales.index.tolist() == ["S01", "S02", "S03", "S04", "S05"]
    assert sales.is_monotonic_decreasing


def test_row_order_changes_nothing(segmentation, customers, quick_config):
    shuffled = customers.sample(frac=1, random_state=9)
    again = segment_customers(shuffled, quick_config)
    assert again.artefact == segmentation.artefact
    for name in TABLES:
        assert_frame_equal(getattr(again, name), getattr(segmentation, name))


def test_previous_model_is_reused_and_moves_nobody(
    segmentation, customers, quick_config
):
    again = segment_customers(customers, quick_config, in_force(segmentation))
    assert again.artefact == segmentation.artefact
    assert again.models["is_reused"].tolist() == [True]
    assert not again.assignments["has_moved"].any()
    columns = ["customer_id", "segment_code", "distance"]
    assert_frame_equal(again.assignments[columns], segmentation.assignments[columns])


def test_new_customer_changes_nobody_elses_segment(
    segmentation, customers, quick_config
):
    newcomer = customers.iloc[[50]].assign(customer_id="A-new")
    more = pd.concat([customers, newcomer])
    again = segment_customers(more, quick_config, in_force(segmentation))
    others = again.assignments.query("customer_id != 'A-new'")
    assert (
        others["segment_code"].tolist()
        == segmentation.assignments["segment_code"].tolist()
    )
    first = again.assignments.iloc[0]
    assert first["customer_id"] == "A-new"
    assert pd.isna(first["previous_segment_code"])


def test_refit_keeps_codes_and_names_of_segments_that_return(
    segmentation, customers, quick_config
):
    # Another seed numbers the clusters differently; the groups are the same.
    config = replace(quick_config, seed=99, segment_counts=(5, 5))
    again = segment_customers(customers, config, in_force(segmentation))
    assert again.models["is_reused"].tolist() == [False]
    assert "fitted anew: the configuration has changed" in again.notes
    names = ["segment_code", "segment_name"]
    assert_frame_equal(again.segments[names], segmentation.segments[names])
    assert again.assignments["has_moved"].mean() < 0.01


def test_refit_on_request_fits_anew(segmentation, customers, quick_config):
    again = segment_customers(
        customers, quick_config, in_force(segmentation, is_to_be_refitted=True)
    )
    assert again.notes[0] == "fitted anew on request"
    assert again.models["is_reused"].tolist() == [False]


def test_a_new_model_is_held_until_a_person_approves_it(
    segmentation, customers, quick_config
):
    assert segmentation.models["approval_status"].tolist() == ["first"]
    known = in_force(segmentation)
    again = segment_customers(customers, quick_config, known)
    assert again.models["approval_status"].tolist() == ["in_force"]
    other = replace(quick_config, seed=99, segment_counts=(3, 3))
    proposed = segment_customers(customers, other, known)
    assert proposed.models["approval_status"].tolist() == ["held"]
    approved = replace(known, approved_artefact=proposed.artefact)
    adopted = segment_customers(customers, other, approved)
    assert adopted.models["approval_status"].tolist() == ["approved"]
    assert adopted.artefact == proposed.artefact
    assert_frame_equal(adopted.assignments, proposed.assignments)


def test_lost_attribute_forces_a_new_fit(segmentation, customers, quick_config):
    poorer = customers.assign(rush_order_ratio=np.nan)
    again = segment_customers(poorer, quick_config, in_force(segmentation))
    assert again.notes[0] == (
        "fitted anew: attribute rush_order_ratio is no longer available"
    )


def test_unavailable_and_constant_attributes_are_left_out_and_reported(
    customers, quick_config
):
    frame = customers.assign(
        service_case_count_per_order=np.nan,
        return_line_ratio=0.0,
        unit_count_per_line=customers["line_count_per_order"] * 2,
    )
    result = segment_customers(frame, quick_config)
    assert result.notes[1:] == (
        "attribute service_case_count_per_order is not used: no values: its source "
        "is not available",
        "attribute unit_count_per_line is not used: duplicate of "
        "line_count_per_order: rank correlation 1.000",
        "attribute return_line_ratio is not used: no spread: equal for all but a few "
        "customers",
    )
    assert agreement_with_truth(result, customers) >= 0.8


def test_earlier_window_of_the_same_behaviour_agrees(
    segmentation, customers, quick_config
):
    scale = np.random.default_rng(0).lognormal(0, 0.05, len(customers))
    earlier = customers.assign(
        as_of_date=pd.Timestamp("2024-12-31"),
        order_frequency_per_year=customers["order_frequency_per_year"] * scale,
    )
    again = segment_customers(
        customers, quick_config, in_force(segmentation), windows=[earlier]
    )
    assert again.models["window_ari"].iloc[0] > 0.9
    windows = again.stability.query("measure == 'window_jaccard'")
    assert windows["segment_code"].tolist() == ["S01", "S02", "S03", "S04", "S05"]
    assert (windows["value"] > 0.75).all()
    assert set(windows["resample_count"]) == {1}


def test_capped_customers_stay_in_a_segment(customers, quick_config):
    result = segment_customers(customers, replace(quick_config, outlier_policy="cap"))
    row = result.assignments.set_index("customer_id").loc["C000002"]
    assert row["segment_code"].startswith("S")
    assert "capped: average_order_value_amount_base_ccy" in row["reason"]


def test_firm_without_groups_is_told_so(quick_config):
    generator = np.random.default_rng(5)
    frame = invented_customers(300)
    names = [feature.name for feature in quick_config.features]
    frame[names] = generator.uniform(1, 2, (300, len(names)))
    result = segment_customers(frame, quick_config)
    assert any(note.startswith("no clear segments") for note in result.notes)
    chosen = result.candidates.query("is_chosen")["reason"].iloc[0]
    assert chosen.startswith("no clear segments")
    assert result.segments["segment_name"].is_unique


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.iloc[:0], "no customers"),
        (lambda f: f.drop(columns="rush_order_ratio"), "rush_order_ratio is missing"),
        (lambda f: f.drop(columns="is_excluded"), "lack the columns is_excluded"),
        (
            lambda f: f.assign(
                rush_order_ratio=f["rush_order_ratio"].where(f.index != 7)
            ),
            "rush_order_ratio is null for 1 of 598 customers",
        ),
        (
            lambda f: f.assign(
                rush_order_ratio=f["rush_order_ratio"].where(f.index != 7, np.inf)
            ),
            "rush_order_ratio holds an infinite value",
        ),
        (lambda f: f.assign(rush_order_ratio="often"), "rush_order_ratio is not num"),
        (lambda f: pd.concat([f, f.iloc[[4]]]), "C000004 occurs more than once"),
        (
            lambda f: f.assign(
                as_of_date=f["as_of_date"].where(
                    f.index != 7, pd.Timestamp("2025-11-30")
                )
            ),
            "features are of several dates",
        ),
    ],
    ids=[
        "empty",
        "attribute_missing",
        "column_missing",
        "partly_null",
        "infinite",
        "text",
        "twice",
        "two_dates",
    ],
)
def test_unusable_input_is_named(customers, quick_config, change, message):
    with pytest.raises(ValueError, match=message):
        segment_customers(change(customers), quick_config)


def test_an_attribute_too_empty_to_impute_is_left_out_and_reported(
    customers, quick_config
):
    known = customers["rush_order_ratio"].where(customers.index % 2 == 0)
    outcome = segment_customers(customers.assign(rush_order_ratio=known), quick_config)
    assert any(
        note.startswith("attribute rush_order_ratio is not used: null for 50%")
        for note in outcome.notes
    )


def identical(customers, config):
    return customers.assign(**{f.name: 1.0 for f in config.features})


def three_kinds(customers, config):
    rows = np.resize(np.arange(3), len(customers))
    return customers.assign(
        **{f.name: customers[f.name].to_numpy()[rows] for f in config.features}
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda f, _: f.iloc[3:15],
            "too few customers to segment: 12 of at least 30",
        ),
        (
            lambda f, _: f.assign(is_excluded=True, exclusion_reason=None),
            "too few customers to segment: 0 of at least 30",
        ),
        (identical, "no attribute varies between the customers"),
        (
            three_kinds,
            "customers too alike to segment: 3 different ones of at least 6",
        ),
    ],
    ids=["too_few", "all_excluded", "identical", "three_kinds"],
)
def test_unsegmentable_customers_are_all_unclassified(
    customers, quick_config, change, reason
):
    frame = change(customers, quick_config)
    result = segment_customers(frame, quick_config, windows=[frame])
    assert f"no segments: {reason}" in result.notes
    assert {name: list(getattr(result, name).columns) for name in TABLES} == (
        TABLE_COLUMNS
    )
    rows = result.assignments
    assert rows["customer_id"].tolist() == sorted(frame["customer_id"])
    assert set(rows["segment_code"]) == set(rows["model_segment_code"]) == {"UNC"}
    assert set(rows["assigned_by"]) == {"rule"}
    is_excluded = frame["is_excluded"].to_numpy(dtype=bool)
    assert (rows.loc[~is_excluded, "reason"] == reason).all()
    assert rows.loc[is_excluded, "reason"].str.startswith("excluded: ").all()
    model = result.models.iloc[0]
    assert (model["algorithm"], model["segment_count"]) == ("none", 0)
    assert pd.isna(model["window_ari"])
    assert pd.isna(model["mean_jaccard"])
    assert from_artefact(json.loads(model["artefact_json"])).unsegmented_reason == (
        reason
    )
    assert result.segments["segment_code"].tolist() == ["UNC"]
    assert result.segments["customer_count"].tolist() == [len(frame)]
    assert reason in result.segments["definition"].iloc[0]


def warehouse_types(result: Segmentation) -> dict[str, list[tuple[str, str]]]:
    types = {}
    with duckdb.connect() as connection:
        for name in TABLES:
            connection.register("frame", getattr(result, name))
            described = connection.execute("describe select * from frame").fetchall()
            types[name] = [(row[0], row[1]) for row in described]
            connection.unregister("frame")
    return types


def test_tables_without_segments_have_the_types_of_those_with(
    segmentation, customers, quick_config
):
    without = segment_customers(customers.iloc[3:15], quick_config)
    assert warehouse_types(without) == warehouse_types(segmentation)


def test_first_model_follows_once_there_are_customers_enough(
    segmentation, customers, quick_config
):
    without = segment_customers(customers.iloc[3:15], quick_config)
    first = segment_customers(customers, quick_config, in_force(without))
    assert first.notes[0] == "fitted anew: the model in force has no segments"
    assert first.segments["segment_code"].tolist() == (
        segmentation.segments["segment_code"].tolist()
    )
    assert not first.models["is_reused"].iloc[0]


def test_codes_of_lost_segments_are_never_used_again(
    segmentation, customers, quick_config
):
    without = segment_customers(
        customers.iloc[3:15],
        quick_config,
        in_force(segmentation, is_to_be_refitted=True),
    )
    assert without.assignments["has_moved"].all()
    assert without.artefact["retired_codes"] == ["S01", "S02", "S03", "S04", "S05"]
    later = segment_customers(customers, quick_config, in_force(without))
    assert later.segments["segment_code"].tolist()[:2] == ["S06", "S07"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda f, _: f.assign(is_excluded=True),
            "too few customers to segment: 0 of at least 30",
        ),
        (
            lambda f, _: f.assign(is_excluded=f.index > 10),
            "too few customers to segment: 11 of at least 30",
        ),
        (
            lambda f, _: f.assign(is_excluded=f.index > 45),
            "of today's 597 customers are in it",
        ),
        (identical, "no attribute varies between the customers"),
    ],
    ids=["all_excluded", "nearly_all", "few_in_common", "identical"],
)
def test_window_from_before_the_customers_is_not_compared(
    segmentation, customers, quick_config, change, reason
):
    earlier = change(customers, quick_config).assign(
        as_of_date=pd.Timestamp("2024-12-31")
    )
    again = segment_customers(
        customers, quick_config, in_force(segmentation), windows=[earlier]
    )
    assert again.models["window_ari"].isna().all()
    assert again.notes[-1].startswith("window of 2024-12-31 is not compared: ")
    assert again.notes[-1].endswith(reason)
    assert set(again.stability["measure"]) == {"bootstrap_jaccard"}


def test_attribute_become_too_empty_forces_a_new_fit(
    segmentation, customers, quick_config
):
    known = customers["rush_order_ratio"].where(customers.index % 2 == 0)
    again = segment_customers(
        customers.assign(rush_order_ratio=known), quick_config, in_force(segmentation)
    )
    assert again.notes[0] == (
        "fitted anew: attribute rush_order_ratio is null for 50% of the customers"
    )
    assert again.models["is_reused"].tolist() == [False]


def test_forty_customers_are_enough(quick_config):
    result = segment_customers(
        invented_customers(40), replace(quick_config, segment_counts=(2, 4))
    )
    assert len(result.assignments) == 40
    assert result.segments["segment_name"].is_unique
