"""In which ways could somebody try to go round the separation of duties?"""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from echelon.config import PROJECT_DIR
from echelon.decisions.assignments import (
    OrderException,
    Override,
    request_exception,
    request_overrides,
)
from echelon.decisions.changes import Answer, answer_change, change_file
from echelon.decisions.disputes import DisputeEvent, decide_dispute, open_dispute
from echelon.decisions.people import MEMBERS
from echelon.identity.decide import Decision, request_decision
from echelon.sealing import account

OVERRIDE = Override(
    "C1", "S01", "2025-12-31", "2026-06-30", "shop", "ann", "2025-12-31"
)
MERGER = Decision("must_merge", "erp", "A1", "erp", "A2", "2025-12-31", "one firm")
EXCEPTION = OrderException("O9", "S01", "urgent", "stands still", "ann", "2025-12-31")
CLAIM = DisputeEvent("", "opened", "C1", "S02", "weekly", "12", "ann", "2025-12-31")
COLUMNS = (
    "person_name",
    "role_code",
    "decision_code",
    "duty",
    "account_name",
    "valid_from",
    "valid_to",
    "approved_by",
)
ASK: dict[str, Callable[[Path, str], str]] = {
    "segment_overridden": lambda data_dir, person: request_overrides(
        data_dir,
        PROJECT_DIR,
        [replace(OVERRIDE, requested_by=person)],
        "segment_overridden",
    ),
    "segment_corrected": lambda data_dir, person: request_overrides(
        data_dir,
        PROJECT_DIR,
        [
            replace(OVERRIDE, requested_by=person, customer_id=customer)
            for customer in ("C1", "C2")
        ],
        "segment_corrected",
    ),
    "order_excepted": lambda data_dir, person: request_exception(
        data_dir, PROJECT_DIR, replace(EXCEPTION, requested_by=person)
    ),
    "identity_decided": lambda data_dir, person: request_decision(
        data_dir, PROJECT_DIR, MERGER, person
    ),
}


