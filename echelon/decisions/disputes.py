"""How is an assignment disputed, and how is the dispute decided?

Each step is a row of ``policy_assignment_disputes``; what the next refresh makes of it
is in ``governance.rpt_assignment_disputes``.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from echelon.decisions.assignments import (
    OVERRIDES,
    RULE,
    Override,
    check_customer,
    check_override,
    check_said,
)
from echelon.decisions.changes import demand_right, refuse
from echelon.decisions.landing import (
    PolicyDecision,
    Row,
    decision_lock,
    land_decision,
    refused,
    rows_in_force,
)
from echelon.decisions.people import plain
from echelon.hashing import sha256_of_record

DISPUTES = "policy_assignment_disputes"
OUTCOMES = ("upheld", "rejected", "withdrawn")


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
    check_said(claim.statement, claim.evidence, claim.event_by)
    check_customer(data_dir, claim.customer_id)
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
        EchelonError: ``CONFIGURATION`` for an unknown or answered dispute, or one who
            answers it in no known way; ``NOT_AUTHORISED``, entered in the audit log,
            if who decides opened it or approved what it disputes, or may not.
    """
    if decision.event not in OUTCOMES:
        message = f"{decision.event!r} is no outcome"
        raise refused(message, f"use one of {', '.join(OUTCOMES)}", RULE)
    check_said(decision.statement, decision.event_by)
    with decision_lock(data_dir):
        opening = dispute_of(data_dir, project_dir, decision.dispute_id)
        _check_impartial(data_dir, project_dir, opening, decision)
        demand_right(data_dir, project_dir, decision.event_by, "dispute_decided")
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
    if decision.event != "withdrawn" and plain(decision.event_by) in {
        plain(party) for party in parties
    }:
        message = f"{decision.event_by} opened the dispute or approved what it disputes"
        refuse(data_dir, decision.dispute_id, "self_approval", message)


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
