"""How do people overrule and except from a segment assignment?

Each is a row of policy that lands once somebody else approves it. What the next refresh
makes of it is in ``governance.rpt_segment_overrides`` and
``core.fct_order_exceptions``.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from echelon.decisions.changes import Change, request_change
from echelon.decisions.landing import refused, rows_in_force
from echelon.decisions.people import is_said
from echelon.release.store import open_release

OVERRIDES = "policy_segment_overrides"
EXCEPTIONS = "policy_order_exceptions"
PATHS = "policy_exception_paths"
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
        decided_on: Day it counts as decided, ISO 8601.
        approved_by: Who approved it, somebody else; empty while it is asked for.
    """

    customer_id: str
    segment_code: str
    valid_from: str
    valid_to: str
    reason: str
    requested_by: str
    decided_on: str
    approved_by: str = ""


@dataclass(frozen=True)
class OrderException:
    """One order served as another segment.

    Attributes:
        order_id: The order.
        served_as_segment_code: Segment whose service it gets.
        reason_code: Path of ``policy_exception_paths``.
        reason: Why.
        requested_by: Who asked.
        decided_on: When, ISO 8601.
        decision: approved or refused; empty while it is asked for, as those below.
        decided_by: Who decided.
        decider_team: For which team.
    """

    order_id: str
    served_as_segment_code: str
    reason_code: str
    reason: str
    requested_by: str
    decided_on: str
    decision: str = ""
    decided_by: str = ""
    decider_team: str = ""


def request_overrides(
    data_dir: Path, project_dir: Path, overrides: Sequence[Override], event: str
) -> str:
    """Ask for overrides, all together; they land when somebody else approves.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        overrides: What is asked for; approved_by is not read.
        event: Name it is entered under in the audit log.

    Returns:
        The id of the change.

    Raises:
        EchelonError: ``CONFIGURATION`` for an unknown customer or segment, or an
            override that never ends; as ``request_change``.
    """
    for override in overrides:
        check_override(data_dir, override)
    if len({override.requested_by for override in overrides}) != 1:
        raise refused("one person asks for a change", "ask one by one", RULE)
    change = Change(
        decision=event,
        table=OVERRIDES,
        rows=[asdict(override) for override in overrides],
        requested_by=overrides[0].requested_by,
        approver_column="approved_by",
        id_column="override_id",
        id_prefix="O",
    )
    return request_change(data_dir, project_dir, change)


def check_override(data_dir: Path, override: Override) -> None:
    """Refuse an override that cannot be."""
    check_said(override.reason, override.requested_by)
    check_customer(data_dir, override.customer_id)
    _check_segment(data_dir, override.segment_code)
    if date.fromisoformat(override.valid_to) <= date.fromisoformat(override.valid_from):
        message = f"it ends on {override.valid_to}, before it begins"
        raise refused(message, "give a later day with --until", RULE)


def request_exception(
    data_dir: Path, project_dir: Path, exception: OrderException
) -> str:
    """Ask for an order's exception; the team of its path decides, before it leaves.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        exception: What is asked for; decision, decider and team are not read.

    Returns:
        The id of the change.

    Raises:
        EchelonError: ``CONFIGURATION`` for an unknown segment or reason; as
            ``request_change``.
    """
    check_said(exception.reason, exception.requested_by)
    _check_segment(data_dir, exception.served_as_segment_code)
    paths = {
        row["reason_code"]: row["approver_team"]
        for row in rows_in_force(data_dir, project_dir, PATHS)
    }
    team = paths.get(exception.reason_code)
    if team is None:
        message = f"there is no path for the reason {exception.reason_code!r}"
        raise refused(message, f"{PATHS}.csv has {', '.join(sorted(paths))}", RULE)
    row = {**asdict(exception), "decision": "approved", "decider_team": team}
    change = Change(
        decision="order_excepted",
        table=EXCEPTIONS,
        rows=[row],
        requested_by=exception.requested_by,
        approver_column="decided_by",
        id_column="exception_id",
        id_prefix="E",
        role=team,
        if_declined=(("decision", "refused"),),
    )
    return request_change(data_dir, project_dir, change)


def check_said(*texts: str) -> None:
    """Refuse a decision that leaves a name or a reason empty."""
    if not all(map(is_said, texts)):
        hint = "leave none empty, and write text without control characters"
        raise refused("a decision needs names and a reason", hint, RULE)


def check_customer(data_dir: Path, customer_id: str) -> None:
    """Refuse a customer whom the release in force does not know."""
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
