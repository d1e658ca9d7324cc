"""How people overrule, dispute, except and approve."""

import csv
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from echelon.audit import append_event, read_events
from echelon.decisions.assignments import (
    EXCEPTIONS,
    OVERRIDES,
    OrderException,
    Override,
    request_exception,
    request_overrides,
)
from echelon.decisions.changes import Answer, answer_change
from echelon.decisions.corrections import customers_moved_by, preview
from echelon.decisions.disputes import (
    DISPUTES,
    DisputeEvent,
    decide_dispute,
    open_dispute,
)
from echelon.decisions.models import approve, find_artefact, sha256_of_proposal
from echelon.errors import EchelonError, ExitCode

PROJECT = Path(__file__).parents[3]
OVERRIDE = Override(
    "C1", "S01", "2025-12-31", "2026-06-30", "new shop", "ann", "2025-12-31"
)
CLAIM = DisputeEvent(
    "", "opened", "C1", "S02", "we order weekly", "12 orders", "ann", "2025-12-31"
)
EXCEPTION = OrderException(
    "O9",
    "S01",
    "urgent",
    "line stands still",
    "ann",
    "2025-12-31",
)


def rows_of(delivery, table):
    with (delivery / f"{table}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def override(data_dir, **changes):
    given = replace(OVERRIDE, **changes)
    change = request_overrides(data_dir, PROJECT, [given], "segment_overridden")
    return answer_change(data_dir, PROJECT, Answer(change, "bob", "agreed"))


def test_an_override_lands_with_those_before_it(data_dir):
    override(data_dir)
    path = override(data_dir, customer_id="C2")
    assert [row["customer_id"] for row in rows_of(path, OVERRIDES)] == ["C1", "C2"]
    assert len({row["override_id"] for row in rows_of(path, OVERRIDES)}) == 2
    assert [event.event for event in read_events(data_dir)] == [
        "change_requested",
        "segment_overridden",
    ] * 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"customer_id": "C9"}, "'C9' is no customer"),
        ({"segment_code": "EXC"}, "'EXC' is no segment"),
        ({"valid_to": "2025-12-31"}, "before it begins"),
        ({"reason": " "}, "needs names and a reason"),
        ({"requested_by": "ann\udcff"}, "needs names and a reason"),
    ],
)
def test_an_override_that_cannot_be_is_refused_and_lands_nothing(
    data_dir, changes, message
):
    with pytest.raises(EchelonError, match=message):
        override(data_dir, **changes)
    assert not (data_dir / "landing" / "policy").exists()


@pytest.fixture
def enter_an_event_15_days_ahead(data_dir, monkeypatch):
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=15)

    def enter():
        with monkeypatch.context() as clock:
            clock.setattr("echelon.audit.datetime", Later)
            append_event(data_dir, "repaired", "", {})

    return enter


def test_a_change_asked_for_after_a_clock_was_ahead_has_all_its_days(
    data_dir, enter_an_event_15_days_ahead
):
    enter_an_event_15_days_ahead()
    change = request_overrides(data_dir, PROJECT, [OVERRIDE], "segment_overridden")
    assert answer_change(data_dir, PROJECT, Answer(change, "bob", "agreed"))


def test_a_change_that_expired_stays_so_when_the_clock_is_set_back(
    data_dir, enter_an_event_15_days_ahead
):
    change = request_overrides(data_dir, PROJECT, [OVERRIDE], "segment_overridden")
    enter_an_event_15_days_ahead()
    with pytest.raises(EchelonError, match="more than 14 days ago") as refusal:
        answer_change(data_dir, PROJECT, Answer(change, "bob", "agreed"))
    assert refusal.value.exit_code is ExitCode.NOT_AUTHORISED


def test_an_upheld_dispute_lands_with_its_remedy(data_dir):
    dispute_id = open_dispute(data_dir, PROJECT, CLAIM)
    answer = DisputeEvent(
        dispute_id, "upheld", "", "", "they do", "", "eve", "2026-01-05"
    )
    path = decide_dispute(data_dir, PROJECT, answer, OVERRIDE)
    assert [
        (row["event"], row["customer_id"], row["segment_code"])
        for row in rows_of(path, DISPUTES)
    ] == [("opened", "C1", "S02"), ("upheld", "C1", "S02")]
    assert len(rows_of(path, OVERRIDES)) == 1
    with pytest.raises(EchelonError, match="was upheld already"):
        decide_dispute(data_dir, PROJECT, answer)


@pytest.mark.parametrize("judge", ["ann", "bob"], ids=["claimant", "approver"])
def test_nobody_decides_in_his_own_cause(data_dir, judge):
    override(data_dir, segment_code="S02")
    dispute_id = open_dispute(data_dir, PROJECT, CLAIM)
    answer = DisputeEvent(dispute_id, "rejected", "", "", "no", "", judge, "2026-01-05")
    with pytest.raises(EchelonError, match="approved what it disputes"):
        decide_dispute(data_dir, PROJECT, answer)


