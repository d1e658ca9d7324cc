"""In which segment do customers of whom too little is known probably belong?"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from models_ml.algorithms.base import Points
from models_ml.algorithms.tree import NO_FEATURE, grown_tree
from models_ml.artefact import UNCLASSIFIED, SegmentModel
from models_ml.features import CUSTOMER_FEATURES, INDIRECT_FEATURES, numeric_column

QUESTIONS = 4
SMALLEST_RULE_RATIO = 0.02
FOLD_COUNT = 5
LEAST_LABELLED = 30
SAMPLE = 20_000
# Business rules that more knowledge would not lift.
NEVER_PLACED = ("intercompany",)
PROPOSAL_TYPES = {
    "customer_id": "str",
    "segment_code": "str",
    "confidence": "float64",
    "rule": "str",
    "known_attributes": "str",
    "labelled_count": "int64",
    "accuracy": "float64",
    "baseline": "float64",
    "mean_confidence": "float64",
    "late_count": "int64",
    "late_correct_count": "int64",
    "lead_days": "int64",
}


@dataclass(frozen=True)
class Rule:
    """One leaf of a tree.

    Attributes:
        conditions: What it asks, in words; ``always`` without a question.
        segment_code: Segment most of its customers are in.
        confidence: Their share, (own + 1) / (all + segments).
        customer_count: Customers it was learned from.
    """

    conditions: str
    segment_code: str
    confidence: float
    customer_count: int


@dataclass(frozen=True)
class Classifier:
    """A shallow tree over attributes that are known of some unplaced customers.

    Attributes:
        attributes: What it asks about.
        rules: Its leaves.
        labelled_count: Customers in segments it was learned from.
        accuracy: Share told right of customers it had not seen, by fifths.
        baseline: Share told right by always naming the largest segment.
        mean_confidence: Confidence on the same unseen customers: near the accuracy if
            it can be believed.
    """

    attributes: tuple[str, ...]
    rules: tuple[Rule, ...]
    labelled_count: int
    accuracy: float
    baseline: float
    mean_confidence: float


def proposed_segments(
    frame: pd.DataFrame,
    earlier: pd.DataFrame,
    assignments: pd.DataFrame,
    model: SegmentModel,
    seed: int,
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Propose a segment for each customer that is in none for lack of knowledge.

    Customers of whom the same attributes are known share a tree of at most four
    questions, learned from the customers in segments. Nothing is assigned.

    Args:
        frame: Customers in key order.
        earlier: The same customers one window earlier, in key order; may be empty.
        assignments: ``segmentation.assignments`` of the customers, same order.
        model: Model in force.
        seed: Start of the drawing of folds.

    Returns:
        One row per proposal: segment, confidence and rule, what the tree is worth on
        customers it had not seen, and how many customers who had no segment in the
        earlier window it would have placed, and placed right; and the trees as
        JSON-ready data.

    Raises:
        ValueError: If an attribute is not numeric.
    """
    codes = assignments["model_segment_code"].where(
        assignments["model_segment_code"].isin(model.codes)
    )
    unplaced = (assignments["segment_code"] == UNCLASSIFIED) & ~frame[
        "exclusion_reason"
    ].isin(NEVER_PLACED)
    rows: list[dict[str, Any]] = []
    classifiers = []
    late = _late_hits(earlier, assignments["customer_id"], codes, seed)
    lead = _lead_days(frame, earlier)
    for classifier, found in _placed(frame, codes, unplaced.to_numpy(dtype=bool), seed):
        classifiers.append(asdict(classifier))
        shared = {
            "known_attributes": ", ".join(classifier.attributes),
            "labelled_count": classifier.labelled_count,
            "accuracy": classifier.accuracy,
            "baseline": classifier.baseline,
            "mean_confidence": classifier.mean_confidence,
            "late_count": late[0],
            "late_correct_count": late[1],
            "lead_days": lead,
        }
        rows += [
            {
                "customer_id": frame["customer_id"].iloc[position],
                "segment_code": rule.segment_code,
                "confidence": rule.confidence,
                "rule": rule.conditions,
                **shared,
            }
            for position, rule in found
        ]
    proposals = pd.DataFrame(rows, columns=list(PROPOSAL_TYPES)).astype(PROPOSAL_TYPES)
    return proposals.sort_values("customer_id", ignore_index=True), classifiers


def _late_hits(
    earlier: pd.DataFrame, customer_ids: pd.Series, codes: pd.Series, seed: int
) -> tuple[int, int]:
    """Count who had no segment then and has one now, and who was foretold."""
    if earlier.empty:
        return 0, 0
    now = dict(zip(customer_ids, codes, strict=True))
    truth = earlier["customer_id"].map(now)
    excluded = earlier["is_excluded"].to_numpy(dtype=bool)
    late = excluded & truth.notna().to_numpy(dtype=bool)
    placed = [
        rule.segment_code == truth.iloc[position]
        for _, found in _placed(earlier, truth.mask(excluded), late, seed)
        for position, rule in found
    ]
    return len(placed), sum(placed)


