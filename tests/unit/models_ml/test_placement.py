import json

import numpy as np
import pandas as pd
import pytest

from models_ml.artefact import from_artefact
from models_ml.placement import proposed_segments

HIDDEN = [
    "monthly_sales_variation",
    "line_count_per_order",
    "rush_order_ratio",
    "electronic_order_ratio",
]


def in_order(customers):
    """The two who are excluded are accounts of the company itself."""
    frame = customers.sort_values("customer_id").reset_index(drop=True)
    frame.loc[frame["is_excluded"], "exclusion_reason"] = "intercompany"
    return frame


def in_segments(segmentation):
    codes = segmentation.assignments["model_segment_code"]
    return codes.index[codes.str.startswith("S")]


@pytest.fixture(scope="module")
def newcomers(segmentation, customers):
    """Sixty customers hide four attributes and their segments."""
    frame = in_order(customers)
    assignments = segmentation.assignments.copy()
    hidden = in_segments(segmentation)[:60]
    frame.loc[hidden, HIDDEN] = np.nan
    frame.loc[hidden, "is_excluded"] = True
    frame.loc[hidden, "exclusion_reason"] = "insufficient_data"
    truth = assignments.loc[hidden, "model_segment_code"]
    assignments.loc[hidden, ["segment_code", "model_segment_code"]] = "UNC"
    return frame, assignments, truth.set_axis(frame.loc[hidden, "customer_id"])


def propose(newcomers, segmentation, earlier=None):
    frame, assignments, _ = newcomers
    model = from_artefact(segmentation.artefact)
    earlier = frame.iloc[:0] if earlier is None else earlier
    return proposed_segments(frame, earlier, assignments, model, 7)


def test_customers_with_gaps_are_proposed_where_they_truly_belong(
    newcomers, segmentation
):
    proposals, classifiers = propose(newcomers, segmentation)
    truth = newcomers[2].loc[proposals["customer_id"]]
    hits = (proposals["segment_code"].to_numpy() == truth.to_numpy()).mean()
    assert len(proposals) == 60
    assert hits > 0.8
    # What was promised on customers not seen is what these were told right by.
    assert proposals["accuracy"].iloc[0] == pytest.approx(hits, abs=0.12)
    assert proposals["accuracy"].iloc[0] > proposals["baseline"].iloc[0] + 0.3
    assert proposals["mean_confidence"].iloc[0] == pytest.approx(
        proposals["accuracy"].iloc[0], abs=0.1
    )
    [classifier] = classifiers
    assert not set(HIDDEN) & set(classifier["attributes"])
    assert (
        sum(rule["customer_count"] for rule in classifier["rules"])
        == (classifier["labelled_count"])
    )
    assert len(classifier["rules"]) <= 2**4
    json.dumps(classifiers, allow_nan=False)


def test_a_rule_holds_for_whom_it_is_named(newcomers, segmentation):
    proposals, _ = propose(newcomers, segmentation)
    row = proposals.iloc[0]
    customer = newcomers[0].set_index("customer_id").loc[row["customer_id"]]
    for condition in row["rule"].split(" and "):
        name, sign, bound = condition.rsplit(" ", 2)
        value = float(customer[name])
        slack = 1e-3 * abs(float(bound))
        assert (
            value > float(bound) - slack
            if sign == ">"
            else (value <= float(bound) + slack)
        )


def test_who_is_kept_out_by_a_rule_of_business_is_never_proposed(
    newcomers, segmentation
):
    frame = newcomers[0].copy()
    frame.loc[frame["exclusion_reason"].notna(), "exclusion_reason"] = "intercompany"
    proposals, classifiers = propose((frame, *newcomers[1:]), segmentation)
    assert proposals.empty
    assert classifiers == []


def test_nothing_known_gives_no_proposal(newcomers, segmentation):
    frame = newcomers[0].copy()
    columns = frame.select_dtypes("number").columns
    frame.loc[frame["is_excluded"], columns] = np.nan
    proposals, _ = propose((frame, *newcomers[1:]), segmentation)
    assert proposals.empty


def test_customers_without_a_segment_then_are_told_from_what_was_known_then(
    segmentation, customers
):
    """Forty had gaps three months ago and are in segments now."""
    frame = in_order(customers)
    earlier = frame.assign(as_of_date=pd.Timestamp("2025-09-30"))
    late = in_segments(segmentation)[:40]
    earlier.loc[late, HIDDEN] = np.nan
    earlier.loc[late, "is_excluded"] = True
    shown = frame.copy()
    shown.loc[shown.index[-1], HIDDEN] = np.nan
    assignments = segmentation.assignments.copy()
    assignments.loc[assignments.index[-1], ["segment_code"]] = "UNC"
    assignments.loc[assignments.index[-1], ["model_segment_code"]] = "UNC"
    proposals, _ = propose((shown, assignments, None), segmentation, earlier)
    assert proposals["late_count"].tolist() == [40]
    assert proposals["late_correct_count"].iloc[0] >= 30
    assert proposals["lead_days"].tolist() == [92]


def test_proposals_do_not_depend_on_chance_or_threads(newcomers, segmentation):
    first, trees = propose(newcomers, segmentation)
    again, same = propose(newcomers, segmentation)
    pd.testing.assert_frame_equal(first, again)
    assert trees == same
