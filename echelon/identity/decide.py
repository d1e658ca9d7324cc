"""How does a steward have the last word about two identifiers?

A decision is a row of ``policy_identity_decisions.csv``.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from echelon.decisions.changes import demand_right
from echelon.decisions.landing import PolicyDecision, land_decision, refused
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
        decided_by: Who decided.
        reason: Why.
        valid_to: First day it no longer counts, ISO 8601; empty for ever.
    """

    decision: str
    from_system: str
    from_id: str
    to_system: str
    to_id: str
    decided_on: str
    decided_by: str
    reason: str
    valid_to: str = ""


def decide(data_dir: Path, project_dir: Path, decision: Decision) -> Path:
    """Land a steward's decision; the next refresh heeds it.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        decision: What was decided.

    Returns:
        Directory of the new policy delivery.

    Raises:
        EchelonError: ``CONFIGURATION`` for an identifier the release in force does not
            know or a decision that is none, ``NOT_AUTHORISED`` if that person may not,
            ``BUSY`` while a refresh is under way.
    """
    _check(data_dir, decision)
    demand_right(data_dir, project_dir, decision.decided_by, "identity_decided")
    return land_decision(
        data_dir,
        project_dir,
        PolicyDecision(
            event="identity_decided",
            rows={TABLE: [asdict(decision)]},
            # Who and why are in the delivery: the log holds nothing personal.
            details={"decision": decision.decision},
        ),
    )


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
    if not decision.decided_by.strip() or not decision.reason.strip():
        raise _refused("a decision needs a name and a reason", "give --by and --reason")
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
