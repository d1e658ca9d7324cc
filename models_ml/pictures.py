"""What do the segments look like, at a glance and without a network?"""

import json
from typing import TypeVar

import altair as alt
import numpy as np
import pandas as pd
import vl_convert
from numpy.typing import NDArray

from models_ml.outliers import GAUSSIAN_IQR

Picture = alt.LayerChart | alt.FacetChart
Drawn = TypeVar("Drawn", alt.LayerChart, alt.FacetChart)
Values = NDArray[np.float64]

# Okabe-Ito: told apart under every common form of colour blindness.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
PIXELS_PER_UNIT = 2.0


def profile_heatmap(segments: pd.DataFrame) -> alt.LayerChart:
    """Draw how far each segment's typical customer lies from the median customer.

    Args:
        segments: ``segmentation.segments``; EXC and UNC have no centre and are left
            out.

    Returns:
        Heat map, segments across and attributes down, in robust standard deviations.
    """
    cells = [
        {
            "segment": f"{row.segment_code} {row.segment_name}",
            "attribute": _plain_words(name),
            "deviation": centre["scaled"] * GAUSSIAN_IQR,
            "typical value": centre["value"],
        }
        for row in segments.itertuples()
        if isinstance(row.centroid_json, str)
        for name, centre in json.loads(row.centroid_json).items()
    ]
    title = "What sets the segments apart"
    if not cells:
        return without_data(title, "There are no segments to compare")
    frame = pd.DataFrame(cells)
    widest = max(float(frame["deviation"].abs().max()), 1.0)
    base = alt.Chart(frame).encode(
        x=alt.X("segment:N", sort=None, title=None, axis=_long_labels()),
        y=alt.Y("attribute:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
    )
    boxes = base.mark_rect().encode(
        color=alt.Color(
            "deviation:Q",
            title="deviation",
            # Blue against orange instead of green against red.
            scale=alt.Scale(
                domain=[-widest, 0, widest],
                range=[BLUE, "#FFFFFF", ORANGE],
                interpolate="rgb",
            ),
        ),
        tooltip=["segment", "attribute", "deviation", "typical value"],
    )
    numbers = base.mark_text(fontSize=11).encode(
        text=alt.Text("deviation:Q", format="+.1f")
    )
    return titled(
        alt.LayerChart(layer=[boxes, numbers]),
        title,
        "Typical member against the median customer, in robust standard deviations",
    ).properties(width=alt.Step(110), height=alt.Step(26))


def segment_sizes(segments: pd.DataFrame) -> alt.LayerChart:
    """Draw the number of customers per segment.

    Args:
        segments: ``segmentation.segments``.

    Returns:
        Bar chart, one bar per segment in code order, rule segments in grey.
    """
    frame = segments[["segment_code", "segment_name", "customer_count"]].copy()
    frame["segment"] = frame["segment_code"] + " " + frame["segment_name"]
    frame["kind"] = [
        "segment" if code.startswith("S") else "by rule"
        for code in frame["segment_code"]
    ]
    base = alt.Chart(frame).encode(
        y=alt.Y("segment:N", sort=None, title=None, axis=alt.Axis(labelLimit=320)),
        x=alt.X("customer_count:Q", title="customers"),
    )
    bars = base.mark_bar().encode(
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=["segment", "by rule"], range=[BLUE, GREY]),
        ),
        tooltip=["segment", "customer_count"],
    )
    numbers = base.mark_text(align="left", dx=4).encode(
        text=alt.Text("customer_count:Q", format=",")
    )
    return titled(
        alt.LayerChart(layer=[bars, numbers]),
        "Customers per segment",
        "Segments in force",
    ).properties(width=420, height=alt.Step(28))


def stability_by_segment_count(candidates: pd.DataFrame) -> alt.LayerChart:
    """Draw the evidence for each number of segments.

    Args:
        candidates: ``segmentation.candidates``.

    Returns:
        Three lines over the number of segments, the chosen number marked.
    """
    title = "How many segments the evidence supports"
    if candidates.empty:
        return without_data(title, "No number of segments was tried")
    measures = {
        "minimum_jaccard": "weakest segment's Jaccard",
        "prediction_strength": "prediction strength",
        "silhouette": "silhouette",
    }
    frame = candidates.rename(columns=measures).melt(
        id_vars=["segment_count"],
        value_vars=list(measures.values()),
        var_name="measure",
    )
    lines = (
        alt.Chart(frame)
        .mark_line(point=True)
        .encode(
            x=alt.X("segment_count:O", title="number of segments", axis=flat_labels()),
            y=alt.Y("value:Q", title="score", scale=alt.Scale(domainMax=1)),
            color=alt.Color(
                "measure:N",
                title=None,
                scale=alt.Scale(
                    domain=list(measures.values()), range=[BLUE, ORANGE, GREY]
                ),
            ),
            strokeDash=alt.StrokeDash(
                "measure:N", sort=list(measures.values()), legend=None
            ),
            tooltip=["segment_count", "measure", "value"],
        )
    )
    chosen = (
        alt.Chart(candidates.loc[candidates["is_chosen"], ["segment_count"]])
        .mark_rule(color="#000000", strokeDash=[2, 2])
        .encode(x="segment_count:O")
    )
    return titled(
        alt.LayerChart(layer=[lines, chosen]),
        title,
        "Dotted: the number chosen; Jaccard from 0.75 and strength from 0.80 hold",
    ).properties(width=420, height=260)


def to_png(chart: Picture) -> bytes:
    """Render a chart as a PNG image, without a browser or a network."""
    png: bytes = vl_convert.vegalite_to_png(chart.to_dict(), scale=PIXELS_PER_UNIT)
    return png


def to_html(chart: Picture) -> str:
    """Render a chart as a page that carries its libraries and opens offline."""
    html: str = vl_convert.vegalite_to_html(chart.to_dict(), bundle=True)
    return html


def to_svg(chart: Picture) -> str:
    """Render a chart as an SVG drawing to stand inside a page."""
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict())
    return svg


def curved(start: float | Values, end: float | Values, along: Values) -> Values:
    """Bend a band's edge from one height to another.

    Args:
        start: Height where it begins.
        end: Height where it ends.
        along: How far along, from 0 to 1.

    Returns:
        The heights there.
    """
    return start + (end - start) * (along**2 * (3 - 2 * along))


def titled(chart: Drawn, title: str, subtitle: str) -> Drawn:
    """Put a title and a sentence above a chart; both describe it in words."""
    heading = alt.TitleParams(title, subtitle=subtitle, anchor="start", offset=14)
    titled: Drawn = chart.properties(
        title=heading, description=f"{title}. {subtitle}"
    ).configure_view(stroke=None)
    return titled


def without_data(title: str, sentence: str) -> alt.LayerChart:
    """Say in a picture's place why there is nothing to draw."""
    text = alt.Chart(pd.DataFrame({"sentence": [sentence]})).mark_text(
        color=GREY, fontSize=13
    )
    chart = alt.LayerChart(layer=[text.encode(text="sentence:N")])
    return titled(chart, title, sentence).properties(width=420, height=120)


def _plain_words(name: str) -> str:
    return name.removesuffix("_amount_base_ccy").replace("_", " ")


def _long_labels() -> alt.Axis:
    wrapped = "split(datum.label, ', ')"
    return alt.Axis(labelAngle=0, labelExpr=wrapped, labelLimit=140)


def flat_labels() -> alt.Axis:
    """Write an axis's labels level."""
    return alt.Axis(labelAngle=0)
