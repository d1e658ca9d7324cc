"""The whale curve peaks where the last customer earns something, within a band."""

import numpy as np
import pandas as pd
import pytest

from models_ml.pictures import to_png, to_svg
from models_ml.whale_curve import whale_curve

UNKNOWN = dict.fromkeys(("cumulative_ratio", "uncertain_ratio"), (None, None))


def curve(contributions: list[float], uncertain: float = 0) -> pd.DataFrame:
    values = np.sort(np.array(contributions))[::-1]
    return pd.DataFrame(
        {
            "rank": range(1, len(values) + 1),
            "cumulative_ratio": values.cumsum() / values.sum(),
            "uncertain_ratio": uncertain,
        }
    )


def test_peak_of_the_whale_curve_is_put_in_words():
    chart = whale_curve(curve([50, 40, 20, 5, -15]))
    assert chart.to_dict()["title"]["subtitle"] == (
        "The best 80% of customers earn 115% of the contribution; "
        "the rest lose the difference"
    )
    even = whale_curve(curve([3, 2, 1]))
    assert even.to_dict()["title"]["subtitle"] == "No customer loses money"


def test_the_band_is_drawn_and_its_width_said():
    chart = whale_curve(curve([50, 40, 20, 5, -15], uncertain=0.03))
    band = chart.layer[0].data
    # The first customer earns 50 of 100.
    assert band[["low_ratio", "high_ratio"]].iloc[0].tolist() == [0.47, 0.53]
    said = chart.to_dict()["title"]["subtitle"]
    assert said.endswith("; uncounted events may move the curve by 3.0%")
    assert to_png(chart) == to_png(chart)


def test_long_whale_curve_is_thinned_but_keeps_its_peak():
    chart = whale_curve(curve([5.0] * 7001 + [-1.0] * 2999), most_points=100)
    points = chart.layer[0].data
    assert len(points) <= 103
    assert {1, 7001, 10_000} <= set(points["rank"])


def test_empty_whale_curve_is_refused():
    with pytest.raises(ValueError, match="at least one customer"):
        whale_curve(curve([1.0]).iloc[:0])


def test_customers_of_unknown_contribution_are_left_out_of_the_whale_curve():
    known = curve([50, 40, 20, 5, -15])
    unknown = pd.DataFrame({"rank": [6, 7], **UNKNOWN})
    chart = whale_curve(pd.concat([known, unknown]))
    assert chart.layer[0].data["customer_share"].tolist() == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert chart.to_dict()["title"]["subtitle"] == (
        "The best 80% of customers earn 115% of the contribution; the rest lose the "
        "difference (2 customers of unknown contribution left out)"
    )


def test_whale_curve_of_unknown_contributions_says_so():
    unknown = pd.DataFrame({"rank": [1, 2], **UNKNOWN})
    chart = whale_curve(unknown)
    assert "No customer's contribution is known" in to_svg(chart)
