"""How do stewards have the last word about two identifiers?

A decision is a row of ``policy_identity_decisions.csv``. It moves orders and cost from
one customer to another, so one steward asks for it and another one decides.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from echelon.decisions.changes import Change, request_change
from echelon.decisions.landing import refused
from echelon.errors import EchelonError
from echelon.release.store import current_release, open_release

TABLE = "policy_identity_decisions"
DECISIONS = ("must_merge", "never_merge", "unmerge")


@dataclass(frozen=True)
class Decision:
    """One row of the policy.

    Attributes:
        decision: must_merge, never_merge or unmerge.
        from_system, from_id: The one identifier.
        to_system, to_id: The other one.
        decided_on: Day it counts from, ISO 8601.
        reason: Why.
        valid_to: First day it no longer counts, ISO 8601; empty for ever.
        decided_by: Who decided; empty while it is asked for.
    """

    decision: str
    from_system: str
    from_id: str
    to_system: str
    to_id: str
    decided_on: str
    reason: str
    valid_to: str = ""
    decided_by: str = ""


def request_decision(
    data_dir: Path, project_dir: Path, decision: Decision, requested_by: str
) -> str:
    """Ask for a decision; it lands once another steward approves it.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        decision: What is asked for; decided_by is not read.
        requested_by: Who asks.

    Returns:
        The id of the change.

    Raises:
        EchelonError: ``CONFIGURATION`` for an identifier the release in force does not
            know or a decision that is none, ``NOT_AUTHORISED`` if that person may not,
            ``BUSY`` while a refresh is under way.
    """
    if not requested_by.strip() or not decision.reason.strip():
        hint = "give --requested-by and --reason"
        raise _refused("a decision needs a name and a reason", hint)
    _check(data_dir, decision)
    change = Change(
        decision="identity_decided",
        table=TABLE,
        rows=[asdict(decision)],
        requested_by=requested_by,
        approver_column="decided_by",
        id_column="",
        id_prefix="",
    )
    return request_change(data_dir, project_dir, change)


def parse_identifier(text: str) -> tuple[str, str]:
    """Split ``system:id``.

    Raises:
        EchelonError: ``CONFIGURATION`` if it is not of that form.
    """
    system, separator, own_id = text.partition(":")
    if not (system and separator and own_id):
        raise _refused(f"{text!r} is no identifier", "write system:id, such as erp:C01")
    return system, own_id


def _check(data_dir: Path, decision: Decision) -> None:
    if decision.decision not in DECISIONS:
        message = f"{decision.decision!r} is no decision"
        raise _refused(message, f"use one of {', '.join(DECISIONS)}")
    pair = (
        (decision.from_system, decision.from_id),
        (decision.to_system, decision.to_id),
    )
    if pair[0] == pair[1]:
        raise _refused("both identifiers are the same", "name two identifiers")
    if current_release(data_dir) is None:
        return
    with open_release(data_dir) as connection:
        for system, own_id in pair:
            known = connection.execute(
                "select count(*) from core.dim_customer_identifiers"
                " where source_system = ? and source_customer_id = ?",
                [system, own_id],
            ).fetchall()[0][0]
            if not known:
                message = f"{system}:{own_id} is no identifier of the release in force"
                hint = "core.dim_customer_identifiers lists them"
                raise _refused(message, hint)


def _refused(message: str, hint: str) -> EchelonError:
    return refused(message, hint, "docs/identity.md")
