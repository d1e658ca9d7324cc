"""What do segments earn, and who moves between them, at a glance?"""

import altair as alt
import numpy as np
import pandas as pd

from models_ml.pictures import (
    BLUE,
    GREY,
    ORANGE,
    curved,
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


def movement_flow(movements: pd.DataFrame) -> alt.LayerChart:
    """Draw who moved from which segment to which since the release before.

    Args:
        movements: ``governance.rpt_segment_movements``.

    Returns:
        Bands from the former segments on the left to those now on the right, as thick
        as they hold customers; who stayed in grey, who moved in orange, new ones blue.
    """
    title = "Who moved since the release before"
    if movements.empty:
        return without_data(title, "There are no customers")
    ordered = movements.sort_values(["from_segment_code", "to_segment_code"])
    starts = _stacked(ordered, ["from_segment_code", "to_segment_code"])
    ends = _stacked(ordered, ["to_segment_code", "from_segment_code"])
    along = np.linspace(0, 1, 25)
    bands = pd.concat(
        pd.DataFrame(
            {
                "flow": f"{row.from_segment_code} to {row.to_segment_code}",
                "kind": _kind(str(row.from_segment_code), str(row.to_segment_code)),
                "customers": row.customer_count,
                "x": along,
                "low": curved(starts[row.Index], ends[row.Index], along),
            }
        )
        for row in ordered.itertuples()
    )
    bands["high"] = bands["low"] + bands["customers"]
    areas = (
        alt.Chart(bands)
        .mark_area(opacity=0.7, stroke="#FFFFFF")
        .encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.15, 1.15])),
            y=alt.Y("low:Q", axis=None),
            y2="high:Q",
            detail="flow:N",
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(
                    domain=["stayed", "moved", "new"], range=[GREY, ORANGE, BLUE]
                ),
            ),
            tooltip=["flow", "customers"],
        )
    )
    left = alt.Chart(_middles(ordered, "from_segment_code", starts, -0.02))
    right = alt.Chart(_middles(ordered, "to_segment_code", ends, 1.02))
    names = [
        marks.encode(x="x:Q", y="y:Q", text="name:N")
        for marks in (left.mark_text(align="right"), right.mark_text(align="left"))
    ]
    is_move = bands["kind"] == "moved"
    moved = int(bands[is_move].drop_duplicates("flow")["customers"].sum())
    return titled(
        alt.LayerChart(layer=[areas, *names]),
        title,
        f"{moved:,} of {int(movements['customer_count'].sum()):,} customers moved",
    ).properties(width=480, height=320)


def nine_boxes(grid: pd.DataFrame) -> alt.LayerChart:
    """Draw customers' value classes against products' classes.

    Args:
        grid: ``sales.rpt_segment_grid``.

    Returns:
        Heat map of what each cell leaves after margin and cost to serve, with its
        customers and its cost of complexity in numbers.
    """
    title = "Customers against products"
    cells = grid[(grid["grid_code"] == "value_abc") & (grid["product_class"] != "none")]
    if cells.empty:
        return without_data(title, "No cell has sales")
    frame = cells[["customer_class", "product_class", "customer_count"]].copy()
    amounts = {
        name: cells[f"{name}_amount_base_ccy"].astype("float64").fillna(0)
        for name in ("gross_margin", "cost_to_serve", "complexity")
    }
    frame["left"] = amounts["gross_margin"] - amounts["cost_to_serve"]
    frame["count_text"] = [f"{n:,} customers" for n in frame["customer_count"]]
    frame["left_text"] = [f"{n:,.0f} left" for n in frame["left"]]
    frame["complexity_text"] = [f"{n:+,.0f} complexity" for n in amounts["complexity"]]
    widest = max(float(frame["left"].abs().max()), 1.0)
    base = alt.Chart(frame).encode(
        x=alt.X("product_class:N", title="product class", axis=flat_labels()),
        y=alt.Y("customer_class:N", title="customer value class"),
    )
    boxes = base.mark_rect(stroke="#FFFFFF").encode(
        color=alt.Color(
            "left:Q",
            title="margin less cost to serve",
            scale=alt.Scale(
                domain=[-widest, 0, widest],
                range=[ORANGE, "#FFFFFF", "#56B4E9"],
                interpolate="rgb",
            ),
        )
    )
    texts = [
        base.mark_text(dy=dy).encode(text=f"{name}:N")
        for name, dy in (("count_text", -16), ("left_text", 0), ("complexity_text", 16))
    ]
    return titled(
        alt.LayerChart(layer=[boxes, *texts]),
        title,
        "Base currency; complexity is what serving costs beyond the company's rate",
    ).properties(width=alt.Step(150), height=alt.Step(72))


def _stacked(movements: pd.DataFrame, order: list[str]) -> dict[object, float]:
    """Stack flows from below in an order; start of each by its row."""
    counts = movements.sort_values(order, ascending=False)["customer_count"]
    return dict(zip(counts.index, (counts.cumsum() - counts).tolist(), strict=True))


def _kind(former: str, now: str) -> str:
    if former == "new":
        return "new"
    return "stayed" if former == now else "moved"


def _middles(
    movements: pd.DataFrame, column: str, starts: dict[object, float], x: float
) -> pd.DataFrame:
    rows = [
        {"name": f"{name} ({int(flows['customer_count'].sum()):,})", "x": x}
        | {"y": min(starts[i] for i in flows.index) + flows["customer_count"].sum() / 2}
        for name, flows in movements.groupby(column, sort=True)
    ]
    return pd.DataFrame(rows)
