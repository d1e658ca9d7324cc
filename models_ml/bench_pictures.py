"""Which algorithm draws the segments best, at a glance?"""

import textwrap

import altair as alt
import pandas as pd

from models_ml.pictures import BLUE, GREY


def algorithm_ranking(algorithms: pd.DataFrame) -> alt.LayerChart:
    """Draw how the algorithms score on each measure.

    Args:
        algorithms: ``segmentation.algorithms``.

    Returns:
        Heat map, measures across and algorithms down, the one in use first.
    """
    title = "What other algorithms would draw"
    if algorithms.empty:
        sentence = pd.DataFrame({"sentence": ["No algorithm was tried"]})
        text = alt.Chart(sentence).mark_text(color=GREY).encode(text="sentence:N")
        return alt.LayerChart(layer=[text]).properties(title=title)
    measures = {
        "score": "score",
        "minimum_jaccard": "stability",
        "prediction_strength": "prediction",
        "silhouette": "cohesion",
        "balance": "balance",
        "rule_fidelity": "rules",
        "money_separation": "money",
    }
    frame = algorithms.rename(columns=measures).melt(
        id_vars=["algorithm", "reason"],
        value_vars=list(measures.values()),
        var_name="measure",
    )
    base = alt.Chart(frame.dropna(subset="value")).encode(
        x=alt.X("measure:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("algorithm:N", sort=None, title=None),
    )
    boxes = base.mark_rect().encode(
        color=alt.Color(
            "value:Q",
            title="score",
            scale=alt.Scale(domain=[0, 1], range=["#FFFFFF", BLUE]),
        ),
        tooltip=["algorithm", "measure", "value", "reason"],
    )
    numbers = base.mark_text(fontSize=11).encode(text=alt.Text("value:Q", format=".2f"))
    used = algorithms.loc[algorithms["is_chosen"], ["algorithm", "reason"]].iloc[0]
    heading = alt.TitleParams(
        title,
        subtitle=textwrap.wrap(f"{used['algorithm']}: {used['reason']}", 90),
        anchor="start",
        offset=14,
    )
    return alt.LayerChart(layer=[boxes, numbers]).properties(
        title=heading, width=alt.Step(80), height=alt.Step(28)
    )
