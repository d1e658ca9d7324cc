import datetime as dt
import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echelon.identity.persistence import assign_ids, new_customer_id

NO_HISTORY = pd.DataFrame(
    {"identifier_key": [], "customer_id": [], "valid_from_date": [], "recorded_at": []}
)


def clusters_of(*groups):
    rows = [(key, group[0]) for group in groups for key in group]
    return pd.DataFrame(rows, columns=["identifier_key", "cluster_key"])


def history_of(**customers):
    """A customer a year, in the order given: the first is the oldest."""
    rows = [
        (key, customer, dt.date(2020 + number, 1, 1), 0)
        for number, (customer, keys) in enumerate(customers.items())
        for key in keys
    ]
    return pd.DataFrame(rows, columns=list(NO_HISTORY.columns))


def ids_of(assignment):
    frame = assignment.customer_ids
    return dict(zip(frame["identifier_key"], frame["customer_id"], strict=True))


def events_of(assignment):
    rows = assignment.events.itertuples(index=False, name=None)
    return {tuple(None if pd.isna(value) else value for value in row) for row in rows}


def test_ids_persist_when_one_identifier_moves():
    """WE-83: c moved from E1 to E2 and g is new in E3."""
    history = history_of(E1="abc", E2="d", E3="ef")
    assignment = assign_ids(clusters_of("ab", "cd", "efg"), history)
    assert ids_of(assignment) == {
        **dict.fromkeys("ab", "E1"),
        **dict.fromkeys("cd", "E2"),
        **dict.fromkeys("efg", "E3"),
    }
    assert events_of(assignment) == {("moved", "E1", "E2", 1)}


def test_the_oldest_id_survives_a_merge_even_with_fewer_identifiers():
    """WE-83: E2 is older than E1, which has two of the three identifiers."""
    assignment = assign_ids(clusters_of("abc"), history_of(E2="c", E1="ab"))
    assert set(ids_of(assignment).values()) == {"E2"}
    assert events_of(assignment) == {("merged", "E1", "E2", 2)}


def test_the_larger_part_of_a_split_keeps_the_id():
    """WE-83: {b, c} keeps E1; a had one id before and gets a new one."""
    assignment = assign_ids(clusters_of("a", "bc"), history_of(E1="abc"))
    new = new_customer_id("a", 1)
    assert ids_of(assignment) == {"a": new, "b": "E1", "c": "E1"}
    assert events_of(assignment) == {
        ("split", "E1", new, 1),
        ("created", None, new, 1),
    }


def test_of_equal_parts_the_one_with_the_oldest_record_keeps_the_id():
    history = history_of(E1="ab")
    history.loc[history["identifier_key"] == "b", "valid_from_date"] = dt.date(
        2019, 1, 1
    )
    assert ids_of(assign_ids(clusters_of("a", "b"), history))["b"] == "E1"


def test_most_identifiers_keep_their_id_where_merge_and_split_meet():
    """E1{a..d} and the older E2{e}: {a, b, c, e}, {d}. Keeping E1 keeps three."""
    assignment = assign_ids(clusters_of("abce", "d"), history_of(E2="e", E1="abcd"))
    ids = ids_of(assignment)
    assert [ids[key] for key in "abce"] == ["E1"] * 4
    assert ids["d"] == new_customer_id("d", 1)


def test_an_id_whose_parts_all_join_others_is_retired():
    """E3{c, f}: c goes to E1{a, b}, f to E2{d, e}; each keeps two of its own."""
    history = history_of(E1="ab", E2="de", E3="cf")
    assignment = assign_ids(clusters_of("abc", "def"), history)
    assert events_of(assignment) == {
        ("retired", "E3", "E1", 1),
        ("retired", "E3", "E2", 1),
    }


def test_the_last_recorded_holder_of_an_identifier_counts():
    """c moved from E1 to E2 on one day: two rows of the same date, recorded later."""
    day = dt.date(2024, 1, 1)
    history = pd.DataFrame(
        [("c", "E1", day, 1), ("c", "E2", day, 2)], columns=list(NO_HISTORY.columns)
    )
    assert ids_of(assign_ids(clusters_of("c"), history)) == {"c": "E2"}


