"""Every kind of attempt of `make duties` on one decision, and what a name is worth."""

import json

import pytest

from benchmarks.duties import ALL, run
from echelon.decisions.people import Rights, is_said, plain


def member(name, **changes):
    row = dict.fromkeys(("role_code", "account_name", "valid_to"), "")
    return {
        **row,
        "person_name": name,
        "decision_code": "order_excepted",
        "duty": "approve",
        "approved_by": "head",
        **changes,
    }


def test_every_attempt_is_refused_and_entered_and_honest_people_are_heard(
    tmp_path, capsys
):
    one_each = {attack: (attack, *rest) for attack, *rest in ALL}
    assert run(tmp_path, list(one_each.values())) == 0
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert summary["refused"] == summary["attempts"] == 23
    assert len(ALL) >= 40
    assert set(summary["honest_landed"].values()) == {True}


def test_a_decision_no_row_names_is_open_to_anybody():
    rights = Rights([member("bob")], 14)
    assert rights.entitled("order_excepted", "approve") == ["bob"]
    assert rights.entitled("order_excepted", "request") == ["*"]
    assert rights.entitled("segment_overridden", "approve") == ["*"]


def test_a_row_for_any_decision_names_them_all():
    rights = Rights([member("bob", decision_code="*")], 14)
    assert rights.entitled("segment_overridden", "approve") == ["bob"]


def test_who_grants_himself_a_right_has_none_and_nobody_has():
    assert (
        Rights([member("Eve", approved_by="eve")], 14).entitled(
            "order_excepted", "approve"
        )
        == []
    )


@pytest.mark.parametrize(("person", "holds"), [("Bob", True), ("eve", False)])
def test_a_role_somebody_is_listed_for_is_theirs_alone(person, holds):
    rights = Rights([member("bob", role_code="sales")], 14)
    assert rights.holds_role(person, "sales") is holds
    assert rights.holds_role(person, "customer-service")


@pytest.mark.parametrize(
    "written",
    [
        "  Ann  LEE ",
        "ann\u00a0lee",
        "an\u200bn lee\ufeff",
        "\uff41nn lee",
        "ann l\ufe0fee",
        "ann lee\U000e0100",
        "ann\u180b lee\u17b4",
        "an\u034fn l\u3164ee",
        "ann lee\U0001d159",
        "a nnlee",
    ],
    ids=[
        "case_and_spaces",
        "no_break",
        "nothing_seen",
        "full_width",
        "selector",
        "supplementary_selector",
        "selector_and_vowel_of_other_scripts",
        "joiner_and_filler",
        "empty_symbol",
        "space_elsewhere",
    ],
)
def test_a_name_is_the_same_however_it_is_written(written):
    assert plain(written) == plain("ann lee")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("zoe", "zo\u00eb"),
        ("\u0930\u092e\u093e", "\u0930\u092e"),
        ("ann lee", "ann-lea"),
        ("ann 1", "ann 2"),
    ],
    ids=["accent", "vowel_sign", "letter", "number"],
)
def test_a_name_that_reads_otherwise_is_another(one, other):
    assert plain(one) != plain(other)


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "an\x1bn", "ann\udcff"])
def test_what_shows_nothing_or_is_no_text_says_nothing(text):
    assert not is_said(text)
    assert is_said("Zo\u00eb \u9648\nfrom sales")
