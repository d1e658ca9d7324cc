"""Where does cost go, and what is left of a sale, at a glance?"""

import altair as alt
import numpy as np
import pandas as pd

from models_ml.pictures import (
    BLUE,
    GREY,
    ORANGE,
    Picture,
    curved,
    titled,
    without_data,
)

VERMILION = "#D55E00"
PLACES = ("pool", "activity", "segment")
COLUMN_NAMES = ("cost pools", "activities, and what reaches nobody", "segments")
GAP_RATIO = 0.01
NAME_RATIO = 0.03
NODE_WIDTH = 0.015
KINDS = {
    "reaches customers": BLUE,
    "unused capacity": ORANGE,
    "sustaining": GREY,
    "unallocated": VERMILION,
    "quarantined": "#000000",
}


def cost_flow(flows: pd.DataFrame, title: str) -> alt.LayerChart:
    """Draw what cost pools pass through activities to segments.

    Args:
        flows: ``pool``, ``activity`` (or ``unused capacity``, ``sustaining`` and so
            on), ``segment`` (null where nobody bears it) and ``amount``.
        title: Heading of the picture.

    Returns:
        Bands as thick as the amounts; what reaches nobody ends in the middle. Flows
        below zero cannot be drawn: the sentence under the title counts them.
    """
    drawn = flows[flows["amount"] > 0].astype({"amount": "float64"})
    if drawn.empty:
        return without_data(title, "No cost was booked")
    nodes = pd.concat(
        [_nodes(drawn, column, at) for at, column in enumerate(PLACES)],
        ignore_index=True,
    )
    areas = _areas(pd.concat([_bands(drawn, nodes, at) for at in (0, 1)]))
    boxes = (
        alt.Chart(nodes)
        .mark_rect(color="#333333")
        .encode(x="x:Q", x2="end:Q", y="low:Q", y2="high:Q")
    )
    return titled(
        alt.LayerChart(layer=[areas, boxes, *_names(nodes), _heads(nodes)]),
        title,
        cost_flow_sentence(flows),
    ).properties(width=860, height=max(360, 30 * nodes.groupby("at").size().max()))


def _areas(bands: pd.DataFrame) -> alt.Chart:
    present = [kind for kind in KINDS if (bands["kind"] == kind).any()]
    marks = alt.Chart(bands).mark_area(
        opacity=0.55, stroke="#FFFFFF", strokeWidth=0.5, interpolate="monotone"
    )
    areas: alt.Chart = marks.encode(
        x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.55, 2.6])),
        y=alt.Y("low:Q", axis=None),
        y2="high:Q",
        detail="flow:N",
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(domain=list(KINDS), range=list(KINDS.values())),
            legend=alt.Legend(orient="bottom", values=present),
        ),
        tooltip=["flow:N", alt.Tooltip("amount:Q", format=",.2f")],
    )
    return areas


def cost_flow_sentence(flows: pd.DataFrame) -> str:
    """Say what the cost flow shows, in words.

    Args:
        flows: As for :func:`cost_flow`.

    Returns:
        One sentence: what was booked, how much reached customers, what did not.
    """
    total = flows["amount"].sum()
    reaching = flows.loc[flows["segment"].notna(), "amount"].sum()
    apart = flows[flows["segment"].isna()].groupby("activity")["amount"].sum()
    parts = [f"{name} {amount:,.2f}" for name, amount in apart.items() if amount]
    below = flows[flows["amount"] < 0]
    left_out = (
        f"; not drawn: {len(below)} flows below zero, {below['amount'].sum():,.2f}"
        if len(below)
        else ""
    )
    return (
        f"{total:,.2f} of cost, {reaching:,.2f} of it to customers"
        + "".join(f", {part}" for part in parts)
        + left_out
    )


def waterfall(steps: pd.DataFrame, title: str, subtitle: str) -> alt.LayerChart:
    """Draw how sales become contribution, step by step.

    Args:
        steps: ``step`` (name), ``amount`` (signed) and ``is_result`` (the sum so far,
            drawn from zero), in order.
        title: Heading of the picture.
        subtitle: Sentence under it.

    Returns:
        One horizontal bar a step, the amount beside it.
    """
    if steps.empty:
        return without_data(title, "Neither sales nor cost")
    return titled(_bars(_stairs(steps), 560), title, subtitle)


def waterfalls(steps: pd.DataFrame, title: str, subtitle: str) -> Picture:
    """Draw one waterfall per subject, each to its own scale.

    Args:
        steps: As for :func:`waterfall`, with ``subject``.
        title: Heading of the picture.
        subtitle: Sentence under it.

    Returns:
        The waterfalls in two columns, in the order of the subjects' names.
    """
    if steps.empty:
        return without_data(title, "Neither sales nor cost")
    stairs = [_stairs(part) for _, part in steps.groupby("subject", sort=True)]
    chart = _bars(pd.concat(stairs, ignore_index=True), 330)
    facets: alt.FacetChart = chart.facet(
        facet=alt.Facet(
            "subject:N", title=None, header=alt.Header(labelFontWeight="bold")
        ),
        columns=2,
    ).resolve_scale(x="independent")
    return titled(facets, title, subtitle)


