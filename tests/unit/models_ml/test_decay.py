"""Old values count less, and how much less is settled by what came after."""

import numpy as np
import pandas as pd
import pytest

from models_ml.decay import (
    Backtest,
    decay_weights,
    decayed_mean,
    effective_count,
    half_life_evidence,
)


def test_four_quarterly_orders_weigh_as_two_and_a_half():
    """WE-31: half-life 90 days, orders at ages 0, 90, 180 and 270."""
    weights = decay_weights(np.array([0.0, 90, 180, 270]), 90)
    np.testing.assert_allclose(weights, [1, 0.5, 0.25, 0.125])
    assert weights[:3] @ np.full(3, 100.0) == 175
    assert effective_count(weights) == pytest.approx(1.875**2 / 1.328125)


@pytest.mark.parametrize(
    ("days", "half_life", "expected"),
    [
        (
            [0, 1, 2, 3, 4],
            np.log(0.5) / np.log(1 / 3),
            [0, 0.75, 1.615385, 1.615385, 3.670213],
        ),
        ([0, 2, 9, 14, 16], 4.0, [0, 0.585786, 1.523889, 1.523889, 3.233686]),
    ],
    ids=["com_of_a_half", "four_days_at_irregular_times"],
)
def test_decayed_mean_is_that_of_pandas(days, half_life, expected):
    """WE-31: the figures of the pandas documentation, an unknown value between."""
    values, at = np.array([0.0, 1, 2, np.nan, 4]), np.array(days, dtype=float)
    means = [
        decayed_mean(values[: n + 1], at[n] - at[: n + 1], half_life) for n in range(5)
    ]
    np.testing.assert_allclose(means, expected, atol=5e-7)


def test_half_life_must_be_positive():
    with pytest.raises(ValueError, match="half_life_days must be above 0: 0"):
        decay_weights(np.array([1.0]), 0)


def history(values):
    """One row per customer and month, from a (customers, months) array."""
    rows, columns = np.nonzero(~np.isnan(values))
    starts = pd.date_range("2023-01-01", periods=values.shape[1], freq="MS")
    return pd.DataFrame(
        {
            "customer_id": [f"C{row:04}" for row in rows],
            "month_start_date": starts[columns],
            "sales": values[rows, columns],
        }
    )


def recommended(values, **changes):
    evidence = half_life_evidence(history(values), ["sales"], Backtest(**changes))
    return evidence.set_index("half_life_days")


def test_customers_who_never_change_are_told_best_by_all_they_ever_did():
    rng = np.random.default_rng(1)
    level = rng.lognormal(6, 1, (300, 1))
    found = recommended(level * rng.lognormal(0, 0.5, (300, 24)))
    assert found["is_recommended"].idxmax() == np.inf


def test_customers_who_jump_are_told_best_by_their_last_months():
    """Levels are a random walk with steps ten times the noise."""
    rng = np.random.default_rng(2)
    level = np.exp(6 + rng.normal(0, 0.5, (300, 24)).cumsum(axis=1))
    found = recommended(level * rng.lognormal(0, 0.05, (300, 24)))
    assert found["is_recommended"].idxmax() == 30
    assert found.loc[30, "mean_deviance"] < found.loc[np.inf, "mean_deviance"]


def test_of_equally_good_half_lives_the_longest_stands():
    found = recommended(np.full((40, 24), 100.0))
    assert abs(found["mean_deviance"]).max() < 1e-12
    assert found["is_recommended"].sum() == 1
    assert found["is_recommended"].idxmax() == np.inf


def test_nothing_after_the_origin_is_seen():
    """The last quarter explodes a thousandfold; the forecast of it stays at 300."""
    calm = np.full((30, 24), 100.0)
    burst = calm.copy()
    burst[:, -3:] = 100_000
    origins = {"origin_limit": 1, "half_lives_days": (90.0,)}
    error = recommended(burst, **origins)["mean_deviance"].iloc[0]
    assert error == pytest.approx(2 * (np.log(1000) - 1 + 1 / 1000))


def test_order_of_rows_does_not_matter():
    rng = np.random.default_rng(3)
    months = history(rng.lognormal(5, 1, (50, 18)))
    shuffled = months.sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(
        half_life_evidence(months, ["sales"], Backtest()),
        half_life_evidence(shuffled, ["sales"], Backtest()),
    )


def test_history_too_short_for_one_origin_gives_no_evidence():
    assert recommended(np.full((10, 8), 5.0)).empty


def test_two_rows_for_a_month_are_refused():
    months = history(np.full((1, 12), 5.0))
    with pytest.raises(ValueError, match="two rows for one month"):
        half_life_evidence(pd.concat([months, months]), [], Backtest())
