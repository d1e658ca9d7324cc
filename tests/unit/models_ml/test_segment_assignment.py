import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models_ml.artefact import ModelSegment, SegmentModel
from models_ml.assignment import (
    NO_SEGMENT,
    assign_customers,
    damped,
    inherited_codes,
)
from models_ml.scaling import FeatureScaling


def line_model(outlier_policy: str = "segment") -> SegmentModel:
    """Two segments on a line, S01 at 0 and S02 at 10; exceptional from 20."""
    scaling = FeatureScaling("x", "identity", 0, 15, 0, 1, high_limit=20.0)
    segments = tuple(
        ModelSegment(code, code, "", (), (centre,), 1.0)
        for code, centre in (("S01", 0.0), ("S02", 10.0))
    )
    return SegmentModel(
        "kmeans",
        "2025-12-31",
        (scaling,),
        segments,
        (),
        (),
        True,
        (),
        {"hysteresis_ratio": 0.10, "outlier_policy": outlier_policy},
        {},
    )


def assigned(
    value: float, before: str | None, outlier_policy: str = "segment"
) -> pd.Series:
    frame = pd.DataFrame(
        {
            "customer_id": ["C1"],
            "x": [value],
            "is_excluded": [False],
            "exclusion_reason": pd.Series([None], dtype="str"),
        }
    )
    previous = pd.Series([before], dtype="str")
    return assign_customers(frame, line_model(outlier_policy), previous).iloc[0]


@pytest.mark.parametrize(
    ("value", "before", "code", "decider", "reason"),
    [
        (4, None, "S01", "model", "S01 is the nearest segment; first assignment"),
        (4, "S01", "S01", "model", "S01 is still the nearest segment"),
        # 4.9 against 5.1 is nearer by 3.9 %.
        (4.9, "S02", "S02", "rule", "kept in S02: S01 is nearer by 3.9%, less than a"),
        # 4.7 against 5.3 is nearer by 11.3 %.
        (4.7, "S02", "S01", "model", "moved from S02: S01 is nearer by 11.3%"),
        (4, "UNC", "S01", "model", "S01 is the nearest segment; was UNC"),
        (4, "S07", "S01", "model", "S01 is the nearest segment; S07 was retired"),
        (25, "S02", "EXC", "rule", "exceptional: x 25 above 20"),
    ],
    ids=[
        "new",
        "same",
        "too_little_to_move",
        "clearly_nearer_moves",
        "classified_at_last",
        "segment_is_gone",
        "beyond_the_limit",
    ],
)
def test_assignment_says_who_decided_and_why(value, before, code, decider, reason):
    row = assigned(value, before)
    assert (row["segment_code"], row["assigned_by"]) == (code, decider)
    assert row["reason"].startswith(reason)
    assert row["has_moved"] == (before is not None and before != code)


def test_customer_wavering_at_the_border_moves_once():
    # Nearest would change at every step from the second on.
    path, code = [4.0, 5.1, 4.9, 5.2, 6.0, 4.9, 5.1], None
    seen = []
    for value in path:
        code = assigned(value, code)["segment_code"]
        seen.append(code)
    assert seen == ["S01", "S01", "S01", "S01", "S02", "S02", "S02"]


def test_held_customer_shows_what_the_model_wanted():
    row = assigned(4.9, "S02")
    assert row["model_segment_code"] == "S01"
    assert (row["distance"], row["second_distance"]) == pytest.approx((5.1, 4.9))


def test_exceptional_customer_has_no_distance_but_a_nearest_segment():
    row = assigned(25, None)
    assert np.isnan(row["distance"])
    # Clipped at 15, five from S02.
    assert (row["second_segment_code"], row["second_distance"]) == ("S02", 5.0)


def test_capping_keeps_an_exceptional_customer_and_says_so():
    row = assigned(25, None, outlier_policy="cap")
    assert row["segment_code"] == "S02"
    assert row["reason"].endswith("; exceptional values were capped: x")


distances_and_previous = st.integers(1, 6).flatmap(
    lambda k: st.tuples(
        arrays(np.float64, (4, k), elements=st.floats(0, 100)),
        arrays(np.int64, 4, elements=st.integers(NO_SEGMENT, k - 1)),
    )
)


@given(distances_and_previous, st.floats(0, 0.99))
def test_damping_moves_only_to_the_nearest_and_only_when_clearly_nearer(drawn, ratio):
    distances, previous = drawn
    rows = np.arange(len(distances))
    result = damped(distances, previous, ratio)
    nearest = distances.argmin(axis=1)
    moved = (previous != NO_SEGMENT) & (result != previous)
    assert np.all((result == nearest) | (result == previous))
    assert np.all(result[previous == NO_SEGMENT] == nearest[previous == NO_SEGMENT])
    own, best = distances[rows, previous], distances[rows, nearest]
    assert np.all(best[moved] <= (1 - ratio) * own[moved])


@given(distances_and_previous, st.floats(0, 0.99))
def test_damping_twice_changes_nothing_more(drawn, ratio):
    distances, previous = drawn
    once = damped(distances, previous, ratio)
    np.testing.assert_array_equal(damped(distances, once, ratio), once)


@given(distances_and_previous)
def test_without_damping_everyone_goes_to_a_nearest_segment(drawn):
    distances, previous = drawn
    result = damped(distances, previous, 0.0)
    rows = np.arange(len(distances))
    np.testing.assert_array_equal(distances[rows, result], distances.min(axis=1))


def test_renumbered_clusters_keep_their_codes():
    before = pd.Series(["S01"] * 5 + ["S02"] * 5 + ["S03"] * 5)
    labels = np.repeat([2, 0, 1], 5)
    codes = inherited_codes(before, labels, np.arange(3), {"S01", "S02", "S03"}, 0.5)
    assert codes == {2: "S01", 0: "S02", 1: "S03"}


def test_segment_without_a_forerunner_gets_a_code_never_used():
    before = pd.Series(["S01"] * 6 + ["EXC", None, "UNC", None], dtype="str")
    labels = np.array([0] * 6 + [1] * 4)
    codes = inherited_codes(before, labels, np.array([1, 0]), {"S01", "S04"}, 0.5)
    assert codes == {0: "S01", 1: "S05"}


def test_first_codes_follow_the_given_order():
    before = pd.Series([None] * 4, dtype="str")
    codes = inherited_codes(
        before, np.array([0, 1, 2, 2]), np.array([2, 0, 1]), set(), 0.5
    )
    assert codes == {2: "S01", 0: "S02", 1: "S03"}
