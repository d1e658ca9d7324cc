"""How good is a clustering against the truth? Pairwise and B-cubed."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Score:
    """Precision, recall and their harmonic mean, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Scores:
    """Both views of one clustering.

    Attributes:
        pairwise: Over pairs of records: large clusters weigh more.
        b_cubed: Mean over records: every record weighs the same.
        record_count: Records with a known truth.
        true_pair_count: Pairs the truth holds together.
    """

    pairwise: Score
    b_cubed: Score
    record_count: int
    true_pair_count: int

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return asdict(self)


def score_clusters(
    clusters: Sequence[Hashable], truth: Sequence[Hashable | None]
) -> Scores:
    """Compare clusters with the truth.

    Args:
        clusters: Cluster per record.
        truth: True entity per record, in the same order; records without one are left
            out.

    Returns:
        The scores; precision is 1 where no pair was put together, recall is 1 where
        none should have been.

    References:
        Bagga and Baldwin (1998), Entity-based cross-document coreferencing.
    """
    known = [
        (one, other)
        for one, other in zip(clusters, truth, strict=True)
        if other is not None
    ]
    together = Counter(known)
    found = Counter(one for one, _ in known)
    true = Counter(other for _, other in known)
    true_pairs = _pairs(true)
    hits = _pairs(together)
    found_pairs = _pairs(found)
    count = len(known)
    precision = sum(n * n / found[one] for (one, _), n in together.items())
    recall = sum(n * n / true[other] for (_, other), n in together.items())
    return Scores(
        pairwise=_score(
            hits / found_pairs if found_pairs else 1.0,
            hits / true_pairs if true_pairs else 1.0,
        ),
        b_cubed=_score(precision / max(count, 1), recall / max(count, 1)),
        record_count=count,
        true_pair_count=true_pairs,
    )


def _pairs(sizes: Mapping[Any, int]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def _score(precision: float, recall: float) -> Score:
    total = precision + recall
    return Score(precision, recall, 2 * precision * recall / total if total else 0.0)