@dataclass(frozen=True)
class Case:
    """A company under attack.

    Attributes:
        data_dir: Its data directory.
        decision: What is asked for.
    """

    data_dir: Path
    decision: str

    def ask(self, person: str = "ann") -> str:
        """Ask for the decision."""
        return ASK[self.decision](self.data_dir, person)

    def answer(self, change_id: str, person: str, is_approved: bool = True) -> None:
        """Answer a change."""
        answer = Answer(change_id, person, "agreed", is_approved)
        answer_change(self.data_dir, PROJECT_DIR, answer)

    def appoint(self, *people: str, **changes: str) -> None:
        """Deliver a policy under which these people approve, and nobody else."""
        row = {
            "decision_code": self.decision,
            "duty": "approve",
            "role_code": "customer-service",
            "valid_from": "1900-01-01",
            "approved_by": "head",
            **changes,
        }
        self.deliver(MEMBERS, COLUMNS, [{"person_name": p, **row} for p in people])

    def deliver(
        self, table: str, columns: Sequence[str], rows: Sequence[dict[str, str]]
    ) -> None:
        """Land a policy file by hand."""
        policy = self.data_dir / "landing" / "policy"
        number = len(list(policy.iterdir())) + 1 if policy.is_dir() else 1
        directory = policy / f"policy-{number:04d}"
        directory.mkdir(parents=True)
        with (directory / f"{table}.csv").open("w", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        manifest = {
            "company": "tiny",
            "system": "policy",
            "period": "2025",
            "delivery_id": directory.name,
            "sequence": number,
        }
        (directory / "manifest.json").write_text(json.dumps(manifest))

    def edit(self, change_id: str, **changes: object) -> None:
        """Edit what was asked for."""
        path = change_file(self.data_dir, change_id)
        record = json.loads(path.read_text())
        path.write_text(json.dumps({**record, **changes}))


def _same_person(case: Case) -> None:
    case.answer(case.ask(), "ann")


def _same_person_spelled_otherwise(case: Case) -> None:
    case.answer(case.ask(), "  A\u200bNN ")


def _two_names_of_one_account(case: Case) -> None:
    case.appoint("ann", "bob", account_name=account())
    case.answer(case.ask(), "bob")


def _answered_twice(case: Case) -> None:
    change = case.ask()
    case.answer(change, "bob")
    case.answer(change, "bob")


def _answered_again_by_another(case: Case) -> None:
    change = case.ask()
    case.answer(change, "bob", is_approved=False)
    case.answer(change, "eve")


def _edited_rows(case: Case) -> None:
    change = case.ask()
    case.edit(change, rows=[{"customer_id": "C2"}])
    case.answer(change, "bob")


def _edited_requester(case: Case) -> None:
    change = case.ask()
    case.edit(change, requested_by="eve")
    case.answer(change, "ann")


def _edited_after_approval(case: Case) -> None:
    change = case.ask()
    case.answer(change, "bob")
    case.edit(change, rows=[{"customer_id": "C2"}])
    case.answer(change, "bob")


def _put_in_the_place_of_another(case: Case) -> None:
    change, other = case.ask(), case.ask("eve")
    change_file(case.data_dir, other).replace(change_file(case.data_dir, change))
    case.answer(change, "ann")


def _request_removed(case: Case) -> None:
    change = case.ask()
    change_file(case.data_dir, change).unlink()
    case.answer(change, "bob")


def _role_taken_after_the_request(case: Case) -> None:
    case.appoint("bob")
    change = case.ask()
    case.appoint("bob", "eve")
    case.answer(change, "eve")


def _role_lost_after_the_request(case: Case) -> None:
    case.appoint("bob", "eve")
    change = case.ask()
    case.appoint("eve")
    case.answer(change, "bob")


def _role_ended(case: Case) -> None:
    case.appoint("bob")
    change = case.ask()
    case.appoint("bob", valid_to="2026-01-01")
    case.appoint("eve")
    case.answer(change, "bob")


def _right_misspelt(case: Case) -> None:
    case.appoint("bob", decision_code=f"{case.decision}s")
    case.ask()


def _right_misspelt_after_the_request(case: Case) -> None:
    change = case.ask()
    case.appoint("bob", duty="aprove")
    case.answer(change, "eve")


def _right_from_no_day(case: Case) -> None:
    case.appoint("bob", valid_from="2026-W01-1")
    case.answer(case.ask(), "eve")


def _role_granted_by_oneself(case: Case) -> None:
    case.appoint("eve", approved_by="eve")
    case.answer(case.ask(), "eve")


def _entitlement_edited(case: Case) -> None:
    case.appoint("bob")
    change = case.ask()
    case.edit(change, entitled=["*"])
    case.appoint("eve")
    case.answer(change, "eve")


def _name_of_another_account(case: Case) -> None:
    case.appoint("bob", account_name="somebody-else")
    case.answer(case.ask(), "bob")


def _answered_too_late(case: Case) -> None:
    path = PROJECT_DIR / "dbt_project" / "seeds" / "policy" / "policy_thresholds.csv"
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["name"] == "approval_expiry_days":
            row["value"] = "0"
    case.deliver("policy_thresholds", list(rows[0]), rows)
    case.answer(case.ask(), "bob")


def _asked_without_the_right(case: Case) -> None:
    case.appoint("bob", duty="request")
    case.ask("ann")


def _dispute_decided_by_its_claimant(case: Case) -> None:
    _decide(case, "ann")


def _dispute_decided_by_who_approved_it(case: Case) -> None:
    row = replace(OVERRIDE, segment_code="S02")
    change = request_overrides(case.data_dir, PROJECT_DIR, [row], "segment_overridden")
    case.answer(change, "bob")
    _decide(case, "bob")


def _decide(case: Case, person: str) -> None:
    dispute = open_dispute(case.data_dir, PROJECT_DIR, CLAIM)
    answer = DisputeEvent(dispute, "rejected", "", "", "no", "", person, "2026-01-05")
    decide_dispute(case.data_dir, PROJECT_DIR, answer)


OVERRIDES = ("segment_overridden", "segment_corrected")
EVERY = (*OVERRIDES, "order_excepted", "identity_decided")
# What is attempted, the reason it must be refused for, on which decisions.
ATTEMPTS: tuple[tuple[Callable[[Case], None], str, Sequence[str]], ...] = (
    (_same_person, "self_approval", EVERY),
    (_same_person_spelled_otherwise, "self_approval", EVERY),
    (_two_names_of_one_account, "self_approval", OVERRIDES),
    (_answered_twice, "approval_replayed", EVERY),
    (_answered_again_by_another, "approval_replayed", EVERY),
    (_edited_rows, "change_edited", EVERY),
    (_edited_requester, "change_edited", OVERRIDES),
    (_edited_after_approval, "approval_replayed", EVERY),
    (_put_in_the_place_of_another, "change_edited", OVERRIDES),
    (_request_removed, "change_edited", ("segment_overridden",)),
    (_role_taken_after_the_request, "role_changed", OVERRIDES),
    (_role_lost_after_the_request, "not_entitled", OVERRIDES),
    (_role_ended, "not_entitled", OVERRIDES),
    (_right_misspelt, "role_members_refused", EVERY),
    (_right_misspelt_after_the_request, "role_members_refused", EVERY),
    (_right_from_no_day, "role_members_refused", OVERRIDES),
    (_role_granted_by_oneself, "role_changed", ("segment_overridden",)),
    (_entitlement_edited, "change_edited", ("segment_overridden",)),
    (_name_of_another_account, "not_the_account", OVERRIDES),
    (_answered_too_late, "approval_expired", EVERY),
    (_asked_without_the_right, "not_entitled", OVERRIDES),
    (_dispute_decided_by_its_claimant, "self_approval", ("dispute_decided",)),
    (_dispute_decided_by_who_approved_it, "self_approval", ("dispute_decided",)),
)
