"""How does a steward have the last word about two identifiers?

A decision is a row of ``policy_identity_decisions.csv``. It lands as a policy delivery
that holds all rows in force so far and the new one: what counts is one file one can
read, and deliveries never change.
"""

import csv
import hashlib
import io
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from echelon.audit import append_event
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_file
from echelon.landing.manifest import (
    MANIFEST_FILE,
    POLICY_SYSTEM,
    delivery_directories,
)
from echelon.release.layout import landing_dir
from echelon.release.lock import refresh_lock
from echelon.release.seeds import assemble_seeds
from echelon.release.store import current_release, open_release

TABLE = "policy_identity_decisions"
FIRST_DAY = "1900-01-01"
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
            know or a decision that is none, ``BUSY`` while a refresh is under way.
    """
    with refresh_lock(data_dir):
        _check(data_dir, decision)
        with tempfile.TemporaryDirectory() as scratch:
            seeds = Path(scratch) / "seeds"
            assemble_seeds(data_dir, project_dir, None, seeds)
            in_force = (seeds / "policy" / f"{TABLE}.csv").read_text("utf-8-sig")
        path = _land(data_dir, _with_row(in_force, decision))
        release = current_release(data_dir)
        append_event(
            data_dir,
            "identity_decided",
            release.release_id if release else "",
            # Who and why are in the delivery: the log holds nothing personal.
            {"decision": decision.decision, "delivery": path.name},
        )
    return path


def decision_day(data_dir: Path) -> str:
    """Return the day a decision counts from if none is said, ISO 8601.

    A refresh heeds decisions up to its as-of date, which usually lies before today:
    the as-of date of the release in force is one the next refresh does not fall short
    of. Before the first release it is the day all policy starts.
    """
    release = current_release(data_dir)
    return release.as_of_date.isoformat() if release else FIRST_DAY


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


def _with_row(in_force: str, decision: Decision) -> bytes:
    text = io.StringIO()
    columns = [field.name for field in fields(Decision)]
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(csv.DictReader(io.StringIO(in_force)))
    writer.writerow(asdict(decision))
    return text.getvalue().encode()


def _land(data_dir: Path, content: bytes) -> Path:
    """Write the delivery under a scratch name, then rename: all of it or nothing."""
    landed = delivery_directories(landing_dir(data_dir))
    if not landed:
        message = "nothing has landed yet, so there is nobody to decide about"
        raise _refused(message, "land deliveries first")
    manifests = [
        json.loads((path / MANIFEST_FILE).read_text("utf-8-sig")) for path in landed
    ]
    of_policy = [one for one in manifests if one["system"] == POLICY_SYSTEM]
    sequence = max((int(one["sequence"]) for one in of_policy), default=0) + 1
    sibling = manifests[0]
    digest = hashlib.sha256(content + str(sequence).encode()).hexdigest()[:12]
    delivery_id = f"{sibling['company']}-decisions-{digest}"
    system_dir = landing_dir(data_dir) / POLICY_SYSTEM
    system_dir.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".decision-", dir=system_dir))
    try:
        file = scratch / f"{TABLE}.csv"
        file.write_bytes(content)
        manifest = {
            "manifest_version": 1,
            "company": sibling["company"],
            "system": POLICY_SYSTEM,
            "delivery_id": delivery_id,
            "sequence": sequence,
            "period": sibling["period"],
            "time_zone": "UTC",
            "tables": {
                TABLE: {
                    "file": file.name,
                    "rows": sum(1 for _ in csv.reader(io.StringIO(content.decode())))
                    - 1,
                    "sha256": sha256_of_file(file),
                }
            },
        }
        text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
        (scratch / MANIFEST_FILE).write_text(text, "utf-8")
        for written in scratch.iterdir():
            written.chmod(0o444)
        scratch.chmod(0o755)
        return scratch.rename(system_dir / delivery_id)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _refused(message: str, hint: str) -> EchelonError:
    fault = Fault("decision_refused", message, rule="docs/identity.md", hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)
