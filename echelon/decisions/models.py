"""Which fitted model did a person let take over?

The first model of a company needs nobody's word, because nothing is in force that it
could change. Any later one is proposed, held, and takes over once it is approved: the
approval and the model itself land together, so that the refresh that follows starts
from landed inputs alone.
"""

import json
from pathlib import Path
from typing import Any

from echelon.audit import read_events
from echelon.decisions.changes import demand_right, refuse
from echelon.decisions.landing import (
    PolicyDecision,
    decision_lock,
    land_decision,
    refused,
    rows_in_force,
)
from echelon.decisions.people import is_said
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_tree
from echelon.landing.manifest import POLICY_SYSTEM, delivery_directories
from echelon.release.layout import SEGMENT_MODEL_NAME, landing_dir, proposals_dir

TABLE = "policy_model_approvals"
PROPOSED = "model_proposed"
RULE = "docs/assignment_lifecycle.md"


def find_artefact(data_dir: Path, model_version: str) -> dict[str, Any]:
    """Find the artefact of an approved model among the landed decisions.

    Args:
        data_dir: Directory of everything a run writes.
        model_version: What was approved.

    Returns:
        The artefact; whoever reads it checks that its content fits its version.

    Raises:
        EchelonError: ``CONFIGURATION`` if the approval landed without its model.
    """
    for directory in delivery_directories(landing_dir(data_dir)):
        path = directory / f"{model_version}.json"
        if directory.parent.name == POLICY_SYSTEM and path.is_file():
            artefact: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return artefact
    raise EchelonError(
        ExitCode.CONFIGURATION,
        Fault(
            code="approved_model_missing",
            message=f"{model_version} was approved, but no policy delivery holds it",
            file=f"{TABLE}.csv",
            rule=RULE,
            hint="approve a proposal with `echelon approve`, which lands both",
        ),
    )


def proposed_versions(data_dir: Path) -> list[str]:
    """List the versions of the models that were proposed, in order."""
    directory = proposals_dir(data_dir)
    found = directory.iterdir() if directory.is_dir() else ()
    return sorted(
        path.name
        for path in found
        if not path.name.startswith(".") and (path / SEGMENT_MODEL_NAME).is_file()
    )


def sha256_of_proposal(directory: Path) -> str:
    """Hash what is read before deciding: the model, and what it would change."""
    shown = (path for path in directory.iterdir() if not path.name.startswith("."))
    return sha256_of_tree(directory, sorted(shown))


def approve(  # noqa: PLR0913, PLR0917 -- one parameter per column of the policy
    data_dir: Path,
    project_dir: Path,
    model_version: str,
    approved_by: str,
    reason: str,
    decided_on: str,
) -> Path:
    """Let a proposed model take over with the next refresh.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        model_version: Version of the proposal; the approval holds for no other.
        approved_by: Who approves.
        reason: Why.
        decided_on: Day it counts from, ISO 8601.

    Returns:
        Directory of the policy delivery.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing of that version was proposed or who
            and why are not said, ``NOT_AUTHORISED``, entered in the audit log, if that
            person may not, the model was approved already or the proposal is not what
            the log says was proposed, ``BUSY`` while a refresh is under way.
    """
    if model_version not in proposed_versions(data_dir):
        known = ", ".join(proposed_versions(data_dir)) or "none"
        message = f"no model {model_version!r} was proposed"
        raise refused(message, f"proposals: {known}", RULE)
    if not (is_said(approved_by) and is_said(reason)):
        message = "an approval needs a name and a reason"
        raise refused(message, "give --by and --reason, as text", RULE)
    demand_right(data_dir, project_dir, approved_by, "model_approved")
    proposal = proposals_dir(data_dir) / model_version
    model = proposal / SEGMENT_MODEL_NAME
    row = {
        "model_version": model_version,
        "reason": reason,
        "approved_by": approved_by,
        "decided_on": decided_on,
    }
    with decision_lock(data_dir):
        approvals = rows_in_force(data_dir, project_dir, TABLE)
        if model_version in {row["model_version"] for row in approvals}:
            message = "the model was approved already"
            refuse(data_dir, model_version, "approval_replayed", message)
        sha256 = sha256_of_proposal(proposal)
        proposed = _proposed_sha256(data_dir, model_version)
        if proposed == "":
            message = f"{model_version} was proposed without its comparison in the log"
            raise refused(message, "propose it anew: `echelon refresh --refit`", RULE)
        if sha256 != proposed:
            message = "model or comparison changed since it was proposed: refit anew"
            refuse(data_dir, model_version, "change_edited", message)
        return land_decision(
            data_dir,
            project_dir,
            PolicyDecision(
                event="model_approved",
                rows={TABLE: [row]},
                details={"model_version": model_version, "proposal_sha256": sha256},
                files={f"{model_version}.json": model.read_bytes()},
            ),
        )


def _proposed_sha256(data_dir: Path, model_version: str) -> str | None:
    """Read from the audit log what was proposed last; empty where it names no hash."""
    proposed = [
        event.details.get("proposal_sha256", "")
        for event in read_events(data_dir)
        if (event.event, event.details.get("model_version"))
        == (PROPOSED, model_version)
    ]
    return proposed[-1] if proposed else None
