"""How does a change that one person asks for take effect by another's word?

A request is a file that holds the exact change. The audit log holds its SHA-256, so an
approval speaks of that change and of no other; it is given once, before it expires, by
somebody else, who was entitled when it was asked for and still is. A change that was
edited is another one and needs a request of its own. What is refused is in the log too.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from echelon.audit import append_event, read_events
from echelon.audit_line import AuditEvent
from echelon.decisions.landing import (
    PolicyDecision,
    Row,
    decision_lock,
    land_decision,
    refused,
)
from echelon.decisions.people import (
    ANYBODY,
    APPROVE,
    REQUEST,
    Rights,
    is_said,
    plain,
    rights_in_force,
)
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_record
from echelon.release.layout import requests_dir
from echelon.release.lock import refresh_lock
from echelon.sealing import account

RULE = "docs/assignment_lifecycle.md"
REQUESTED, DECLINED, REFUSED = "change_requested", "change_declined", "refused"


@dataclass(frozen=True)
class Change:
    """Rows of a policy that wait for somebody's word.

    Attributes:
        decision: Name of the event it is entered under once it is approved.
        table: The policy.
        rows: The rows, without approver and id.
        requested_by: Who asks, and who last edited it: an edit is another change.
        approver_column: Column that names who approves.
        id_column: Column of an id that follows from what the row says; empty for none.
        id_prefix: What the id begins with.
        role: Role that has to decide; empty for any.
        if_declined: Columns that say no, for a refusal that lands; empty if none does.
    """

    decision: str
    table: str
    rows: Sequence[Row]
    requested_by: str
    approver_column: str
    id_column: str
    id_prefix: str
    role: str = ""
    if_declined: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a person says to a change.

    Attributes:
        change_id: The change.
        person: Who answers.
        reason: Why.
        is_approved: Whether the change takes effect.
    """

    change_id: str
    person: str
    reason: str
    is_approved: bool = True


def request_change(data_dir: Path, project_dir: Path, change: Change) -> str:
    """Write a change down and enter its hash; it takes effect when approved.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        change: What is asked for, checked by the caller.

    Returns:
        The id of the change, which follows from its content.

    Raises:
        EchelonError: ``NOT_AUTHORISED`` if who asks may not, ``BUSY`` while a refresh
            is under way.
    """
    rights = rights_in_force(data_dir, project_dir, _today(data_dir))
    record = {
        **json.loads(json.dumps(asdict(change))),
        "entitled": rights.entitled(change.decision, APPROVE),
        "requested_at": datetime.now(UTC).isoformat(),
    }
    sha256 = sha256_of_record(record)
    change_id = f"C-{sha256[:12]}"
    details = {"change_id": change_id, "change_sha256": sha256}
    with refresh_lock(data_dir):
        person = change.requested_by
        if objection := _objection(rights, person, change.decision, REQUEST):
            refuse(data_dir, change_id, *objection)
        path = change_file(data_dir, change_id)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(record, indent=2, sort_keys=True), "utf-8")
        about = {**details, "decision": change.decision}
        append_event(data_dir, REQUESTED, "", about)
    return change_id


def answer_change(data_dir: Path, project_dir: Path, answer: Answer) -> Path | None:
    """Approve or decline a change; an approved one lands at once.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        answer: Who says what to which change.

    Returns:
        Directory of the policy delivery; None if nothing had to land.

    Raises:
        EchelonError: ``NOT_AUTHORISED``, entered in the audit log, if the answer is the
            requester's own, comes a second time or too late, is about a change that was
            edited, or is by somebody not entitled; ``CONFIGURATION`` if no such change
            was asked for or the answer names nobody; ``BUSY`` as above.
    """
    if not (is_said(answer.person) and is_said(answer.reason)):
        raise refused("an answer needs a name and a reason", "--by, --reason", RULE)
    with decision_lock(data_dir):
        events = [
            event
            for event in read_events(data_dir)
            if event.details.get("change_id") == answer.change_id
            and event.event != REFUSED
        ]
        if not events or events[0].event != REQUESTED:
            message = f"no change {answer.change_id!r} was asked for"
            raise refused(message, "what asked for it printed its id", RULE)
        record = _read(data_dir, answer.change_id)
        if objection := _objection_to(data_dir, project_dir, record, answer, events):
            refuse(data_dir, answer.change_id, *objection)
        if not answer.is_approved and not record["if_declined"]:
            details = {"change_id": answer.change_id, "decision": record["decision"]}
            append_event(data_dir, DECLINED, "", details)
            return None
        return land_decision(data_dir, project_dir, _decision(record, answer))


