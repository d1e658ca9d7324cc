import json
from decimal import Decimal

import pytest

from models_ml.artefact import from_artefact
from models_ml.segment_card_page import cards_page
from models_ml.segment_cards import segment_cards


@pytest.fixture(scope="module")
def cards(segmentation, customers):
    return segment_cards(
        from_artefact(segmentation.artefact),
        segmentation.segments,
        customers,
        segmentation.assignments,
    )


def test_every_customer_and_every_cent_is_on_one_card(cards, customers):
    assert sum(card["customer_count"] for card in cards) == 600
    total = sum(Decimal(card["net_sales_amount_base_ccy"]) for card in cards)
    expected = sum(
        Decimal(f"{each:.2f}") for each in customers["net_sales_amount_base_ccy"]
    )
    assert total == expected


def test_claims_are_true_of_four_members_in_five(cards):
    rules = [rule for card in cards for rule in card["rules"]]
    assert len(rules) >= 10
    assert min(rule["true_ratio"] for rule in rules) >= 0.8


def test_examples_are_the_members_nearest_to_the_centre(cards, segmentation):
    first = next(card for card in cards if card["segment_code"] == "S01")
    own = segmentation.assignments.query("segment_code == 'S01'")
    nearest = own.nsmallest(5, "distance")["customer_id"].tolist()
    assert first["example_customer_ids"] == nearest


def test_quartiles_enclose_the_median_of_the_members(cards):
    for card in cards:
        for each in card["attributes"]:
            assert each["lower_quartile"] <= each["median"] <= each["upper_quartile"]


def test_cards_do_not_depend_on_the_order_of_the_rows(cards, segmentation, customers):
    again = segment_cards(
        from_artefact(segmentation.artefact),
        segmentation.segments,
        customers.sample(frac=1, random_state=5),
        segmentation.assignments.sample(frac=1, random_state=6),
    )
    assert json.dumps(again, allow_nan=False) == json.dumps(cards, allow_nan=False)


def test_page_opens_offline_and_links_to_every_card(cards):
    page = cards_page(cards)
    assert "<script" not in page
    assert "http" not in page
    for card in cards:
        code = card["segment_code"]
        assert f'href="#{code}"' in page
        assert f'id="{code}"' in page
    assert page.count('<th scope="row">') == sum(
        len(card["rules"]) + len(card["attributes"]) for card in cards
    )


def test_names_from_data_are_shown_and_never_run(cards):
    page = cards_page([{**cards[0], "segment_name": "<script>alert(1)</script>"}])
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_amounts_are_grouped_and_an_unknown_one_is_said_to_be(cards):
    amounts = {"-0.50": "-0.50", "-1234.50": "-1,234.50", "1234567.89": "1,234,567.89"}
    for amount, shown in {**amounts, None: "unknown"}.items():
        page = cards_page([{**cards[0], "net_sales_amount_base_ccy": amount}])
        assert f"net sales\n{shown}," in page
