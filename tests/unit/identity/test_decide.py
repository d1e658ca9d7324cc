"""How a steward's decision lands."""

import csv
import json
from pathlib import Path

import pytest

from echelon.audit import read_events
from echelon.decisions.changes import Answer, answer_change
from echelon.decisions.landing import decision_day
from echelon.errors import EchelonError
from echelon.hashing import sha256_of_tree
from echelon.identity.decide import (
    TABLE,
    Decision,
    parse_identifier,
    request_decision,
)

PROJECT = Path(__file__).parents[3]
SAME = Decision("must_merge", "erp", "A1", "crm", "K1", "2025-06-01", "same, 1")
APART = Decision("unmerge", "crm", "K1", "erp", "A1", "2025-07-01", "two firms")


@pytest.fixture
def data_dir(tmp_path):
    """One delivery of the ERP has landed; nothing is released."""
    delivery = tmp_path / "landing" / "erp" / "erp-0001"
    delivery.mkdir(parents=True)
    manifest = {
        "company": "tiny",
        "system": "erp",
        "sequence": 1,
        "period": "2025-01/2025-12",
    }
    (delivery / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def decide(data_dir, decision):
    """Kim asks, Lou agrees."""
    change = request_decision(data_dir, PROJECT, decision, "kim")
    return answer_change(data_dir, PROJECT, Answer(change, "lou", "so it is"))


def rows_of(delivery):
    with (delivery / f"{TABLE}.csv").open(newline="", encoding="utf-8") as stream:
        return [
            (row["decision"], row["reason"], row["decided_by"])
            for row in csv.DictReader(stream)
        ]


def test_a_later_decision_lands_with_those_before_it(data_dir):
    first = decide(data_dir, SAME)
    second = decide(data_dir, APART)
    same, apart = ("must_merge", "same, 1", "lou"), ("unmerge", "two firms", "lou")
    assert rows_of(first) == [same]
    assert rows_of(second) == [same, apart]
    manifests = [
        json.loads((path / "manifest.json").read_text()) for path in (first, second)
    ]
    assert [manifest["sequence"] for manifest in manifests] == [1, 2]
    assert [manifest["tables"][TABLE]["rows"] for manifest in manifests] == [1, 2]


def test_before_the_first_release_a_decision_counts_from_the_start(data_dir):
    assert decision_day(data_dir) == "1900-01-01"


def test_the_audit_log_names_the_delivery_and_no_person(data_dir):
    delivery = decide(data_dir, SAME)
    asked, event = read_events(data_dir)
    assert event.event == "identity_decided"
    assert dict(event.details) == {
        "change_id": asked.details["change_id"],
        "delivery": delivery.name,
        "delivery_sha256": sha256_of_tree(delivery, sorted(delivery.iterdir())),
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"decision": "merge"}, "'merge' is no decision"),
        ({"to_system": "erp", "to_id": "A1"}, "both identifiers are the same"),
        ({"reason": " "}, "a decision needs a name and a reason"),
    ],
    ids=["unknown_decision", "one_identifier", "no_reason"],
)
def test_what_decides_nothing_is_refused(data_dir, change, message):
    with pytest.raises(EchelonError, match=message):
        decide(data_dir, Decision(**{**vars(SAME), **change}))
    assert not (data_dir / "landing" / "policy").exists()


@pytest.mark.parametrize("text", ["A1", "erp:", ":A1"])
def test_an_identifier_is_a_system_and_an_id(text):
    with pytest.raises(EchelonError, match="is no identifier"):
        parse_identifier(text)
    assert parse_identifier("erp:A:1") == ("erp", "A:1")
