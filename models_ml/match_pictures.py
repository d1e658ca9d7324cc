"""How sure is the matcher of the pairs it compared?"""

import altair as alt
import pandas as pd

from models_ml.pictures import BLUE, GREY, ORANGE

COLOUR_OF = {"merged": BLUE, "queued": ORANGE, "rejected": GREY, "vetoed": "#000000"}
BIN_WIDTH = 1.0


def match_weight_histogram(pairs: pd.DataFrame) -> alt.LayerChart:
    """Draw how many pairs reached which weight, and what became of them.

    Args:
        pairs: ``match_weight`` (bits; pairs without one are left out), ``decision``.

    Returns:
        Stacked histogram in bins of one bit: each doubles the odds of a match.
    """
    weighed = pairs.dropna(subset=["match_weight"])
    bins = (weighed["match_weight"] // BIN_WIDTH * BIN_WIDTH).rename("weight")
    counts = weighed.groupby([bins, "decision"]).size().rename("pairs").reset_index()
    counts["end"] = counts["weight"] + BIN_WIDTH
    outcomes = list(COLOUR_OF)
    bars = (
        alt.Chart(counts)
        .mark_bar()
        .encode(
            x=alt.X("weight:Q", bin="binned", title="match weight in bits"),
            x2="end:Q",
            y=alt.Y("sum(pairs):Q", title="pairs"),
            color=alt.Color(
                "decision:N",
                scale=alt.Scale(domain=outcomes, range=list(COLOUR_OF.values())),
            ),
        )
    )
    title = alt.TitleParams(
        "How sure the matcher is",
        subtitle=f"{len(weighed):,} pairs compared by their attributes",
        anchor="start",
        offset=14,
    )
    return alt.LayerChart(layer=[bars]).properties(title=title, width=480, height=260)
