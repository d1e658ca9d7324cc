import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_model import line_model

from models_ml.guards import Guard, guarded, permissions, segment_ranks
from models_ml.hysteresis import NO_SEGMENT


def guard(guard_id="G1", action="no_downgrade", **changes):
    known = {
        "fact": "is_strategic",
        "least_value": 1.0,
        "attribute": None,
        "attribute_least_value": None,
        "reason": "by contract",
        "valid_to": "2026-12-31",
        **changes,
    }
    return Guard(guard_id=guard_id, action=action, **known)


FRESH = guard(
    "G2", "segment_at_least", fact="fresh", attribute="x", attribute_least_value=5.0
)


def permitted(one_guard, facts, before, centres=(0.0, 5.0, 10.0)):
    model = line_model(centres=centres)
    ranks = segment_ranks(model, "x")
    ((_, permits),) = permissions(
        [one_guard], pd.DataFrame(facts), np.array(before), model, ranks
    )
    return permits.tolist()


def test_a_guarded_customer_may_rise_or_stay_but_not_fall():
    facts = {"is_strategic": [1, 0]}
    assert permitted(guard(), facts, [1, 1]) == [
        [False, True, True],
        [True, True, True],
    ]


def test_whoever_has_no_segment_yet_cannot_fall():
    assert permitted(guard(), {"is_strategic": [1]}, [NO_SEGMENT]) == [[True] * 3]


def test_a_temporary_guard_asks_whether_the_drop_is_temporary():
    temporary = guard(action="no_temporary_downgrade")
    facts = {"is_strategic": [1, 1], "is_temporary_drop": [1, 0]}
    assert permitted(temporary, facts, [2, 2]) == [[False, False, True], [True] * 3]


def test_fresh_goods_go_only_to_segments_served_often():
    assert permitted(FRESH, {"fresh": [1, 0]}, [0, 0]) == [
        [False, True, True],
        [True, True, True],
    ]


def test_a_guard_on_an_attribute_the_model_lacks_forbids_nothing():
    unknown = guard(action="segment_at_least", attribute="y", attribute_least_value=5.0)
    assert permitted(unknown, {"is_strategic": [1]}, [0]) == [[True] * 3]


def test_a_fact_that_is_not_known_of_a_customer_guards_it_not():
    assert permitted(guard(), {"is_strategic": [np.nan]}, [2]) == [[True] * 3]


def test_a_fact_nobody_knows_is_refused_by_name():
    with pytest.raises(ValueError, match="G1 asks for the fact 'is_strategic'; known"):
        permitted(guard(), {"is_royal": [1]}, [2])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"action": "no_upgrade"}, "'no_upgrade' is none of"),
        ({"action": "segment_at_least"}, "name attribute and least value"),
    ],
)
def test_a_guard_that_guards_nothing_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        guard(**changes)


def oracle(wanted, before, distances, tables):
    """One customer in plain Python: heed guard after guard while a segment is left."""
    left = set(range(len(distances)))
    hits = []
    for number, table in enumerate(tables):
        allowed = left & {segment for segment, may in enumerate(table) if may}
        if not table[wanted]:
            hits.append((number, bool(allowed)))
        left = allowed or left
    if wanted in left:
        return wanted, hits
    if before in left:
        return before, hits
    return min(left, key=lambda segment: (distances[segment], segment)), hits


def drawn_customer(k):
    return st.tuples(
        st.integers(0, k - 1),
        st.integers(NO_SEGMENT, k - 1),
        st.lists(st.integers(0, 9), min_size=k, max_size=k),
        st.lists(
            st.lists(st.booleans(), min_size=k, max_size=k), min_size=2, max_size=2
        ),
    )


@given(
    st.integers(1, 4).flatmap(
        lambda k: st.lists(drawn_customer(k), min_size=1, max_size=5)
    )
)
def test_guards_decide_as_the_plain_python_oracle(customers):
    wanted, before, distances, tables = map(list, zip(*customers, strict=True))
    guards = [guard("G1"), guard("G2")]
    permits = [
        (one, np.array([table[number] for table in tables]))
        for number, one in enumerate(guards)
    ]
    result = guarded(
        np.array(wanted), np.array(before), np.array(distances, float), permits
    )
    expected = [oracle(*customer) for customer in customers]
    assert result.segment.tolist() == [segment for segment, _ in expected]
    found = {
        (int(row), hit.guard.guard_id, bool(feasible))
        for hit in result.hits
        for row, feasible in zip(hit.rows, hit.is_feasible, strict=True)
    }
    assert found == {
        (row, f"G{number + 1}", feasible)
        for row, (_, hits) in enumerate(expected)
        for number, feasible in hits
    }
