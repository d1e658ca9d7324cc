"""The arithmetic of evidence against worked examples (WE-81), through the library."""

import duckdb
import pyarrow as pa
import pytest

from echelon.identity.comparing import linker
from echelon.identity.model import ComparisonWeights, LevelWeights
from echelon.identity.settings import Comparison, Level, UsedComparison
from echelon.identity.weights import monotone


def two_levels(column, m, u):
    """One comparison that agrees with m against u where the column is equal."""
    levels = [
        Level(label="same", when=f"{column}_l = {column}_r", m=m, u=u),
        Level(label="other", m=1 - m, u=1 - u),
    ]
    comparison = Comparison(
        comparison=column, needs=[column], missing=f"{column}_l is null", levels=levels
    )
    weights = [LevelWeights(level.label, level.m, level.u) for level in levels]
    return UsedComparison(comparison, levels), ComparisonWeights(column, True, weights)


def score(prior, columns, agreeing):
    """Score one pair; return its weight in bits and its probability."""
    parts = [two_levels(column, m, u) for column, (m, u) in columns.items()]
    with duckdb.connect() as connection:
        values = {
            column: ["x", "x" if column in agreeing else "y"] for column in columns
        }
        connection.register("rows", pa.table({"record_number": [1, 2], **values}))
        connection.execute("create table match_numbered as select * from rows")
        connection.execute(
            "create table pairs as select '0' as match_key, 1 as join_key_l, "
            "2 as join_key_r"
        )
        used, weights = [one for one, _ in parts], [one for _, one in parts]
        with linker(connection, used, weights, prior) as opened:
            opened.table_management.register_blocked_pairs_for_predict(
                opened._db_api.register("pairs")
            )
            (row,) = opened.inference.predict(warning_mode="never").as_record_list()
    return row["match_weight"], row["match_probability"]


def test_prior_and_three_levels_give_the_worked_weight():
    columns = {"a": (0.9, 0.01), "b": (0.95, 0.001), "c": (0.9, 0.1)}
    weight, probability = score(1 / 1000, columns, agreeing="ab")
    assert weight == pytest.approx(3.249371, abs=1e-6)
    assert probability == pytest.approx(0.904848, abs=1e-6)


def test_printed_weights_sum_to_the_worked_probability():
    bits = {"a": 4.74, "b": 6.49, "c": -1.97, "d": -1.12, "e": 8.00}
    columns = {
        name: (
            min(2**weight * 1e-3, 1) if weight > 0 else 2**weight * 0.5,
            1e-3 if weight > 0 else 0.5,
        )
        for name, weight in bits.items()
    }
    prior = 2**-6.67 / (1 + 2**-6.67)
    weight, probability = score(prior, columns, agreeing="abcde")
    assert weight == pytest.approx(9.47)
    assert probability == pytest.approx(0.998592, abs=1e-6)


@pytest.mark.parametrize(
    ("bits", "probability"),
    [(2, 0.8), (3, 0.888889), (4, 0.941176), (7, 0.992248)],
)
def test_weight_in_bits_is_log_odds(bits, probability):
    found = score(0.5, {"a": (2**bits * 0.001, 0.001)}, agreeing="a")
    assert found == pytest.approx((bits, probability), abs=1e-6)


def test_bayes_factors_of_12_and_2_make_24():
    weight, _ = score(0.5, {"a": (0.12, 0.01), "b": (0.2, 0.1)}, agreeing="ab")
    assert weight == pytest.approx(4.584963, abs=1e-6)


def test_sampled_u_of_the_toy_is_77_of_190_pairs():
    values = ["p"] * 12 + ["q"] * 5 + ["r"] * 2 + ["s"]  # 66 + 10 + 1 equal pairs
    used, weights = two_levels("a", 0.9, 0.1)
    with duckdb.connect() as connection:
        rows = pa.table({"record_number": range(20), "a": values})
        connection.register("rows", rows)
        connection.execute("create table match_numbered as select * from rows")
        with linker(connection, [used], [weights], 0.1) as opened:
            opened.training.estimate_u_using_random_sampling(
                max_pairs=1e5, seed=1, min_count_per_level=None, num_chunks=1
            )
            (comparison,) = opened._settings_obj.comparisons
            level = comparison.comparison_levels[1]
            assert level.u_probability == pytest.approx(77 / 190)


def test_levels_out_of_order_are_pooled_and_keep_their_sum():
    assert monotone([0.2, 0.6, 0.2], [0.1, 0.1, 0.8]) == pytest.approx([0.4, 0.4, 0.2])


def test_levels_in_order_stay():
    assert monotone([0.9, 0.1], [0.1, 0.9]) == pytest.approx([0.9, 0.1])
