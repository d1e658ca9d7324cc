import json

from synthetic_customers import invented_customers

from models_ml.artefact import from_artefact
from models_ml.model_card import model_card
from models_ml.model_card_page import model_card_page
from models_ml.segmentation import segment_customers


def card_of(result, is_forecast_dependent=False):
    return model_card(
        from_artefact(result.artefact),
        result.models,
        result.assignments,
        result.drift,
        is_forecast_dependent,
    )


def test_card_states_what_the_model_rests_on(segmentation):
    card = json.loads(json.dumps(card_of(segmentation), allow_nan=False))
    assert card["model_version"] == segmentation.artefact["model_version"]
    assert [each["segment_code"] for each in card["segments"]] == [
        "S01",
        "S02",
        "S03",
        "S04",
        "S05",
    ]
    assert card["evidence"]["largest_stability_index"] == 0
    assert card["evidence"]["window_rand_index"] is None
    # Of 600, two are excluded and one is exceptional: rules decide on these three.
    assert card["certainty"]["decided_by"] == {"model": 597, "rule": 3}
    assert "1.00% of net sales" in " ".join(card["assumptions"])


def test_card_says_whether_a_forecast_can_be_wrong(segmentation):
    assert card_of(segmentation)["forecast_dependence"].startswith("None")
    dependent = card_of(segmentation, is_forecast_dependent=True)
    assert "forecasts" in dependent["forecast_dependence"]


def test_page_says_it_all_without_a_network(segmentation):
    page = model_card_page(card_of(segmentation))
    assert "<script" not in page
    assert "http" not in page
    for heading in ("Assumptions", "Limits", "Forecasts", "Evidence", "Certainty"):
        assert f"<h2>{heading}</h2>" in page
    assert segmentation.artefact["model_version"] in page


def test_card_of_a_model_without_segments_says_why(quick_config):
    few = segment_customers(invented_customers(12), quick_config)
    card = card_of(few)
    assert card["segments"] == []
    assert card["evidence"]["unsegmented_reason"].startswith("too few customers")
    assert "too few customers" in model_card_page(card)
