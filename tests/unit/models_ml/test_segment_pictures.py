import pandas as pd
import pytest
import vl_convert

from models_ml import pictures, segment_pictures
from models_ml.segmentation import segment_customers


def drawn(chart) -> str:
    return vl_convert.vegalite_to_svg(chart.to_dict())


MOVEMENTS = pd.DataFrame(
    [("S01", "S01", 90), ("S01", "S02", 10), ("S02", "S02", 50), ("new", "S02", 5)],
    columns=["from_segment_code", "to_segment_code", "customer_count"],
)


def boxes() -> pd.DataFrame:
    cells = [(row, column) for row in "ABC" for column in ("A", "B", "C", "none")]
    frame = pd.DataFrame(cells, columns=["customer_class", "product_class"])
    return frame.assign(
        grid_code="value_abc",
        customer_count=7,
        gross_margin_amount_base_ccy=100.0,
        cost_to_serve_amount_base_ccy=130.0,
        complexity_amount_base_ccy=[None, *range(11)],
    )


@pytest.fixture(
    scope="module",
    params=["profile", "sizes", "stability", "value", "flow", "boxes"],
)
def chart(request, segmentation):
    return {
        "profile": lambda: pictures.profile_heatmap(segmentation.segments),
        "sizes": lambda: pictures.segment_sizes(segmentation.segments),
        "stability": lambda: pictures.stability_by_segment_count(
            segmentation.candidates
        ),
        "value": lambda: segment_pictures.value_of_segments(segmentation.candidates),
        "flow": lambda: segment_pictures.movement_flow(MOVEMENTS),
        "boxes": lambda: segment_pictures.nine_boxes(boxes()),
    }[request.param]()


def test_picture_is_a_png_and_the_same_every_time(chart):
    png = pictures.to_png(chart)
    assert png.startswith(b"\x89PNG")
    assert pictures.to_png(chart) == png


def test_page_carries_its_libraries(chart):
    page = pictures.to_html(chart)
    assert "<script src=" not in page
    assert len(page) > 500_000


def test_drawing_says_what_it_shows(chart):
    title = chart.to_dict()["title"]
    svg = drawn(chart)
    assert title["text"] in svg
    assert title["subtitle"] in svg


def test_pictures_without_segments_say_so(customers, quick_config):
    without = segment_customers(customers.iloc[3:15], quick_config)
    profile = pictures.profile_heatmap(without.segments)
    assert "There are no segments to compare" in drawn(profile)
    stability = pictures.stability_by_segment_count(without.candidates)
    assert "No number of segments was tried" in drawn(stability)
    assert "UNC Unclassified" in drawn(pictures.segment_sizes(without.segments))
    for chart in (profile, stability):
        assert pictures.to_png(chart).startswith(b"\x89PNG")


def test_flow_counts_who_moved_and_keeps_everybody():
    chart = segment_pictures.movement_flow(MOVEMENTS)
    assert chart.to_dict()["title"]["subtitle"] == "10 of 155 customers moved"
    bands = chart.layer[0].data
    for x in (0.0, 1.0):
        ends = bands[bands["x"] == x].sort_values("low")
        assert ends["low"].tolist()[0] == 0
        assert ends["high"].tolist()[:-1] == ends["low"].tolist()[1:]
        assert ends["high"].max() == 155
    assert {"S01 (100)", "new (5)"} <= set(chart.layer[1].data["name"])
    assert {"S01 (90)", "S02 (65)"} == set(chart.layer[2].data["name"])


def test_nine_boxes_show_customers_and_what_is_left():
    svg = drawn(segment_pictures.nine_boxes(boxes()))
    assert svg.count(">7 customers<") == 9
    assert svg.count(">-30 left<") == 9


def test_pictures_without_customers_say_so():
    assert "There are no customers" in drawn(
        segment_pictures.movement_flow(MOVEMENTS.iloc[:0])
    )
    assert "No cell has sales" in drawn(segment_pictures.nine_boxes(boxes().iloc[:0]))
