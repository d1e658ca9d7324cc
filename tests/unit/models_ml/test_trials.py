import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models_ml.algorithms.density import landscapes, significant_modes
from models_ml.bench import compared_with_others
from models_ml.bench_pictures import algorithm_ranking
from models_ml.config import SegmentationConfig
from models_ml.measures import balance, bell_fit, money_separation, rule_fidelity
from models_ml.trials import Evidence

QUICK = replace(
    SegmentationConfig(), scan_resample_count=3, split_count=2, resample_restarts=2
)


def evidence_of(points: np.ndarray) -> Evidence:
    return Evidence(points, significant_modes(landscapes(points), 5), QUICK)


def two_groups() -> np.ndarray:
    generator = np.random.default_rng(0)
    return np.concatenate([generator.normal(at, 1, (60, 2)) for at in (0, 12)])


def test_balance_is_the_entropy_over_its_most():
    assert balance(np.array([0.25, 0.25, 0.25, 0.25])) == pytest.approx(1)
    # -(0.9 ln 0.9 + 0.1 ln 0.1) / ln 2
    assert balance(np.array([0.9, 0.1])) == pytest.approx(0.468996, abs=1e-6)
    assert balance(np.array([1.0])) == 1.0


def test_money_separation_is_the_rank_variance_between_segments():
    # Ranks 1 2 3 4: between (1.5, 3.5) 4 of 5; crossed (2, 3) 1 of 5.
    amounts = np.array([10.0, 20.0, 1_000.0, 9_000.0])
    assert money_separation(amounts, np.array([0, 0, 1, 1])) == pytest.approx(0.8)
    assert money_separation(amounts, np.array([0, 1, 0, 1])) == pytest.approx(0.2)
    assert money_separation(np.ones(4), np.array([0, 0, 1, 1])) == 0.0


def test_bell_fit_agrees_with_a_plain_sum():
    points, labels = two_groups(), np.repeat([0, 1], 60)
    floor = 0.01 * sum(points[:, j].var() for j in (0, 1)) / 2
    total = 0.0
    for segment in (0, 1):
        own = points[labels == segment]
        covariance = np.cov(own.T, bias=True) + floor * np.eye(2)
        inverse, determinant = np.linalg.inv(covariance), np.linalg.det(covariance)
        for point in own - own.mean(axis=0):
            total += math.log(0.5) - 0.5 * (
                point @ inverse @ point + math.log((2 * math.pi) ** 2 * determinant)
            )
    assert bell_fit(points, labels) == pytest.approx(total / 240)


def test_four_questions_tell_two_groups_apart():
    assert rule_fidelity(two_groups(), np.repeat([0, 1], 60)) == 1.0


def test_a_valley_parts_two_groups_and_none_parts_one():
    parted = evidence_of(two_groups()).modes
    assert parted.count == 2
    assert parted.depth > 3
    assert evidence_of(two_groups()[:60]).modes.count == 1


def test_the_algorithm_in_use_stays_and_says_what_it_costs():
    generator = np.random.default_rng(0)
    angles = generator.uniform(0, 2 * np.pi, 400)
    radii = np.repeat([1.0, 3.0], 200)
    rings = np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])
    trials = compared_with_others("kmeans", 2, evidence_of(rings))
    assert trials[0].algorithm == "kmeans"
    assert trials[0].is_chosen
    assert "hdbscan would draw the segments better" in trials[0].reason
    assert "joins or cuts dense regions" in trials[0].reason


def test_the_ranking_is_drawn_with_the_reason():
    trials = compared_with_others("kmeans", 2, evidence_of(two_groups()))
    chart = algorithm_ranking(pd.DataFrame([vars(trial) for trial in trials]))
    assert chart.title.subtitle[0].startswith("kmeans: chosen")
    empty = algorithm_ranking(pd.DataFrame())
    assert empty.title == "What other algorithms would draw"
