"""Guards against chaining, on evidence written by hand."""

import pyarrow as pa
import pytest

from echelon.identity.bridges import weak_bridges
from echelon.identity.clusters import cluster
from echelon.identity.evidence import RANK_KEY, RANK_MODEL, Evidence
from echelon.identity.policy import Guards, Thresholds
from echelon.identity.scoring import score_clusters


def evidence(size, edges, sources=None, objections=None, never=None):
    """Build evidence from (left, right, rank, probability), strongest first.

    An objection is what speaks against a pair, by (left, right).
    """
    ordered = sorted(edges, key=lambda edge: (edge[2], -edge[3], edge[:2]))
    left, right, rank, probability = zip(*ordered, strict=True)
    table = pa.table(
        {
            "record_l": left,
            "record_r": right,
            "rank": rank,
            "match_probability": pa.array(probability, pa.float64()),
            "is_accepted": [True] * len(ordered),
            "objection": pa.array(
                [(objections or {}).get(edge[:2]) for edge in ordered], pa.string()
            ),
        }
    )
    empty = pa.array([], pa.string())
    vetoes = pa.table(
        {"record": pa.array([], pa.int64()), "kind": empty, "value": empty}
    )
    keys = [f"k{at:03}" for at in range(size)]
    return Evidence(keys, sources or [""] * size, table, vetoes, never or [])


def clustered(given, **guards):
    return cluster(given, Guards(**guards), Thresholds())


def chain(size, rank=RANK_MODEL, probability=0.99999):
    return [(at, at + 1, rank, probability) for at in range(size - 1)]


def test_neighbours_under_one_telephone_with_names_apart_go_to_review():
    found = clustered(
        evidence(
            2, [(0, 1, RANK_MODEL, 0.99999)], objections={(0, 1): "name: other words"}
        )
    )
    assert found.root.tolist() == [0, 1]
    assert (found.decisions, found.reasons) == (["queued"], ["name: other words"])


def test_chain_of_plausible_pairs_stops_at_the_cap():
    found = clustered(evidence(30, chain(30)), cluster_cap=20)
    sizes = sorted(found.root.tolist().count(root) for root in set(found.root.tolist()))
    assert sum(sizes) == 30
    assert sizes[-1] <= 20
    assert "cluster cap" in found.reasons
    assert found.decisions[found.reasons.index("cluster cap")] == "queued"


def test_records_that_share_a_key_are_not_split_by_the_cap():
    star = [(0, at, RANK_KEY, 1.0) for at in range(1, 60)]
    found = clustered(
        evidence(61, [*star, (59, 60, RANK_MODEL, 0.999999)]), cluster_cap=20
    )
    assert set(found.root.tolist()) == {0}


def test_cluster_in_which_everybody_matches_everybody_is_no_chain():
    pairs = [(a, b, RANK_MODEL, 0.99999) for a in range(25) for b in range(a + 1, 25)]
    assert set(clustered(evidence(25, pairs), cluster_cap=20).root.tolist()) == {0}


def test_weak_bridge_between_two_groups_goes_to_review():
    edges = [
        (0, 1, RANK_MODEL, 0.99999),
        (2, 3, RANK_MODEL, 0.99999),
        (1, 2, RANK_MODEL, 0.995),
    ]
    found = clustered(evidence(4, edges))
    assert found.root.tolist() == [0, 0, 2, 2]
    assert (found.decisions[2], found.reasons[2]) == ("queued", "bridge")


def test_strong_bridge_and_weak_ring_hold():
    strong = [(0, 1, RANK_KEY, 1.0), (2, 3, RANK_KEY, 1.0), (1, 2, RANK_MODEL, 0.99999)]
    assert set(clustered(evidence(4, strong)).root.tolist()) == {0}
    ring = [(0, 1), (1, 2), (2, 3), (0, 3)]
    weak = [(a, b, RANK_MODEL, 0.995) for a, b in ring]
    assert set(clustered(evidence(4, weak)).root.tolist()) == {0}


def test_pair_below_the_merge_threshold_waits_for_a_steward():
    found = clustered(evidence(2, [(0, 1, RANK_MODEL, 0.95)]))
    assert found.root.tolist() == [0, 1]
    assert found.decisions == ["queued"]


def test_source_that_holds_each_customer_once_gives_one_record():
    edges = [(0, 1, RANK_MODEL, 0.9999999), (1, 2, RANK_MODEL, 0.99999)]
    sources = ["erp", "crm", "erp"]
    found = clustered(evidence(3, edges, sources), one_record_per_source=["erp"])
    assert found.root.tolist() == [0, 0, 2]
    assert found.reasons[1] == "two records of erp"


def test_likely_key_gives_such_a_source_one_record_too_and_a_sure_one_all():
    sources = ["erp", "erp"]
    for probability, root in ((0.999, [0, 1]), (1.0, [0, 0])):
        given = evidence(2, [(0, 1, RANK_KEY, probability)], sources)
        found = clustered(given, one_record_per_source=["erp"])
        assert found.root.tolist() == root


def test_pair_a_steward_keeps_apart_leaves_the_queue():
    found = clustered(evidence(2, [(0, 1, RANK_MODEL, 0.95)], never=[(0, 1)]))
    assert (found.decisions, found.reasons) == (
        ["rejected"],
        ["kept apart by a steward"],
    )


@pytest.mark.parametrize(
    ("pairs", "weak", "bridges"),
    [
        ({0: (1, 2), 1: (2, 3), 2: (3, 4)}, {0, 1, 2}, [1]),
        ({0: (1, 2), 1: (1, 2), 2: (2, 3), 3: (3, 4)}, {2, 3}, [2]),
        ({0: (1, 2), 1: (2, 3), 2: (1, 3)}, {0, 1, 2}, []),
        ({0: (1, 2)}, set(), []),
    ],
    ids=["path", "double-edge", "ring", "none-weak"],
)
def test_bridge_parts_two_groups_of_two_or_more(pairs, weak, bridges):
    assert weak_bridges(pairs, weak) == bridges


def test_scores_of_a_small_clustering_by_hand():
    # truth {a b c} {d e}, found {a b} {c d e}: of 4 found pairs 2 are true, of 4 true
    # pairs 2 are found; B-cubed precision (1+1+1/3+2/3+2/3)/5,
    # recall (2/3+2/3+1/3+1+1)/5
    scores = score_clusters([1, 1, 2, 2, 2], ["x", "x", "x", "y", "y"])
    assert (scores.pairwise.precision, scores.pairwise.recall) == (0.5, 0.5)
    assert scores.b_cubed.precision == pytest.approx(11 / 15)
    assert scores.b_cubed.recall == pytest.approx(11 / 15)


def test_records_without_truth_are_not_scored():
    assert score_clusters([1, 1, 2], ["x", "x", None]).record_count == 2