def _lead_days(frame: pd.DataFrame, earlier: pd.DataFrame) -> int:
    if earlier.empty:
        return 0
    dates = [pd.Timestamp(each["as_of_date"].iloc[0]) for each in (frame, earlier)]
    return (dates[0] - dates[1]).days


def _placed(
    frame: pd.DataFrame, codes: pd.Series, unplaced: NDArray[np.bool_], seed: int
) -> Iterator[tuple[Classifier, list[tuple[int, Rule]]]]:
    """Learn a tree per set of known attributes and name the rule of each customer."""
    names, values = _predictors(frame)
    labels = codes.astype("object").to_numpy()
    labelled = codes.notna().to_numpy(dtype=bool)
    known = ~np.isnan(values)
    patterns = np.unique(known[unplaced], axis=0) if unplaced.any() else known[:0]
    for pattern in patterns:
        rows = np.flatnonzero(labelled & known[:, pattern].all(axis=1))
        varies = values[rows].max(axis=0, initial=-np.inf) > values[rows].min(
            axis=0, initial=np.inf
        )
        used = np.flatnonzero(pattern & varies)
        if len(used) == 0 or len(rows) < LEAST_LABELLED:
            continue
        drawn = np.random.default_rng(seed).permutation(rows)[:SAMPLE]
        points, truth = values[np.ix_(drawn, used)], labels[drawn].astype(str)
        tree = grown_tree(points, truth, QUESTIONS, SMALLEST_RULE_RATIO)
        rules = _rules(tree, points, truth, [names[column] for column in used])
        classifier = Classifier(
            attributes=tuple(names[column] for column in used),
            rules=tuple(rules.values()),
            labelled_count=len(drawn),
            baseline=float(np.unique(truth, return_counts=True)[1].max() / len(truth)),
            **_unseen(points, truth),
        )
        asked = np.flatnonzero(unplaced & (known == pattern).all(axis=1))
        leaves = tree.apply(values[np.ix_(asked, used)])
        yield (
            classifier,
            [
                (int(position), rules[int(leaf)])
                for position, leaf in zip(asked, leaves, strict=True)
            ],
        )


def _predictors(frame: pd.DataFrame) -> tuple[list[str], Points]:
    """Read what may be known of a customer before it has a history; null as NaN."""
    columns = {
        feature.name: numeric_column(frame, feature.name)
        for feature in (*CUSTOMER_FEATURES, *INDIRECT_FEATURES)
        if feature.name in frame
    }
    if "business_unit" in frame:
        units = frame["business_unit"]
        for unit in sorted(units.dropna().astype(str).unique()):
            columns[f"business_unit is {unit}"] = (
                (units == unit).fillna(False).to_numpy(dtype=np.float64)
            )
    return list(columns), np.column_stack(list(columns.values()))


def _unseen(points: Points, truth: NDArray[np.str_]) -> dict[str, float]:
    """Judge trees learned from four fifths by the fifth they had not seen."""
    folds = np.arange(len(points)) % FOLD_COUNT
    right: list[bool] = []
    confidences: list[float] = []
    for fold in range(FOLD_COUNT):
        seen = folds != fold
        tree = grown_tree(points[seen], truth[seen], QUESTIONS, SMALLEST_RULE_RATIO)
        rules = _rules(tree, points[seen], truth[seen], [""] * points.shape[1])
        named = [rules[int(leaf)] for leaf in tree.apply(points[~seen])]
        right += [
            rule.segment_code == code
            for rule, code in zip(named, truth[~seen], strict=True)
        ]
        confidences += [rule.confidence for rule in named]
    return {
        "accuracy": float(np.mean(right)),
        "mean_confidence": round(float(np.mean(confidences)), 6),
    }


def _rules(
    tree: DecisionTreeClassifier,
    points: Points,
    truth: NDArray[np.str_],
    names: list[str],
) -> dict[int, Rule]:
    """Say every leaf as a rule, by its number."""
    leaves = tree.apply(points)
    segment_count = len(np.unique(truth))
    found = {}
    for leaf, conditions in _paths(tree, names):
        codes, counts = np.unique(truth[leaves == leaf], return_counts=True)
        confidence = (counts.max() + 1) / (counts.sum() + segment_count)
        found[leaf] = Rule(
            conditions or "always",
            str(codes[counts.argmax()]),
            round(float(confidence), 6),
            int(counts.sum()),
        )
    return found


def _paths(tree: DecisionTreeClassifier, names: list[str]) -> Iterator[tuple[int, str]]:
    nodes = tree.tree_
    waiting: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while waiting:
        node, asked = waiting.pop()
        feature = int(nodes.feature[node])
        if feature == NO_FEATURE:
            yield node, " and ".join(asked)
            continue
        bound = f"{float(nodes.threshold[node]):.4g}"
        left, right = int(nodes.children_left[node]), int(nodes.children_right[node])
        waiting.append((right, (*asked, f"{names[feature]} > {bound}")))
        waiting.append((left, (*asked, f"{names[feature]} <= {bound}")))
