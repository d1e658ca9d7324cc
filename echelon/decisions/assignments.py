"""How do people overrule, dispute and except from a segment assignment?

Each is a row of policy that lands like any decision. What the next refresh makes of it
is in ``governance.rpt_segment_overrides``, ``governance.rpt_assignment_disputes`` and
``core.fct_order_exceptions``.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from echelon.decisions.landing import (
    PolicyDecision,
    Row,
    land_decision,
    refused,
    rows_in_force,
)
from echelon.hashing import sha256_of_record
from echelon.release.store import open_release

OVERRIDES = "policy_segment_overrides"
DISPUTES = "policy_assignment_disputes"
EXCEPTIONS = "policy_order_exceptions"
PATHS = "policy_exception_paths"
OUTCOMES = ("upheld", "rejected", "withdrawn")
RULE = "docs/assignment_lifecycle.md"


@dataclass(frozen=True)
class Override:
    """Where a person puts a customer.

    Attributes:
        customer_id: The customer.
        segment_code: Segment of the model in force.
        valid_from: First day it counts, ISO 8601; a past day corrects the record.
        valid_to: First day it no longer counts, ISO 8601.
        reason: Why.
        requested_by: Who asked for it.
        approved_by: Who approved it, somebody else.
        decided_on: Day of the approval, ISO 8601.
    """

    customer_id: str
    segment_code: str
    valid_from: str
    valid_to: str
    reason: str
    requested_by: str
    approved_by: str
    decided_on: str


@dataclass(frozen=True)
class DisputeEvent:
    """One step of a dispute.

    Attributes:
        dispute_id: The dispute.
        event: opened, upheld, rejected or withdrawn.
        customer_id: The customer.
        segment_code: Segment it should not be in, as claimed.
        statement: The claim, or the reason of the decision.
        evidence: What the claim rests on.
        event_by: Who claims or decides.
        event_on: When, ISO 8601.
    """

    dispute_id: str
    event: str
    customer_id: str
    segment_code: str
    statement: str
    evidence: str
    event_by: str
    event_on: str


@dataclass(frozen=True)
class OrderException:
    """One order served as another segment.

    Attributes:
        order_id: The order.
        served_as_segment_code: Segment whose service it gets.
        reason_code: Path of ``policy_exception_paths``.
        reason: Why.
        requested_by: Who asked.
        decision: approved or refused.
        decided_by: Who decided.
        decider_team: For which team.
        decided_on: When, ISO 8601.
    """

    order_id: str
    served_as_segment_code: str
    reason_code: str
    reason: str
    requested_by: str
    decision: str
    decided_by: str
    decider_team: str
    decided_on: str


def override_segments(
    data_dir: Path, project_dir: Path, overrides: Sequence[Override], event: str
) -> Path:
    """Land overrides, all together or none.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        overrides: What was decided.
        event: Name it is entered under in the audit log.

    Returns:
        Directory of the policy delivery.

    Raises:
        EchelonError: ``CONFIGURATION`` for an unknown customer or segment, an override
            that never ends, or one approved by whoever asked for it.
    """
    for override in overrides:
        check_override(data_dir, override)
    rows = [_identified("override_id", "O", asdict(o)) for o in overrides]
    return _land(data_dir, project_dir, {OVERRIDES: rows}, event)


def check_override(data_dir: Path, override: Override) -> None:
    """Refuse an override that cannot be."""
    _check_said(override.reason, override.requested_by, override.approved_by)
    _check_customer(data_dir, override.customer_id)
    _check_segment(data_dir, override.segment_code)
    if override.requested_by == override.approved_by:
        raise refused(
            "an override is approved by somebody else than who asks for it",
            "give another name with --approved-by",
            RULE,
        )
    if date.fromisoformat(override.valid_to) <= date.fromisoformat(override.valid_from):
        message = f"it ends on {override.valid_to}, before it begins"
        raise refused(message, "give a later day with --until", RULE)


def open_dispute(data_dir: Path, project_dir: Path, claim: DisputeEvent) -> str:
    """Land a dispute.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        claim: What is claimed; its dispute_id is not read.

    Returns:
        The id of the dispute.

    Raises:
        EchelonError: ``CONFIGURATION`` for an unknown customer or an empty claim.
    """
    _check_said(claim.statement, claim.evidence, claim.event_by)
    _check_customer(data_dir, claim.customer_id)
    row = _identified("dispute_id", "D", {**asdict(claim), "dispute_id": ""})
    _land(data_dir, project_dir, {DISPUTES: [row]}, "dispute_opened")
    return row["dispute_id"]


def decide_dispute(
    data_dir: Path,
    project_dir: Path,
    decision: DisputeEvent,
    remedy: Override | None = None,
) -> Path:
    """Land the answer to a dispute, with the override that carries it out.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        decision: The answer; customer, segment and evidence are the dispute's own.
        remedy: Where the customer of an upheld dispute belongs.

    Returns:
        Directory of the policy delivery.

    Raises:
        EchelonError: ``CONFIGURATION`` for an unknown or answered dispute, or if who
            decides opened it or approved what it disputes.
    """
    if decision.event not in OUTCOMES:
        message = f"{decision.event!r} is no outcome"
        raise refused(message, f"use one of {', '.join(OUTCOMES)}", RULE)
    _check_said(decision.statement, decision.event_by)
    opening = dispute_of(data_dir, project_dir, decision.dispute_id)
    _check_impartial(data_dir, project_dir, opening, decision)
    about = ("customer_id", "segment_code", "evidence")
    row = {**asdict(decision), **{name: opening[name] for name in about}}
    rows: dict[str, list[Row]] = {DISPUTES: [row]}
    if remedy is not None:
        check_override(data_dir, remedy)
        rows[OVERRIDES] = [_identified("override_id", "O", asdict(remedy))]
    return _land(data_dir, project_dir, rows, "dispute_decided")


def dispute_of(data_dir: Path, project_dir: Path, dispute_id: str) -> Row:
    """Return the opening row of a dispute that waits for an answer."""
    known = [
        row
        for row in rows_in_force(data_dir, project_dir, DISPUTES)
        if row["dispute_id"] == dispute_id
    ]
    if not known:
        message = f"there is no dispute {dispute_id!r}"
        raise refused(message, "governance.rpt_assignment_disputes lists them", RULE)
    if len(known) > 1:
        message = f"dispute {dispute_id} was {known[-1]['event']} already"
        raise refused(message, "open another dispute", RULE)
    return known[0]


def except_order(data_dir: Path, project_dir: Path, exception: OrderException) -> Path:
    """Land an order's exception.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        exception: What was decided, before the order leaves.

    Returns:
        Directory of the policy delivery.

    Raises:
        EchelonError: ``CONFIGURATION`` for an unknown segment or reason, a team the
            path does not name, or a decision by whoever asked.
    """
    _check_said(exception.reason, exception.requested_by, exception.decided_by)
    _check_segment(data_dir, exception.served_as_segment_code)
    paths = {
        row["reason_code"]: row["approver_team"]
        for row in rows_in_force(data_dir, project_dir, PATHS)
    }
    team = paths.get(exception.reason_code)
    if team is None:
        message = f"there is no path for the reason {exception.reason_code!r}"
        raise refused(message, f"{PATHS}.csv has {', '.join(sorted(paths))}", RULE)
    if team != exception.decider_team:
        message = f"{exception.reason_code} is decided by {team}"
        raise refused(message, f"have {team} decide", RULE)
    if exception.requested_by == exception.decided_by:
        message = "an exception is decided by somebody else than who asks for it"
        raise refused(message, "give another name with --by", RULE)
    row = _identified("exception_id", "E", asdict(exception))
    return _land(data_dir, project_dir, {EXCEPTIONS: [row]}, "order_excepted")


def _check_impartial(
    data_dir: Path, project_dir: Path, opening: Row, decision: DisputeEvent
) -> None:
    """Refuse a judge in his own cause."""
    parties = {opening["event_by"]} | {
        row["approved_by"]
        for row in rows_in_force(data_dir, project_dir, OVERRIDES)
        if row["customer_id"] == opening["customer_id"]
        and row["segment_code"] == opening["segment_code"]
    }
    if decision.event != "withdrawn" and decision.event_by in parties:
        message = f"{decision.event_by} opened the dispute or approved what it disputes"
        raise refused(message, "have somebody else decide", RULE)


def _check_said(*texts: str) -> None:
    if not all(text.strip() for text in texts):
        raise refused("a decision needs names and a reason", "leave none empty", RULE)


def _check_customer(data_dir: Path, customer_id: str) -> None:
    query = "select count(*) from core.dim_customers where customer_id = ?"
    with open_release(data_dir) as connection:
        if not connection.execute(query, [customer_id]).fetchall()[0][0]:
            message = f"{customer_id!r} is no customer of the release in force"
            raise refused(message, "core.dim_customers lists them", RULE)


def _check_segment(data_dir: Path, segment_code: str) -> None:
    query = "select segment_code from core.dim_segments where is_current order by all"
    with open_release(data_dir) as connection:
        codes = [code for (code,) in connection.execute(query).fetchall()]
    if segment_code not in codes or segment_code in ("EXC", "UNC"):
        raise refused(
            f"{segment_code!r} is no segment one can be put into",
            f"use one of {', '.join(c for c in codes if c not in ('EXC', 'UNC'))}",
            RULE,
        )


def _identified(column: str, prefix: str, row: dict[str, str]) -> dict[str, str]:
    """Give a row an id that follows from what it says."""
    return {**row, column: f"{prefix}-{sha256_of_record(row)[:10]}"}


def _land(
    data_dir: Path,
    project_dir: Path,
    rows: dict[str, list[Row]] | dict[str, list[dict[str, str]]],
    event: str,
) -> Path:
    return land_decision(data_dir, project_dir, PolicyDecision(event, rows, {}))
