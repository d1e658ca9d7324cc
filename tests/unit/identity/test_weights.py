"""Fellegi-Sunter arithmetic against worked examples (WE-81)."""

import pytest

from echelon.identity.weights import (
    level_weight,
    match_probability,
    match_weight,
    monotone,
    prior_weight,
    term_frequency_u,
)


def test_printed_weights_sum_to_the_worked_probability():
    weight = sum([-6.67, 4.74, 6.49, -1.97, -1.12, 8.00])
    assert weight == pytest.approx(9.47)
    assert match_probability(weight) == pytest.approx(0.998592, abs=1e-6)
    assert match_probability(9.48) == pytest.approx(0.998602, abs=1e-6)


@pytest.mark.parametrize(
    ("weight", "probability"),
    [(0, 0.5), (2, 0.8), (3, 0.888889), (4, 0.941176), (7, 0.992248)],
)
def test_weight_in_bits_is_log_odds(weight, probability):
    assert match_probability(weight) == pytest.approx(probability, abs=1e-6)
    assert match_probability(-weight) == pytest.approx(1 - probability, abs=1e-6)


def test_bayes_factors_multiply_as_weights_add():
    assert level_weight(12, 1) + level_weight(2, 1) == pytest.approx(4.584963)


def test_prior_and_three_levels_give_the_worked_weight():
    weight = match_weight(1 / 1000, [(0.9, 0.01), (0.95, 0.001), (0.1, 0.9)])
    assert weight == pytest.approx(3.249371, abs=1e-6)
    assert match_probability(weight) == pytest.approx(0.904848, abs=1e-6)
    assert prior_weight(0.5) == 0


def test_chance_agreement_of_a_column_is_the_sum_of_squared_shares():
    # 77 of 190 ordered pairs of different rows cannot be had from shares alone:
    # two values of 3 and 1 rows agree with probability (9 + 1) / 16.
    assert term_frequency_u([3, 1]) == 10 / 16


def test_levels_out_of_order_are_pooled_and_keep_their_sum():
    assert monotone([0.2, 0.6, 0.2], [0.1, 0.1, 0.8]) == pytest.approx([0.4, 0.4, 0.2])


def test_levels_in_order_stay():
    assert monotone([0.9, 0.1], [0.1, 0.9]) == pytest.approx([0.9, 0.1])
