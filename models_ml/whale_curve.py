"""Who earns the contribution and who loses it, at a glance?"""

import altair as alt
import numpy as np
import pandas as pd

from models_ml.pictures import BLUE, GREY, ORANGE, titled, without_data


def whale_curve(curve: pd.DataFrame, most_points: int = 2_000) -> alt.LayerChart:
    """Draw cumulative contribution over customers from best to worst.

    Args:
        curve: ``finance.rpt_whale_curve_by_customer``: rank (1 is best),
            cumulative_ratio (cumulative over total contribution; null for customers
            whose cost of goods is unknown, who are left out) and uncertain_ratio (half
            the width of the band around it).
        most_points: Points drawn at most; evenly spaced ranks, the peak and both ends
            are kept.

    Returns:
        Line chart with the peak marked, in its band.

    Raises:
        ValueError: If there are no rows.
    """
    if curve.empty:
        raise ValueError("a whale curve needs at least one customer")
    title = "Where the contribution is earned and lost"
    columns = ["rank", "cumulative_ratio", "uncertain_ratio"]
    frame = curve[columns].astype("float64")
    frame = frame.dropna(subset="cumulative_ratio").sort_values("rank")
    if frame.empty:
        return without_data(title, "No customer's contribution is known")
    frame["customer_share"] = np.arange(1, len(frame) + 1) / len(frame)
    frame["low_ratio"] = frame["cumulative_ratio"] - frame["uncertain_ratio"]
    frame["high_ratio"] = frame["cumulative_ratio"] + frame["uncertain_ratio"]
    peak = frame.loc[[frame["cumulative_ratio"].idxmax()]]
    stride = -(-len(frame) // most_points)
    drawn = pd.concat([frame.iloc[::stride], peak, frame.iloc[[-1]]])
    drawn = drawn.drop_duplicates("rank").sort_values("rank")
    x = alt.X(
        "customer_share:Q",
        title="customers, most profitable first",
        axis=alt.Axis(format="%"),
    )
    y = alt.Y(
        "cumulative_ratio:Q",
        title="cumulative share of contribution",
        axis=alt.Axis(format="%"),
    )
    band = alt.Chart(drawn).mark_area(color=BLUE, opacity=0.25)
    line = alt.Chart(drawn).mark_line(color=BLUE).encode(x=x, y=y)
    whole = alt.Chart(pd.DataFrame({"cumulative_ratio": [1.0]})).mark_rule(
        color=GREY, strokeDash=[4, 4]
    )
    mark = alt.Chart(peak).mark_point(color=ORANGE, filled=True, size=80)
    text = alt.Chart(peak).mark_text(color=ORANGE, dy=-12, fontWeight="bold")
    label = alt.Text("cumulative_ratio:Q", format=".0%")
    return titled(
        alt.LayerChart(
            layer=[
                band.encode(x=x, y=alt.Y("low_ratio:Q"), y2="high_ratio:Q"),
                line,
                whole.encode(y=y),
                mark.encode(x=x, y=y),
                text.encode(x=x, y=y, text=label),
            ]
        ),
        title,
        _sentence(frame, peak, len(curve) - len(frame)),
    ).properties(width=480, height=300)


def _sentence(frame: pd.DataFrame, peak: pd.DataFrame, unknown_count: int) -> str:
    share = float(peak["customer_share"].iloc[0])
    height = float(peak["cumulative_ratio"].iloc[0])
    earned = f"The best {share:.0%} of customers earn {height:.0%} of the contribution"
    said = f"{earned}; the rest lose the difference"
    if share == 1:
        said = "No customer loses money"
    widest = float(frame["uncertain_ratio"].max())
    if widest > 0:
        said += f"; uncounted events may move the curve by {widest:.1%}"
    if unknown_count:
        said += f" ({unknown_count:,} customers of unknown contribution left out)"
    return said
