from dataclasses import replace

import numpy as np
import pytest

from models_ml.features import Feature
from models_ml.labels import (
    Profile,
    definition,
    label_fidelity,
    label_segments,
    renewed_label,
)

FREQUENCY = Feature(
    "f", "rhythm", "identity", "High-Frequency", "Low-Frequency", "", "orders"
)
SIZE = Feature("s", "size", "identity", "Large-Order", "Small-Order", "", "euro")
RUSH = Feature("r", "effort", "identity", "Rush-Heavy", "Calm", "", "rush share")


def profile(rows: list[tuple[float, float, float]], labels: list[int]) -> Profile:
    raw = np.array(rows, dtype=float)
    return Profile(
        (FREQUENCY, SIZE, RUSH), raw, raw - np.median(raw, axis=0), np.array(labels)
    )


# Medians are 5, 5, 5; segment 0 is frequent, small and rushed, segment 1 the opposite.
OPPOSITES = profile(
    [(9, 1, 7)] * 5 + [(5, 5, 5)] + [(1, 9, 3)] * 5, [0] * 5 + [1] + [1] * 5
)


def test_label_names_what_sets_the_segment_apart_most_first():
    names = [label.name for label in label_segments(OPPOSITES, 0.75, 0.8)]
    assert names == [
        "High-Frequency, Small-Order, Rush-Heavy",
        "Low-Frequency, Large-Order, Calm",
    ]


def test_word_that_is_true_of_too_few_members_is_not_used():
    # Five of six members of segment 1 are below the median: 83 %.
    strict = label_segments(OPPOSITES, 0.75, minimum_fidelity=0.9)
    assert strict[0].name == "High-Frequency, Small-Order, Rush-Heavy"
    assert strict[1].name == "Mixed (group 2)"
    assert definition(strict[1].words, 0.9).startswith("No attribute")


def test_fidelity_is_the_share_of_the_least_true_word():
    words = label_segments(OPPOSITES, 0.75, 0.8)[1].words
    members = {
        "f": np.array([1.0, 2, 3, 9]),
        "s": np.full(4, 9.0),
        "r": np.full(4, 0.0),
    }
    assert label_fidelity(words, members) == 0.75
    assert label_fidelity((), members) == 1.0


def test_equal_segments_get_different_names():
    rows = [(9, 1, 7)] * 12 + [(5, 5, 5)] + [(1, 9, 3)] * 12
    labels = label_segments(profile(rows, [0] * 6 + [1] * 6 + [2] * 13), 0.75, 0.8)
    names = [label.name for label in labels]
    assert len(set(names)) == 3
    assert names[1] == "High-Frequency, Small-Order, Rush-Heavy (group 2)"
    assert [label.is_distinct for label in labels] == [True, False, True]


def test_middling_segment_is_named_by_its_middle():
    raw = np.array([[0], [1], [2], [10], [10], [10], [10], [18], [19], [20]], float)
    middling = Profile(
        (replace(FREQUENCY, middle_word="Mid-Frequency"),),
        raw,
        (raw - 10) / 10,
        np.repeat([0, 1, 2], [3, 4, 3]),
    )
    names = [label.name for label in label_segments(middling, 0.75, 0.8)]
    assert names == ["Low-Frequency", "Mid-Frequency", "High-Frequency"]


def test_definition_states_the_numbers():
    words = label_segments(OPPOSITES, 0.75, 0.8)[0].words
    assert definition(words, 0.8) == (
        "Each holds for at least 80 % of the members: orders above 5, the median; "
        "euro below 5, the median; rush share above 5, the median."
    )


def test_earlier_name_is_kept_only_while_it_is_true():
    words = label_segments(OPPOSITES, 0.75, 0.8)[0].words
    label, fidelity = renewed_label("Champions", words, OPPOSITES, 0)
    assert (label.name, fidelity) == ("Champions", 1.0)
    assert renewed_label("Champions", words, OPPOSITES, 1)[1] == 0.0


def test_name_of_an_attribute_no_longer_used_is_given_up():
    words = label_segments(OPPOSITES, 0.75, 0.8)[0].words
    shrunk = Profile(
        (SIZE,), OPPOSITES.raw[:, 1:2], OPPOSITES.scaled[:, 1:2], OPPOSITES.labels
    )
    assert renewed_label("Champions", words, shrunk, 0)[1] == 0.0


def test_every_published_label_is_true_of_most_members(segmentation, customers):
    merged = segmentation.assignments.merge(customers, on="customer_id")
    segments = segmentation.artefact["segments"]
    assert len({segment["name"] for segment in segments}) == len(segments)
    for segment in segments:
        members = merged[merged["segment_code"] == segment["code"]]
        assert segment["words"], segment["name"]
        for word in segment["words"]:
            values = members[word["feature"]]
            if word["direction"] == "high":
                true = values > word["lower"]
            elif word["direction"] == "low":
                true = values < word["upper"]
            else:
                true = values.between(word["lower"], word["upper"])
            assert true.mean() >= 0.8, (segment["name"], word["text"])


@pytest.mark.parametrize("code", ["EXC", "UNC"])
def test_rule_segments_are_named_too(segmentation, code):
    row = segmentation.segments.set_index("segment_code").loc[code]
    assert row["segment_name"] in ("Exceptional", "Unclassified")
    assert row["definition"]
