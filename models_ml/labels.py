"""What do the members of a segment have in common, in words people use?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models_ml.algorithms.base import Labels, Points
from models_ml.features import Feature
from models_ml.outliers import GAUSSIAN_IQR

Direction = Literal["high", "low", "middle"]
MAXIMUM_WORDS = 3
FAINT_Z = 0.25


@dataclass(frozen=True)
class Word:
    """One claim of a label, with the test that decides whether it is true.

    Attributes:
        text: The word in the label.
        feature: Attribute it speaks of.
        direction: high: above ``lower``; low: below ``upper``; middle: from ``lower``
            to ``upper``, both included.
        lower: Lower bound in the attribute's unit, None if open.
        upper: Upper bound in the attribute's unit, None if open.
        claim: The test in plain words.
    """

    text: str
    feature: str
    direction: Direction
    lower: float | None
    upper: float | None
    claim: str

    def is_true(self, values: Points) -> NDArray[np.bool_]:
        """Test the claim on raw values of its attribute, shape (n_customers,)."""
        low = -np.inf if self.lower is None else self.lower
        high = np.inf if self.upper is None else self.upper
        inside: NDArray[np.bool_] = (values > low) & (values < high)
        if self.direction == "middle":
            inside = (values >= low) & (values <= high)
        return inside


@dataclass(frozen=True)
class SegmentLabel:
    """A segment's name and what it claims.

    Attributes:
        name: Words joined by commas; ``Mixed (group n)`` if nothing is common enough.
        words: The claims, most distinctive first.
        is_distinct: Whether words alone make the name unique among the segments.
    """

    name: str
    words: tuple[Word, ...]
    is_distinct: bool = True


@dataclass(frozen=True)
class Profile:
    """What labels are made from.

    Attributes:
        features: Attributes, in order.
        raw: Raw values, shape (n_customers, n_features).
        scaled: Scaled values (median 0, unit one interquartile range), same shape.
        labels: Segment number per customer, 0 to k - 1.
    """

    features: tuple[Feature, ...]
    raw: Points
    scaled: Points
    labels: Labels


def label_segments(
    profile: Profile,
    minimum_z: float,
    minimum_fidelity: float,
    kept: Mapping[int, SegmentLabel] = MappingProxyType({}),
) -> list[SegmentLabel]:
    """Name every segment by what sets it apart and holds for most of its members.

    A word is a candidate if the segment's mean lies ``minimum_z`` robust standard
    deviations from the median of all customers and the claim (above the median, or
    below it) is true of at least ``minimum_fidelity`` of the members. The three most
    distinctive words make the name, one per block first. Where that leaves fewer than
    two, fainter differences serve, then claims of the middle (within the middle 60 % of
    all customers). Equal names are told apart by further words.

    Args:
        profile: Attributes and segments of the customers.
        minimum_z: Least distance of a word, in robust standard deviations.
        minimum_fidelity: Least share of members a word must be true of.
        kept: Labels that stand already, per segment number.

    Returns:
        One label per segment, in segment order; names are unique.
    """
    taken = {label.name for label in kept.values()}
    labels: list[SegmentLabel] = []
    for segment in range(int(profile.labels.max()) + 1):
        label = kept.get(segment)
        if label is None:
            strong, spare = _true_words(profile, segment, minimum_z, minimum_fidelity)
            label = _unique_label(strong, spare, taken, segment)
        taken.add(label.name)
        labels.append(label)
    return labels


def renewed_label(
    name: str, words: Sequence[Word], profile: Profile, segment: int
) -> tuple[SegmentLabel, float]:
    """Test an earlier label on the customers of today, with today's medians.

    Args:
        name: Earlier name.
        words: Its claims.
        profile: Attributes and segments of the customers today.
        segment: Number of the segment that bore the name.

    Returns:
        The label with renewed bounds, and its fidelity: 0 if it claims nothing or
        speaks of an attribute no longer used.
    """
    positions = {each.name: at for at, each in enumerate(profile.features)}
    if not words or any(word.feature not in positions for word in words):
        return SegmentLabel(name, tuple(words)), 0.0
    renewed: list[Word] = []
    members = profile.labels == segment
    values: dict[str, Points] = {}
    for word in words:
        position = positions[word.feature]
        raw = profile.raw[:, position]
        feature = profile.features[position]
        renewed.append(
            _middle_word(feature, raw)
            if word.direction == "middle"
            else _median_word(feature, raw, is_high=word.direction == "high")
        )
        values[word.feature] = raw[members]
    return SegmentLabel(name, tuple(renewed)), label_fidelity(renewed, values)


def label_fidelity(
    words: Sequence[Word], raw_by_feature: Mapping[str, Points]
) -> float:
    """Share of members for whom a label is true, of its least true word.

    Args:
        words: The claims.
        raw_by_feature: Raw values of the members per attribute, shape (n_members,).

    Returns:
        0 to 1; 1 for a label that claims nothing of its members; NaN without members.
    """
    sizes = {len(values) for values in raw_by_feature.values()}
    if sizes == {0}:
        return float("nan")
    shares = [
        float(word.is_true(raw_by_feature[word.feature]).mean()) for word in words
    ]
    return min(shares, default=1.0)


def definition(words: Sequence[Word], minimum_fidelity: float) -> str:
    """Write a label's claims as a sentence.

    Args:
        words: The claims.
        minimum_fidelity: Share of members each claim is true of at least.

    Returns:
        One sentence with the numbers.
    """
    share = f"{minimum_fidelity:.0%}".replace("%", " %")
    if not words:
        return f"No attribute has a level that {share} of the members share."
    claims = "; ".join(word.claim for word in words)
    return f"Each holds for at least {share} of the members: {claims}."


def _true_words(
    profile: Profile, segment: int, minimum_z: float, minimum_fidelity: float
) -> tuple[list[Word], list[Word]]:
    members = profile.labels == segment
    z_scores = profile.scaled[members].mean(axis=0) * GAUSSIAN_IQR
    ranked: list[tuple[float, str, Word]] = []
    middling: list[Word] = []
    for position, feature in enumerate(profile.features):
        raw, z = profile.raw[:, position], float(z_scores[position])
        word = _median_word(feature, raw, is_high=z > 0)
        if word.is_true(raw[members]).mean() >= minimum_fidelity:
            ranked.append((abs(z), feature.block, word))
        middle = _middle_word(feature, raw)
        if (
            feature.middle_word
            and middle.is_true(raw[members]).mean() >= minimum_fidelity
        ):
            middling.append(middle)
    # A stable sort: equal distances keep the order of the features.
    ranked.sort(key=lambda entry: -entry[0])
    strong = [entry for entry in ranked if entry[0] >= minimum_z]
    faint = [word for z, _, word in ranked if FAINT_Z <= z < minimum_z]
    return _one_per_block_first(strong), faint + middling


def _one_per_block_first(ranked: list[tuple[float, str, Word]]) -> list[Word]:
    leaders: list[Word] = []
    others: list[Word] = []
    seen: set[str] = set()
    for _, block, word in ranked:
        (others if block in seen else leaders).append(word)
        seen.add(block)
    return leaders + others


def _unique_label(
    strong: list[Word], spare: list[Word], taken: set[str], segment: int
) -> SegmentLabel:
    words = strong[:MAXIMUM_WORDS] if len(strong) > 1 else _distinct(strong + spare)[:2]
    reserve = [
        word
        for word in (strong + spare)
        if word.feature not in {chosen.feature for chosen in words}
    ]
    # A replaced last word keeps the name short; only then is it made longer.
    options = [words]
    options += [[*words[: MAXIMUM_WORDS - 1], word] for word in reserve]
    options += [[*words, word] for word in reserve]
    for option in options:
        name = ", ".join(word.text for word in option)
        if option and name not in taken:
            return SegmentLabel(name, tuple(option))
    name = ", ".join(word.text for word in words) or "Mixed"
    return SegmentLabel(f"{name} (group {segment + 1})", tuple(words), False)


def _distinct(words: list[Word]) -> list[Word]:
    first_by_feature: dict[str, Word] = {}
    for word in words:
        first_by_feature.setdefault(word.feature, word)
    return list(first_by_feature.values())


def _median_word(feature: Feature, raw: Points, is_high: bool) -> Word:
    median = float(np.median(raw))
    if is_high:
        claim = f"{feature.measure} above {_number(median)}, the median"
        return Word(feature.high_word, feature.name, "high", median, None, claim)
    claim = f"{feature.measure} below {_number(median)}, the median"
    return Word(feature.low_word, feature.name, "low", None, median, claim)


def _middle_word(feature: Feature, raw: Points) -> Word:
    low, high = (float(bound) for bound in np.quantile(raw, [0.2, 0.8]))
    claim = (
        f"{feature.measure} between {_number(low)} and {_number(high)}, "
        "the middle 60 % of customers"
    )
    return Word(feature.middle_word, feature.name, "middle", low, high, claim)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