def test_an_exception_lands_for_the_team_of_its_path(data_dir):
    change = request_exception(data_dir, PROJECT, EXCEPTION)
    path = answer_change(data_dir, PROJECT, Answer(change, "bob", "no", False))
    [row] = rows_of(path, EXCEPTIONS)
    assert (row["order_id"], row["decision"], row["decided_by"]) == (
        "O9",
        "refused",
        "bob",
    )
    assert row["decider_team"] == "customer-service"


def test_an_exception_off_the_paths_is_refused(data_dir):
    with pytest.raises(EchelonError, match="no path for the reason 'royal'"):
        request_exception(data_dir, PROJECT, replace(EXCEPTION, reason_code="royal"))


def propose(data_dir):
    proposal = data_dir / "proposals" / "kmeans-1"
    proposal.mkdir(parents=True)
    (proposal / "segment_model.json").write_text('{"model_version": "kmeans-1"}')
    (proposal / "comparison.html").write_text("<p>2 customers move</p>")
    sha256 = sha256_of_proposal(proposal)
    about = {"model_version": "kmeans-1", "proposal_sha256": sha256}
    append_event(data_dir, "model_proposed", "", about)
    return proposal


def approve_model(data_dir, by="kim"):
    return approve(data_dir, PROJECT, "kmeans-1", by, "same groups", "2025-12-31")


def test_an_approval_lands_together_with_the_model(data_dir):
    propose(data_dir)
    approve_model(data_dir)
    assert find_artefact(data_dir, "kmeans-1") == {"model_version": "kmeans-1"}
    proposed, approved = (
        event.details["proposal_sha256"]
        for event in read_events(data_dir)
        if event.event in {"model_proposed", "model_approved"}
    )
    assert proposed == approved


def test_a_model_is_approved_once(data_dir):
    propose(data_dir)
    path = approve_model(data_dir)
    with pytest.raises(EchelonError, match="approved already") as refusal:
        approve_model(data_dir, "eve")
    assert refusal.value.exit_code is ExitCode.NOT_AUTHORISED
    assert read_events(data_dir)[-1].details["code"] == "approval_replayed"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("segment_model.json", ""),
        ("segment_model.json", '{"format": 3, "model_version": "kmeans-1"}'),
        ("comparison.html", "<p>nobody moves</p>"),
        ("comparison.html", None),
        ("another.html", "<p>nobody moves</p>"),
    ],
    ids=["empty", "edited", "page_edited", "page_gone", "page_added"],
)
def test_a_proposal_changed_after_it_was_proposed_is_not_approved(
    data_dir, file, content
):
    path = propose(data_dir) / file
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(EchelonError, match="changed since it was prop") as refusal:
        approve_model(data_dir)
    assert refusal.value.exit_code is ExitCode.NOT_AUTHORISED
    assert read_events(data_dir)[-1].details["code"] == "change_edited"
    assert not (data_dir / "landing" / "policy").exists()


def test_a_change_asked_for_twice_is_approved_once(data_dir):
    path = override(data_dir)
    with pytest.raises(EchelonError, match="was decided already"):
        override(data_dir)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_only_what_was_proposed_can_be_approved(data_dir):
    with pytest.raises(EchelonError, match="no model 'kmeans-9' was proposed"):
        approve(data_dir, PROJECT, "kmeans-9", "kim", "same groups", "2025-12-31")


def test_an_approval_without_its_model_is_refused_by_name(data_dir):
    with pytest.raises(EchelonError, match="kmeans-9 was approved, but no policy"):
        find_artefact(data_dir, "kmeans-9")


def test_a_correction_lists_the_orders_and_the_money_it_touches(data_dir):
    found = preview(data_dir, "C1", None, None)
    assert (found.wrong_segment_code, found.right_segment_code) == ("S02", "S01")
    assert found.valid_from == date(2025, 6, 1)
    assert [order.order_id for order in found.orders] == ["O2", "O3"]
    assert found.net_sales_amount_base_ccy == Decimal("50.00")
    assert found.cost_to_serve_amount_base_ccy == Decimal("6.50")
    assert not (data_dir / "landing" / "policy").exists()


def test_a_release_names_the_customers_it_moved(data_dir):
    assert customers_moved_by(data_dir, "r2") == ["C1"]


def test_a_release_nobody_knows_is_named(data_dir):
    append_event(data_dir, "published", "r1", {})
    assert customers_moved_by(data_dir, "r1") == []
    with pytest.raises(EchelonError, match="'nosuch' never was in force") as refusal:
        customers_moved_by(data_dir, "nosuch")
    assert refusal.value.exit_code is ExitCode.CONFIGURATION


def test_a_customer_without_a_former_segment_needs_one_named(data_dir):
    with pytest.raises(EchelonError, match="'C2' has no segment to go back to"):
        preview(data_dir, "C2", None, None)
    assert preview(data_dir, "C2", "S01", None).right_segment_code == "S01"