def demand_right(data_dir: Path, project_dir: Path, person: str, decision: str) -> None:
    """Refuse a decision that one person takes alone, by one who may not.

    Raises:
        EchelonError: ``NOT_AUTHORISED``, entered in the audit log.
    """
    rights = rights_in_force(data_dir, project_dir, _today(data_dir))
    if objection := _objection(rights, person, decision, APPROVE):
        refuse(data_dir, decision, *objection)


def refuse(data_dir: Path, about: str, code: str, message: str) -> NoReturn:
    """Enter an attempt that is refused, and refuse it.

    Raises:
        EchelonError: ``NOT_AUTHORISED``.
    """
    with refresh_lock(data_dir):
        append_event(data_dir, REFUSED, "", {"change_id": about, "code": code})
    fault = Fault(
        code=code,
        message=f"{about}: {message}",
        rule=RULE,
        hint="the attempt is in the audit log; have somebody else do it",
    )
    raise EchelonError(ExitCode.NOT_AUTHORISED, fault)


def change_file(data_dir: Path, change_id: str) -> Path:
    """Return the file of a change."""
    return requests_dir(data_dir) / f"{Path(change_id).name}.json"


def _objection_to(
    data_dir: Path,
    project_dir: Path,
    record: dict[str, Any],
    answer: Answer,
    events: Sequence[AuditEvent],
) -> tuple[str, str] | None:
    """Say what stands against an answer, code and sentence; None if nothing does."""
    if len(events) > 1:
        return "approval_replayed", f"{answer.change_id} was answered already"
    asked = events[0]
    if sha256_of_record(record) != asked.details["change_sha256"]:
        return "change_edited", f"{answer.change_id} is not the change asked for"
    rights = rights_in_force(data_dir, project_dir, _today(data_dir))
    days = rights.expiry_days
    asked_at = _latest(data_dir, until=asked.sequence)
    if _now(data_dir) >= asked_at + timedelta(days=days):
        return "approval_expired", f"it was asked for more than {days:g} days ago"
    requesters = {record["requested_by"]}
    requesters |= {row.get("requested_by", "") for row in record["rows"]}
    if plain(answer.person) in {plain(name) for name in requesters}:
        return "self_approval", "who asks for a change does not approve it"
    if rights.accounts_of(answer.person) & rights.accounts_of(record["requested_by"]):
        return "self_approval", "both names belong to one account"
    entitled = record["entitled"]
    if entitled != [ANYBODY] and plain(answer.person) not in entitled:
        return "role_changed", "was not entitled when the change was asked for"
    if record["role"] and not rights.holds_role(answer.person, record["role"]):
        return "not_entitled", f"is decided by {record['role']}"
    return _objection(rights, answer.person, record["decision"], APPROVE)


def _objection(
    rights: Rights, person: str, decision: str, duty: str
) -> tuple[str, str] | None:
    entitled = rights.entitled(decision, duty)
    if entitled != [ANYBODY] and plain(person) not in entitled:
        return "not_entitled", f"{person} may not {duty} {decision}"
    accounts = rights.accounts_of(person)
    if accounts and account() not in accounts:
        return "not_the_account", f"{account()} is not an account of {person}"
    return None


def _decision(record: dict[str, Any], answer: Answer) -> PolicyDecision:
    said = {record["approver_column"]: answer.person}
    if not answer.is_approved:
        said |= dict(record["if_declined"])
    rows = [{**row, **said} for row in record["rows"]]
    prefix, column = record["id_prefix"], record["id_column"]
    return PolicyDecision(
        event=record["decision"],
        rows={
            record["table"]: [
                {**row, column: f"{prefix}-{sha256_of_record(row)[:10]}"}
                if column
                else row
                for row in rows
            ]
        },
        details={"change_id": answer.change_id},
    )


def _read(data_dir: Path, change_id: str) -> dict[str, Any]:
    """Read what was asked for; what cannot be read is not it."""
    try:
        record = json.loads(change_file(data_dir, change_id).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _now(data_dir: Path) -> datetime:
    """Return the moment, no earlier than the latest one that the log knows of.

    A clock that was set back opens nothing again that had passed.
    """
    return max(datetime.now(UTC), _latest(data_dir))


def _latest(data_dir: Path, until: int | None = None) -> datetime:
    """Return the latest moment that the log knows of, up to an event's sequence."""
    moments = (datetime.fromisoformat(one.at) for one in read_events(data_dir)[:until])
    return max(moments, default=datetime.min.replace(tzinfo=UTC))


def _today(data_dir: Path) -> str:
    return _now(data_dir).date().isoformat()
