import pandas as pd
import pytest

from models_ml.cost_pictures import (
    cost_flow,
    cost_flow_sentence,
    waterfall,
    waterfalls,
)
from models_ml.pictures import to_png, to_svg

FLOWS = pd.DataFrame(
    [
        ("Freight", "transport", "S01 Large", 60.0),
        ("Freight", "transport", "S02 Small", 30.0),
        ("Picking", "pick", "S02 Small", 20.0),
        ("Picking", "unused capacity", None, 5.0),
        ("Rent", "sustaining", None, 7.0),
    ],
    columns=["pool", "activity", "segment", "amount"],
)
STEPS = pd.DataFrame(
    [
        ("List sales", 100.0, False),
        ("Discounts", -10.0, False),
        ("Net revenue", 90.0, True),
        ("transport", -95.0, False),
        ("Contribution", -5.0, True),
    ],
    columns=["step", "amount", "is_result"],
)


def data_of(chart, mark):
    """Return the rows a mark of a layered chart is drawn from."""
    layers = [layer for layer in chart.layer if layer.mark.type == mark]
    return layers[0].data


def test_bands_leave_a_node_as_thick_as_they_reach_the_next():
    bands = data_of(cost_flow(FLOWS, "Cost"), "area")
    assert (bands["high"] - bands["low"] - bands["amount"]).abs().max() < 1e-9
    boxes = data_of(cost_flow(FLOWS, "Cost"), "rect").set_index("name")
    assert (boxes["high"] - boxes["low"])["transport"] == pytest.approx(90)
    ends = bands[bands["flow"] == "transport to S02 Small"].sort_values("x")
    assert ends["low"].iloc[0] == pytest.approx(boxes.loc["transport", "low"])
    assert ends["high"].iloc[-1] == pytest.approx(boxes.loc["S02 Small", "high"])


def test_what_reaches_nobody_stands_below_and_ends_in_the_middle():
    chart = cost_flow(FLOWS, "Cost")
    boxes = data_of(chart, "rect").set_index("name")
    assert boxes.loc["Rent", "high"] < boxes.loc["Picking", "low"]
    assert boxes.loc["sustaining", "at"] == 1
    assert not data_of(chart, "area")["flow"].str.startswith("sustaining").any()


def test_cost_that_reaches_no_customer_at_all_can_be_drawn():
    nobodys = FLOWS[FLOWS["segment"].isna()].convert_dtypes()
    bands = data_of(cost_flow(nobodys, "Cost"), "area")
    assert set(bands["flow"]) == {"Picking to unused capacity", "Rent to sustaining"}


def test_the_sentence_says_in_words_what_the_flow_shows():
    assert cost_flow_sentence(FLOWS) == (
        "122.00 of cost, 110.00 of it to customers, sustaining 7.00,"
        " unused capacity 5.00"
    )


def test_flows_below_zero_are_counted_not_drawn():
    credit = pd.DataFrame(
        [("Credit", "pick", "S01 Large", -4.0)], columns=FLOWS.columns
    )
    flows = pd.concat([FLOWS, credit])
    assert cost_flow_sentence(flows).endswith("not drawn: 1 flows below zero, -4.00")
    assert "Credit" not in set(data_of(cost_flow(flows, "Cost"), "rect")["name"])


def test_each_step_begins_where_the_one_before_ended():
    stairs = waterfall(STEPS, "Contribution", "2025-01").data
    ends = stairs[["start", "end"]].to_numpy().tolist()
    assert ends == [[0, 100], [100, 90], [0, 90], [90, -5], [0, -5]]
    assert stairs["kind"].tolist() == ["adds", "takes", "result", "takes", "result"]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: cost_flow(FLOWS, "Cost"),
        lambda: cost_flow(FLOWS.head(0), "Cost"),
        lambda: waterfall(STEPS, "Contribution", "2025-01"),
        lambda: waterfall(STEPS.head(0), "Contribution", "2025-01"),
        lambda: waterfalls(STEPS.assign(subject="S01"), "Contribution", "2025-01"),
    ],
    ids=["flow", "no flow", "waterfall", "no steps", "waterfalls"],
)
def test_a_picture_is_the_same_every_time_and_says_what_it_shows(draw):
    png = to_png(draw())
    assert png.startswith(b"\x89PNG")
    assert png == to_png(draw())
    assert "aria-label" in to_svg(draw())
