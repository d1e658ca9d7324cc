import numpy as np
import pytest
from line_model import standing

from models_ml.artefact import from_artefact
from models_ml.assignment import AssignmentPolicy, assign_customers
from models_ml.hysteresis import Damping
from models_ml.positions import positions_in
from models_ml.reasons import assignment_reasons, smallest_flips

AT_ONCE = AssignmentPolicy(Damping(streak_count=1))


@pytest.fixture(scope="module")
def joined(segmentation):
    return segmentation.assignment_reasons.merge(
        segmentation.assignments.drop(columns=["segment_code", "model_version"]),
        on="customer_id",
    )


def test_contributions_add_up_to_the_lead_over_the_second_segment(joined):
    rows = joined[joined["segment_code"].str.startswith("S")]
    totals = rows.groupby("customer_id").agg(
        contribution=("contribution", "sum"),
        distance=("distance", "first"),
        second_distance=("second_distance", "first"),
    )
    lead = totals["second_distance"] ** 2 - totals["distance"] ** 2
    np.testing.assert_allclose(totals["contribution"], lead, atol=1e-9)


def test_every_assigned_customer_is_explained_by_every_attribute(segmentation):
    counts = segmentation.assignment_reasons.groupby("customer_id").size()
    assigned = segmentation.assignments.query("segment_code != 'UNC'")
    assert counts.index.tolist() == assigned["customer_id"].tolist()
    assert set(counts) == {len(segmentation.artefact["scalings"])}


def test_smallest_change_flips_the_customer_and_half_of_it_does_not(
    segmentation, customers
):
    model = from_artefact(segmentation.artefact)
    flips = segmentation.assignment_reasons.dropna(subset="flip_feature_value")
    flips = flips[flips["segment_code"].str.startswith("S")].head(60)
    assert len(flips) == 60
    by_id = customers.set_index("customer_id", drop=False)
    for row in flips.itertuples():
        scaling = next(s for s in model.scalings if s.name == row.feature_name)
        ends = np.array([row.feature_value, row.flip_feature_value])
        here, there = scaling.scaled(ends)
        halfway = float(scaling.unscaled(np.array([(here + there) / 2]))[0])
        codes = []
        for value in (halfway, row.flip_feature_value):
            changed = by_id.loc[[row.customer_id]].assign(**{row.feature_name: value})
            changed = changed.reset_index(drop=True)
            before = standing(changed, [row.segment_code])
            result = assign_customers(changed, model, before, AT_ONCE)
            codes += result.customers["segment_code"].tolist()
        assert codes == [row.segment_code, row.flips_to_segment_code]


def test_no_other_single_value_within_bounds_flips_where_none_is_given(
    segmentation, customers
):
    model = from_artefact(segmentation.artefact)
    reasons = segmentation.assignment_reasons
    stuck = reasons[reasons["flip_feature_value"].isna()]
    stuck = stuck[stuck["segment_code"].str.startswith("S")].head(20)
    by_id = customers.set_index("customer_id", drop=False)
    for row in stuck.itertuples():
        scaling = next(s for s in model.scalings if s.name == row.feature_name)
        edges = np.array([scaling.lower, scaling.upper]) - scaling.center
        values = scaling.unscaled(np.linspace(*(edges / scaling.scale), 25))
        changed = by_id.loc[[row.customer_id] * 25].assign(**{row.feature_name: values})
        changed = changed.assign(customer_id=[f"V{n:02d}" for n in range(25)])
        changed = changed.reset_index(drop=True)
        before = standing(changed, [row.segment_code] * 25)
        result = assign_customers(changed, model, before, AT_ONCE)
        assert set(result.customers["segment_code"]) == {row.segment_code}


def test_exceptional_customer_is_told_the_limit_it_would_have_to_keep(segmentation):
    rows = segmentation.assignment_reasons.query("customer_id == 'C000002'")
    assert set(rows["segment_code"]) == {"EXC"}
    flip = rows.dropna(subset="flip_feature_value").iloc[0]
    assert flip["feature_name"] == "average_order_value_amount_base_ccy"
    assert 10_000 < flip["flip_feature_value"] < 9e9
    assert flip["flips_to_segment_code"].startswith("S")


def test_without_hysteresis_the_flip_lies_on_the_border(segmentation, customers):
    model = from_artefact({**segmentation.artefact})
    free = AssignmentPolicy(Damping(promote_score=0.5, demote_score=0.5))
    some = customers.iloc[5:40]
    positions = positions_in(some, model)
    own = positions.distances.argmin(axis=1)
    flips, targets = smallest_flips(positions, own, model, free)
    row, feature = np.argwhere(targets >= 0)[0]
    moved = positions.scaled[row].copy()
    moved[feature] = flips[row, feature]
    squared = (model.weights * (moved - model.centroids) ** 2).sum(axis=1)
    assert squared[own[row]] == pytest.approx(squared[targets[row, feature]], rel=1e-6)


def test_frames_of_different_customers_are_refused(segmentation, customers):
    model = from_artefact(segmentation.artefact)
    with pytest.raises(ValueError, match="different customers"):
        assignment_reasons(customers.iloc[1:], segmentation.assignments, model)
