import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models_ml.hysteresis import (
    NO_SEGMENT,
    Damping,
    Standing,
    challengers,
    crosses_limit,
    damped,
)

TIER_B, TIER_A = 0, 1
PATIENT = Damping(streak_count=2, dwell_days=0, move_cap_count=99)


def one_standing(segment, challenger=NO_SEGMENT, streak=0, **others):
    """One customer's standing, counted last at an earlier date."""
    known = {"is_later": True, "days_in_segment": 1000, "move_count": 0, **others}
    arrays_of = {name: np.array([value]) for name, value in known.items()}
    return Standing(
        np.array([segment]), np.array([challenger]), np.array([streak]), **arrays_of
    )


def tiers_over(scores, promote, demote):
    """Let one customer of tier B live through scores, one refresh after the other."""
    tier, challenger, streak, seen = TIER_B, NO_SEGMENT, 0, []
    for score in scores:
        wants = crosses_limit(
            np.array([score]), np.array([tier == TIER_B]), promote, demote
        )
        wished = np.where(wants, 1 - tier, NO_SEGMENT)
        now = damped(
            wished, np.array([tier]), one_standing(tier, challenger, streak), PATIENT
        )
        challenger, streak = int(now.challenger[0]), int(now.streak[0])
        tier = int(now.segment[0])
        seen.append("BA"[tier])
    return seen


# WE-46.
def test_worked_example_46_moves_twice_where_a_plain_cut_would_four_times():
    scores = [78, 81, 79, 82, 83, 72, 69, 71, 68, 66]
    assert tiers_over(scores, promote=80, demote=70) == list("BBBBAAAAAB")
    plain = ["A" if score >= 80 else "B" for score in scores]
    assert sum(a != b for a, b in zip(["B", *plain], plain, strict=False)) == 4


def oracle_tiers(scores, promote, demote, patience):
    """The same in plain Python: count refreshes beyond the limit, move, start over."""
    tier, count, seen = "B", 0, []
    for score in scores:
        beyond = score >= promote if tier == "B" else score < demote
        count = count + 1 if beyond else 0
        if count == patience:
            tier, count = ("A" if tier == "B" else "B"), 0
        seen.append(tier)
    return seen


@given(st.lists(st.integers(50, 100), max_size=30))
def test_two_tiers_follow_the_plain_python_oracle(scores):
    assert tiers_over(scores, 80, 70) == oracle_tiers(scores, 80, 70, 2)


drawn_positions = st.integers(1, 5).flatmap(
    lambda k: st.tuples(
        arrays(np.float64, (4, k), elements=st.floats(0, 100)),
        arrays(np.int64, 4, elements=st.integers(NO_SEGMENT, k - 1)),
        arrays(np.float64, k, elements=st.integers(0, 3).map(float)),
    )
)
drawn_damping = st.builds(
    Damping,
    promote_score=st.floats(0.5, 0.95),
    demote_score=st.floats(0.05, 0.5),
    streak_count=st.integers(1, 3),
    dwell_days=st.integers(0, 200),
    move_cap_count=st.integers(1, 3),
)


def oracle_challenger(distances, own, ranks, damping):
    """Take the first segment, from the nearest on, beyond its limit."""
    if own == NO_SEGMENT:
        return NO_SEGMENT
    order = sorted(range(len(distances)), key=lambda other: (distances[other], other))
    for other in order:
        total = distances[own] + distances[other]
        if other == own or total == 0:
            continue
        if ranks[other] >= ranks[own]:
            wants = distances[own] / total >= damping.promote_score
        else:
            wants = distances[other] / total < damping.demote_score
        if wants:
            return other
    return NO_SEGMENT


@given(drawn_positions, drawn_damping)
def test_challengers_are_those_of_the_plain_python_oracle(drawn, damping):
    distances, own, ranks = drawn
    expected = [
        oracle_challenger(row.tolist(), segment, ranks, damping)
        for row, segment in zip(distances, own.tolist(), strict=True)
    ]
    assert challengers(distances, own, ranks, damping).tolist() == expected


@given(drawn_positions, drawn_damping)
def test_a_challenger_is_at_least_as_near_as_the_own_segment(drawn, damping):
    distances, own, ranks = drawn
    found = challengers(distances, own, ranks, damping)
    rows = np.flatnonzero(found != NO_SEGMENT)
    assert np.all(distances[rows, found[rows]] <= distances[rows, own[rows]])


@given(
    st.tuples(
        st.integers(NO_SEGMENT, 3),
        st.integers(NO_SEGMENT, 3),
        st.integers(0, 5),
        st.integers(NO_SEGMENT, 3),
        st.booleans(),
        st.integers(0, 300),
        st.integers(0, 4),
    ),
    drawn_damping,
)
def test_a_move_needs_the_streak_the_stay_and_room_under_the_cap(drawn, damping):
    own, last, streak, wished, is_later, days, moves = drawn
    standing = one_standing(
        own, last, streak, is_later=is_later, days_in_segment=days, move_count=moves
    )
    now = damped(np.array([wished]), np.array([2]), standing, damping)
    count = 0
    if wished != NO_SEGMENT:
        count = max(1, streak + is_later) if wished == last else 1
    assert now.streak[0] == count
    may_move = (
        wished != NO_SEGMENT
        and count >= damping.streak_count
        and days >= damping.dwell_days
        and moves < damping.move_cap_count
    )
    stays = 2 if own == NO_SEGMENT else own
    assert now.segment[0] == (wished if may_move else stays)
    assert (now.held_by[0] == "") == (may_move or wished == NO_SEGMENT)


def test_a_second_refresh_of_one_day_does_not_count_twice():
    standing = one_standing(0, challenger=1, streak=1, is_later=False)
    now = damped(np.array([1]), np.array([1]), standing, PATIENT)
    assert (now.segment[0], now.streak[0], now.held_by[0]) == (0, 1, "streak")


def test_another_challenger_starts_its_own_streak():
    now = damped(
        np.array([2]), np.array([2]), one_standing(0, challenger=1, streak=5), PATIENT
    )
    assert (now.segment[0], now.streak[0]) == (0, 1)


def test_reach_says_the_limits_as_distances():
    # 0.53 up: 47 of 53; 0.40 down: 40 of 60.
    reach = Damping(demote_score=0.40).reach(np.array([True, False]))
    np.testing.assert_allclose(reach, [47 / 53, 40 / 60])


@pytest.mark.parametrize(
    "wrong",
    [
        {"promote_score": 0.4},
        {"demote_score": 0.6},
        {"streak_count": 0},
        {"dwell_days": -1},
        {"move_cap_count": 0},
    ],
)
def test_limits_under_which_nobody_could_rest_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Damping(**wrong)