def test_an_id_that_merged_and_is_in_use_again_is_announced():
    """x of E2{x, z} went to E1{y} while z was not delivered; z returns alone."""
    history = pd.concat([history_of(E1="y", E2="xz"), history_of(E1="x")])
    history.loc[history["identifier_key"] == "x", "recorded_at"] = [0, 1]
    history.iloc[-1, 2] = dt.date(2025, 1, 1)
    assignment = assign_ids(clusters_of("xy", "z"), history, ["E2"])
    assert ids_of(assignment) == {"x": "E1", "y": "E1", "z": "E2"}
    assert events_of(assignment) == {("returned", None, "E2", 1)}
    assert assign_ids(clusters_of("xy", "z"), history).events.empty


def test_a_first_release_names_each_customer_after_its_smallest_identifier():
    assignment = assign_ids(clusters_of("ba", "c"), NO_HISTORY)
    first = "C" + hashlib.md5(b"a|0").hexdigest()[:16]
    second = "C" + hashlib.md5(b"c|0").hexdigest()[:16]
    assert ids_of(assignment) == {"a": first, "b": first, "c": second}


def test_an_identifier_in_two_clusters_is_refused():
    with pytest.raises(ValueError, match="identifier a is in two clusters"):
        assign_ids(clusters_of("ab", "ac"), NO_HISTORY)


partitions = st.lists(st.integers(0, 5), min_size=1, max_size=14).map(
    lambda labels: pd.DataFrame(
        {
            "identifier_key": [f"k{number:02d}" for number in range(len(labels))],
            "cluster_key": [f"g{label}" for label in labels],
        }
    )
)


def recorded(history, assignment, day):
    """Append what a release would: a row for each identifier that changed hands."""
    held = history.groupby("identifier_key").tail(1).set_index("identifier_key")
    frame = assignment.customer_ids[["identifier_key", "customer_id"]]
    changed = frame[
        frame["identifier_key"].map(held["customer_id"]).ne(frame["customer_id"])
    ]
    rows = changed.assign(valid_from_date=dt.date.fromordinal(737_000 + day))
    rows["recorded_at"] = day
    return pd.concat([history, rows], ignore_index=True) if len(history) else rows


@settings(max_examples=15)
@given(steps=st.lists(partitions, min_size=2, max_size=6), seed=st.integers(0, 99))
def test_any_history_keeps_ids_apart_accounts_for_changes_and_reuses_none(steps, seed):
    history, given_ids = NO_HISTORY, set()
    rng = np.random.default_rng(seed)
    for day, clusters in enumerate(steps):
        before = history.groupby("identifier_key").tail(1)
        former = dict(zip(before["identifier_key"], before["customer_id"], strict=True))
        assignment = assign_ids(clusters, history)
        shuffled = assign_ids(
            clusters.sample(frac=1, random_state=rng),
            history.sample(frac=1, random_state=rng),
        )
        assert ids_of(shuffled) == ids_of(assignment)
        assert events_of(shuffled) == events_of(assignment)
        ids = ids_of(assignment)
        by_cluster = clusters.assign(id=clusters["identifier_key"].map(ids))
        assert (by_cluster.groupby("cluster_key")["id"].nunique() == 1).all()
        assert by_cluster["id"].nunique() == by_cluster["cluster_key"].nunique()
        created = {to for kind, _, to, _ in events_of(assignment) if kind == "created"}
        assert not created & given_ids
        assert set(ids.values()) <= created | given_ids
        given_ids |= created
        changes = {(former[key], ids[key]) for key in ids if key in former}
        accounted = {event[1:3] for event in events_of(assignment) if event[1]}
        assert accounted == {pair for pair in changes if pair[0] != pair[1]}
        history = recorded(history, assignment, day)
        again = assign_ids(clusters, history)
        assert ids_of(again) == ids
        assert again.events.empty


@settings(max_examples=25)
@given(before=partitions, joins=st.integers(0, 6))
def test_one_added_record_changes_nobody_elses_id(before, joins):
    history = recorded(NO_HISTORY, assign_ids(before, NO_HISTORY), 0)
    ids = ids_of(assign_ids(before, history))
    added = pd.DataFrame({"identifier_key": ["a0"], "cluster_key": [f"g{joins}"]})
    after = ids_of(assign_ids(pd.concat([before, added]), history))
    assert {key: after[key] for key in ids} == ids