def _bars(stairs: pd.DataFrame, width: int) -> alt.LayerChart:
    base = alt.Chart(stairs).encode(
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelLimit=260))
    )
    bars = base.mark_bar().encode(
        x=alt.X("start:Q", title=None, axis=None),
        x2="end:Q",
        color=alt.Color(
            "kind:N",
            title=None,
            scale=alt.Scale(
                domain=["result", "adds", "takes"], range=[BLUE, "#009E73", ORANGE]
            ),
            legend=alt.Legend(orient="bottom"),
        ),
        tooltip=["step", alt.Tooltip("amount:Q", format=",.2f")],
    )
    numbers = base.mark_text(align="left", dx=4).encode(
        x="right:Q", text=alt.Text("amount:Q", format=",.0f")
    )
    layers = alt.LayerChart(layer=[bars, numbers], data=stairs)
    return layers.properties(width=width, height=alt.Step(22))


def _stairs(steps: pd.DataFrame) -> pd.DataFrame:
    """Give each step the ends of its bar; a result starts at zero."""
    frame = steps.astype({"amount": "float64"}).reset_index(drop=True)
    after = frame["amount"].where(~frame["is_result"], 0.0).cumsum()
    frame["end"] = after.where(~frame["is_result"], frame["amount"])
    frame["start"] = (frame["end"] - frame["amount"]).where(~frame["is_result"], 0.0)
    frame["kind"] = np.where(
        frame["is_result"], "result", np.where(frame["amount"] >= 0, "adds", "takes")
    )
    frame["right"] = frame[["start", "end"]].max(axis=1).clip(lower=0)
    return frame


def _nodes(flows: pd.DataFrame, column: str, at: int) -> pd.DataFrame:
    """Stack the nodes of one column, what reaches nobody last, with room for names."""
    sizes = flows.dropna(subset=column).groupby(column)["amount"].sum()
    frame = sizes.rename_axis("name").reset_index()
    frame["kind"] = frame["name"].where(frame["name"].isin(KINDS), "reaches customers")
    reaching = flows.dropna(subset="segment")[column]
    frame["is_last"] = ~frame["name"].isin(reaching)
    order = ["name"] if column == "segment" else ["is_last", "amount", "name"]
    ascending = [True] if column == "segment" else [True, False, True]
    frame = frame.sort_values(order, ascending=ascending, ignore_index=True)
    total = float(flows["amount"].sum())
    room = frame["amount"].clip(lower=NAME_RATIO * total) + GAP_RATIO * total
    frame["high"] = -(room.cumsum() - room) - (room - frame["amount"]) / 2
    frame["low"] = frame["high"] - frame["amount"]
    frame["at"], frame["x"] = at, at - NODE_WIDTH
    frame["end"] = at + NODE_WIDTH
    return frame


def _bands(flows: pd.DataFrame, nodes: pd.DataFrame, at: int) -> pd.DataFrame:
    """Draw the bands between two columns, each end in the order of the other."""
    left, right = PLACES[at], PLACES[at + 1]
    sums = flows.dropna(subset=right).groupby([left, right])["amount"].sum()
    bands = sums.reset_index()
    tops = {
        column: nodes[nodes["at"] == place].set_index("name")["high"]
        for place, column in ((at, left), (at + 1, right))
    }
    starts = _stacked(bands, tops, left, right)
    ends = _stacked(bands, tops, right, left)
    steps = np.linspace(0, 1, 7)
    along = np.tile(steps, len(bands))
    drawn = bands.loc[bands.index.repeat(len(steps))].reset_index(drop=True)
    target = drawn[right]
    frame = pd.DataFrame(
        {
            "flow": drawn[left] + " to " + target,
            "amount": drawn["amount"],
            "kind": target.where(target.isin(KINDS), "reaches customers"),
            "x": at + NODE_WIDTH + along * (1 - 2 * NODE_WIDTH),
            "low": curved(
                np.repeat(starts, len(steps)), np.repeat(ends, len(steps)), along
            ),
        }
    )
    return frame.assign(high=frame["low"] + frame["amount"])


def _stacked(
    bands: pd.DataFrame, tops: dict[str, pd.Series], column: str, other: str
) -> list[float]:
    """Stack the bands of each node under its top; the lower end of each band."""
    places = pd.DataFrame(
        {
            "name": bands[column],
            "other": -_placed(bands[other], tops[other]),
            "amount": bands["amount"],
        }
    ).sort_values(["name", "other"])
    reached = places.groupby("name")["amount"].cumsum()
    below = _placed(places["name"], tops[column]) - reached
    lower: list[float] = below.sort_index().tolist()
    return lower


def _placed(names: pd.Series, tops: pd.Series) -> pd.Series:
    """Look tops up as numbers, which pandas does not make of no names at all."""
    return names.map(tops).astype("float64")


def _names(nodes: pd.DataFrame) -> list[alt.Chart]:
    """Write each node's name and amount beside it."""
    frame = nodes.assign(
        text=[
            f"{name} {amount:,.0f}"
            for name, amount in zip(nodes["name"], nodes["amount"], strict=True)
        ],
        middle=(nodes["low"] + nodes["high"]) / 2,
    )
    left, others = alt.Chart(frame[frame["at"] == 0]), alt.Chart(frame[frame["at"] > 0])
    return [
        left.mark_text(align="right", dx=-4, limit=300).encode(
            x="x:Q", y="middle:Q", text="text:N"
        ),
        others.mark_text(align="left", dx=4, limit=300).encode(
            x="end:Q", y="middle:Q", text="text:N"
        ),
    ]


def _heads(nodes: pd.DataFrame) -> alt.Chart:
    top = float(nodes["high"].max())
    heads = pd.DataFrame({"x": [0.0, 1.0, 2.0], "name": COLUMN_NAMES, "y": top})
    marks = alt.Chart(heads).mark_text(dy=-12, fontWeight="bold")
    named: alt.Chart = marks.encode(x="x:Q", y="y:Q", text="name:N")
    return named
