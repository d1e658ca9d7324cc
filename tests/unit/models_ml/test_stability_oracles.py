"""Do the measures of stability say what counting by hand says?"""

from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models_ml.stability import (
    agreement,
    clusterwise_jaccard,
    matched_labels,
    weakest_cohesion,
)

TWO_PARTITIONS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=14
)


def groups(labels):
    return {
        label: {row for row, other in enumerate(labels) if other == label}
        for label in sorted(set(labels))
    }


def together(labels):
    pairs = combinations(range(len(labels)), 2)
    return {(one, other) for one, other in pairs if labels[one] == labels[other]}


@given(TWO_PARTITIONS)
def test_jaccard_is_the_best_share_of_members_in_common(rows):
    first, second = zip(*rows, strict=True)
    expected = [
        max(Fraction(len(own & new), len(own | new)) for new in groups(second).values())
        for own in groups(first).values()
    ]
    found = clusterwise_jaccard(np.array(first), np.array(second))
    assert found.tolist() == pytest.approx([float(share) for share in expected])


@given(TWO_PARTITIONS)
def test_cohesion_is_the_worst_share_of_pairs_still_together(rows):
    labels, predicted = zip(*rows, strict=True)
    kept = together(predicted)
    shares = [
        Fraction(sum(pair in kept for pair in pairs), len(pairs))
        for members in groups(labels).values()
        if (pairs := list(combinations(sorted(members), 2)))
    ]
    found = weakest_cohesion(np.array(labels), np.array(predicted))
    assert found == pytest.approx(float(min(shares, default=1)))


@given(TWO_PARTITIONS)
def test_agreement_counts_pairs_beyond_chance(rows):
    # Hubert and Arabie (1985): (found - expected) / (most - expected), in pairs.
    first, second = zip(*rows, strict=True)
    ours, theirs = together(first), together(second)
    pairs = len(rows) * (len(rows) - 1) // 2
    expected = Fraction(len(ours) * len(theirs), pairs)
    most = Fraction(len(ours) + len(theirs), 2)
    index = (
        (len(ours & theirs) - expected) / (most - expected) if most > expected else 1
    )
    assert agreement(np.array(first), np.array(second)) == pytest.approx(float(index))


@given(TWO_PARTITIONS)
def test_matching_keeps_as_many_customers_under_their_name_as_any_could(rows):
    earlier, later = zip(*rows, strict=True)
    before, after = groups(earlier), groups(later)
    places = [*before.values(), *[set()] * len(after)]
    most = max(
        sum(len(new & old) for new, old in zip(after.values(), order, strict=False))
        for order in permutations(places, len(after))
    )
    matches = matched_labels(np.array(earlier), np.array(later), minimum_jaccard=0)
    assert len(set(matches.values())) == len(matches)
    kept = sum(len(after[new] & before[old]) for new, old in matches.items())
    assert kept == most
