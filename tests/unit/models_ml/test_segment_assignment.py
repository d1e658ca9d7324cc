import numpy as np
import pandas as pd
import pytest
from line_model import customers_at, line_model, standing

from models_ml.assignment import AssignmentPolicy, assign_customers
from models_ml.guards import Guard
from models_ml.hysteresis import Damping

AT_ONCE = Damping(streak_count=1, dwell_days=0)
STRATEGIC = Guard(
    "strategic", "is_strategic", 1, "no_downgrade", None, None, "key account", None
)
OVERRIDE = pd.DataFrame(
    {
        "customer_id": ["C01"],
        "segment_code": ["S02"],
        "override_id": ["O1"],
        "reason": ["opens a shop"],
        "approved_by": ["kim"],
        "valid_to_date": [pd.Timestamp("2026-06-30")],
    }
)


def assigned(value, before, policy=None, outlier_policy="segment", **known):
    """The row of one customer at a value, ranked by it."""
    frame = customers_at(value)
    policy = policy or AssignmentPolicy(damping=AT_ONCE, rank_attribute="x")
    result = assign_customers(
        frame,
        line_model(outlier_policy),
        standing(frame, [before], **{name: [v] for name, v in known.items()}),
        policy,
    )
    return result.customers.iloc[0]


@pytest.mark.parametrize(
    ("value", "before", "code", "decider", "reason"),
    [
        (4, None, "S01", "model", "S01 is the nearest segment; first assignment"),
        (4, "S01", "S01", "model", "S01 is still the nearest segment"),
        # 4.9 against 5.1 is nearer by 3.9 %.
        (4.9, "S02", "S02", "rule", "kept in S02: S01 is nearer by 3.9%, less than a"),
        # 4.6 against 5.4 is nearer by 14.8 %.
        (4.6, "S02", "S01", "model", "moved from S02: S01 is nearer by 14.8%"),
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
    assert (row["model_segment_code"], row["held_by"]) == ("S01", "limit")
    assert (row["distance"], row["second_distance"]) == pytest.approx((5.1, 4.9))


@pytest.mark.parametrize(
    ("known", "held_by", "reason"),
    [
        ({}, "streak", "1 time in a row, not often enough"),
        (
            {"stay_since_date": pd.Timestamp("2025-12-01")},
            "dwell",
            "but may follow only from 2026-03-02",
        ),
        ({"move_count": 2}, "cap", "the customer has moved too often of late"),
    ],
)
def test_a_challenger_waits_and_the_reason_says_for_what(known, held_by, reason):
    row = assigned(4, "S02", AssignmentPolicy(), **known)
    assert (row["segment_code"], row["held_by"]) == ("S02", held_by)
    challenge = row[["challenger_segment_code", "challenger_streak_count"]]
    assert challenge.tolist() == ["S01", 1]
    assert row["reason"].endswith(reason)


def test_a_challenger_of_the_second_refresh_in_a_row_wins():
    row = assigned(
        4,
        "S02",
        AssignmentPolicy(),
        challenger_segment_code="S01",
        challenger_streak_count=1,
        challenger_counted_date=pd.Timestamp("2025-11-30"),
    )
    assert (row["segment_code"], row["challenger_streak_count"]) == ("S01", 2)


def test_a_guard_keeps_a_customer_and_the_row_shows_every_layer():
    facts = pd.DataFrame({"customer_id": ["C01"], "is_strategic": [1]})
    policy = AssignmentPolicy(AT_ONCE, "x", (STRATEGIC,), facts)
    frame = customers_at(2)
    result = assign_customers(frame, line_model(), standing(frame, ["S02"]), policy)
    row = result.customers.iloc[0]
    layers = ("model_segment_code", "damped_segment_code", "guarded_segment_code")
    assert row[[*layers]].tolist() == ["S01", "S01", "S02"]
    assert (row["assigned_by"], row["decider_id"]) == ("guard", "strategic")
    assert row["reason"] == "guard strategic: S02 instead of S01: key account"
    assert result.guard_hits.to_dict("records") == [
        {
            "customer_id": "C01",
            "guard_id": "strategic",
            "wanted_segment_code": "S01",
            "allowed_segment_code": "S02",
            "is_feasible": True,
        }
    ]


@pytest.mark.parametrize("value", [2, 25], ids=["segmented", "exceptional"])
def test_an_override_has_the_last_word_and_says_until_when(value):
    row = assigned(value, None, AssignmentPolicy(AT_ONCE, "x", overrides=OVERRIDE))
    assert (row["segment_code"], row["assigned_by"]) == ("S02", "override")
    assert (row["decider_id"], row["valid_to_date"]) == (
        "O1",
        pd.Timestamp("2026-06-30"),
    )
    assert row["reason"].endswith("until 2026-06-30, approved by kim: opens a shop")
    # Clipped at 15, five from S02.
    assert row["distance"] == (8 if value == 2 else 5)


def test_an_override_holds_for_a_customer_nobody_can_classify():
    frame = customers_at(2).assign(is_excluded=True, exclusion_reason="intercompany")
    policy = AssignmentPolicy(overrides=OVERRIDE)
    row = assign_customers(frame, line_model(), standing(frame, [None]), policy)
    assert row.customers.iloc[0]["segment_code"] == "S02"


def test_an_override_to_a_segment_the_model_lacks_has_no_effect():
    overrides = OVERRIDE.assign(segment_code="S09")
    row = assigned(2, None, AssignmentPolicy(overrides=overrides))
    assert (row["segment_code"], row["assigned_by"]) == ("S01", "model")


def test_exceptional_customer_has_no_distance_but_a_nearest_segment():
    row = assigned(25, None)
    assert np.isnan(row["distance"])
    # Clipped at 15, five from S02.
    assert (row["second_segment_code"], row["second_distance"]) == ("S02", 5.0)


def test_capping_keeps_an_exceptional_customer_and_says_so():
    row = assigned(25, None, outlier_policy="cap")
    assert row["segment_code"] == "S02"
    assert row["reason"].endswith("; exceptional values were capped: x")


def test_nobodys_assignment_depends_on_the_others():
    frame = customers_at(1, 4.9, 5.2, 9, 25)
    known = standing(frame, ["S02", "S02", "S01", None, "S01"])
    together = assign_customers(frame, line_model(), known).customers
    for number in range(5):
        one = slice(number, number + 1)
        alone = assign_customers(frame[one], line_model(), known[one]).customers
        pd.testing.assert_frame_equal(
            alone.reset_index(drop=True), together[one].reset_index(drop=True)
        )
