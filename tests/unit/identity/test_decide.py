"""How a steward's decision lands."""

import csv
import json
from pathlib import Path

import pytest

from echelon.audit import read_events
from echelon.decisions.landing import decision_day
from echelon.errors import EchelonError
from echelon.hashing import sha256_of_tree
from echelon.identity.decide import (
    TABLE,
    Decision,
    decide,
    parse_identifier,
)

PROJECT = Path(__file__).parents[3]
SAME = Decision("must_merge", "erp", "A1", "crm", "K1", "2025-06-01", "kim", "same, 1")
APART = Decision("unmerge", "crm", "K1", "erp", "A1", "2025-07-01", "lou", "two firms")


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


def rows_of(delivery):
    with (delivery / f"{TABLE}.csv").open(newline="", encoding="utf-8") as stream:
        return [(row["decision"], row["reason"]) for row in csv.DictReader(stream)]


def test_a_later_decision_lands_with_those_before_it(data_dir):
    first = decide(data_dir, PROJECT, SAME)
    second = decide(data_dir, PROJECT, APART)
    assert rows_of(first) == [("must_merge", "same, 1")]
    assert rows_of(second) == [("must_merge", "same, 1"), ("unmerge", "two firms")]
    manifests = [
        json.loads((path / "manifest.json").read_text()) for path in (first, second)
    ]
    assert [manifest["sequence"] for manifest in manifests] == [1, 2]
    assert [manifest["tables"][TABLE]["rows"] for manifest in manifests] == [1, 2]


def test_before_the_first_release_a_decision_counts_from_the_start(data_dir):
    assert decision_day(data_dir) == "1900-01-01"


def test_the_audit_log_names_the_delivery_and_no_person(data_dir):
    delivery = decide(data_dir, PROJECT, SAME)
    (event,) = read_events(data_dir)
    assert event.event == "identity_decided"
    assert dict(event.details) == {
        "decision": "must_merge",
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
        decide(data_dir, PROJECT, Decision(**{**vars(SAME), **change}))
    assert not (data_dir / "landing" / "policy").exists()


@pytest.mark.parametrize("text", ["A1", "erp:", ":A1"])
def test_an_identifier_is_a_system_and_an_id(text):
    with pytest.raises(EchelonError, match="is no identifier"):
        parse_identifier(text)
    assert parse_identifier("erp:A:1") == ("erp", "A:1")
