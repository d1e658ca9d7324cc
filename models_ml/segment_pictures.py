"""What do segments earn, and who moves between them, at a glance?"""

import altair as alt
import numpy as np
import pandas as pd

from models_ml.pictures import (
    BLUE,
    GREY,
    ORANGE,
    flat_labels,
    titled,
    without_data,
)


def value_of_segments(candidates: pd.DataFrame) -> alt.LayerChart:
    """Draw what each further segment earns against what it costs to run.

    Args:
        candidates: ``segmentation.candidates``.

    Returns:
        A bar per number beyond the fewest tried, the cost of a segment as a line.
    """
    title = "What one more segment earns"
    frame = candidates.dropna(subset="marginal_benefit_amount_base_ccy").copy()
    if frame.empty:
        return without_data(title, "No further segment was valued")
    frame["verdict"] = np.where(frame["is_justified"], "justified", "costs more")
    frame["cost"] = frame["running_cost_amount_base_ccy"] / frame["segment_count"]
    most = int(candidates.loc[candidates["is_justified"], "segment_count"].max())
    chosen = "".join(
        f", {count} chosen"
        for count in candidates.loc[candidates["is_chosen"], "segment_count"]
    )
    base = alt.Chart(frame).encode(
        x=alt.X("segment_count:O", title="number of segments", axis=flat_labels())
    )
    amount = "marginal_benefit_amount_base_ccy:Q"
    bars = base.mark_bar().encode(
        y=alt.Y(amount, title="added benefit, base currency per feature window"),
        color=alt.Color(
            "verdict:N",
            title=None,
            scale=alt.Scale(domain=["justified", "costs more"], range=[BLUE, GREY]),
        ),
        tooltip=["segment_count", amount, "cost:Q"],
    )
    numbers = base.mark_text(dy=-6).encode(
        y=amount, text=alt.Text(amount, format=",.0f")
    )
    rule = alt.Chart(frame.head(1)).mark_rule(color=ORANGE, strokeDash=[4, 4])
    return titled(
        alt.LayerChart(layer=[bars, numbers, rule.encode(y="cost:Q")]),
        title,
        f"Dashed: what a segment costs to run; at most {most} are justified{chosen}",
    ).properties(width=420, height=260)
