from dataclasses import replace

import numpy as np
import pytest

from models_ml.candidates import Candidate, objections_to
from models_ml.config import SegmentationConfig
from models_ml.selection import choose_segment_count, decided, mean_ranks, valued

QUICK = replace(
    SegmentationConfig(), scan_resample_count=10, split_count=6, resample_restarts=3
)


def always(labels: np.ndarray) -> bool:
    return True


def candidate(segment_count: int, **changes: object) -> Candidate:
    good = Candidate(segment_count, 0.5, 900.0, 0.8, 0.9, 0.9, 0.1, 0.2, True)
    return replace(good, **changes)


def test_four_blobs_are_found_to_be_four():
    generator = np.random.default_rng(3)
    corners = [(0, 0), (10, 0), (0, 10), (10, 10)]
    points = np.concatenate(
        [generator.normal(corner, 1, (80, 2)) for corner in corners]
    )
    selection = choose_segment_count(points, QUICK, always)
    assert (selection.segment_count, selection.has_clear_segments) == (4, True)
    chosen = [each for each in selection.candidates if each.is_chosen]
    assert [each.segment_count for each in chosen] == [4]
    assert chosen[0].reason.startswith("chosen: the most well-separated segments")
    assert chosen[0].mean_rank == 1.0


@pytest.mark.parametrize(
    ("name", "dimensions"),
    [("uniform", 2), ("uniform", 8), ("gaussian", 2), ("gaussian", 6)],
)
def test_structureless_customers_have_no_clear_segments(name, dimensions):
    generator = np.random.default_rng(11)
    draw = generator.uniform if name == "uniform" else generator.standard_normal
    points = draw(size=(400, dimensions))
    selection = choose_segment_count(points, QUICK, always)
    assert not selection.has_clear_segments
    assert selection.segment_count >= QUICK.fallback_segment_count
    reasons = {each.is_chosen: each.reason for each in selection.candidates}
    assert reasons[True].startswith("no clear segments")
    assert reasons[False].startswith("rejected")


def test_largest_well_separated_number_wins():
    chosen = decided([candidate(3), candidate(4), candidate(5)], QUICK, 1000)
    assert chosen.segment_count == 5


def test_number_that_separates_clearly_worse_is_passed_over():
    # 0.80 * 1.10 = 0.88: four pass, five do not.
    candidates = [
        candidate(3),
        candidate(4, davies_bouldin=0.88),
        candidate(5, davies_bouldin=0.881),
    ]
    chosen = decided(candidates, QUICK, 1000)
    assert chosen.segment_count == 4
    assert "separates worse" in chosen.candidates[2].reason


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"minimum_jaccard": 0.74}, "weakest Jaccard 0.74 below 0.75"),
        ({"prediction_strength": 0.79}, "prediction strength 0.79 below 0.80"),
        ({"smallest_segment_ratio": 0.004}, "a segment of 4 customers, 10 needed"),
        ({"silhouette": 0.19}, "silhouette 0.19, structureless data reach 0.20"),
        ({"is_nameable": False}, "a segment has no true label of its own"),
    ],
)
def test_each_requirement_can_reject_a_number(changes, objection):
    against = objections_to(candidate(4, **changes), QUICK, 1000)
    assert against == [objection]
    assert (
        decided([candidate(3), candidate(4, **changes)], QUICK, 1000).segment_count == 3
    )


def test_segment_that_earns_less_than_it_costs_is_passed_over():
    # Of 100,000 at stake: 50,000, 60,000, 63,000, so the fifth earns 3,000 and costs
    # 4,000.
    tried = [
        candidate(3, explained_ratio=0.50),
        candidate(4, explained_ratio=0.60),
        candidate(5, explained_ratio=0.63),
    ]
    chosen = decided(valued(tried, QUICK, 100_000), QUICK, 1000)
    assert chosen.segment_count == 4
    assert chosen.candidates[2].reason == (
        "rejected: its last segments earn less than they cost to run"
    )
    assert [each.running_cost_amount_base_ccy for each in chosen.candidates] == [
        12_000,
        16_000,
        20_000,
    ]
    signed = replace(QUICK, approved_segment_count=5)
    assert decided(valued(tried, signed, 100_000), signed, 1000).segment_count == 5


def test_not_even_a_stand_in_costs_more_than_it_earns():
    tried = [
        candidate(2, minimum_jaccard=0.5, explained_ratio=0.5),
        candidate(3, minimum_jaccard=0.6, explained_ratio=0.6),
    ]
    chosen = decided(valued(tried, QUICK, 1_000), QUICK, 1000)
    assert (chosen.segment_count, chosen.has_clear_segments) == (2, False)


def test_mean_rank_averages_three_indices_with_shared_ties():
    ranks = mean_ranks(
        [
            candidate(2, silhouette=0.6, calinski_harabasz=100, davies_bouldin=0.9),
            candidate(3, silhouette=0.5, calinski_harabasz=300, davies_bouldin=0.9),
            candidate(4, silhouette=0.4, calinski_harabasz=200, davies_bouldin=0.5),
        ]
    )
    np.testing.assert_allclose(ranks, [(1 + 3 + 2.5) / 3, (2 + 1 + 2.5) / 3, 2.0])


def test_identical_customers_cannot_be_split():
    with pytest.raises(ValueError, match="2 segments need as many different"):
        choose_segment_count(np.ones((50, 3)), QUICK, always)
