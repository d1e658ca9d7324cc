"""How does a person's decision reach the next refresh?

As rows of a policy: they land as a policy delivery that holds all rows in force so far
and the new ones, so that what counts is one file one can read, and deliveries never
change (docs/decisions/0005).
"""

import csv
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from echelon.audit import append_event
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_tree
from echelon.landing.manifest import (
    MANIFEST_FILE,
    POLICY_SYSTEM,
    delivery_directories,
)
from echelon.release.layout import landing_dir
from echelon.release.lock import refresh_lock
from echelon.release.seeds import assemble_seeds
from echelon.release.store import current_release

FIRST_DAY = "1900-01-01"
Row = Mapping[str, str]


@dataclass(frozen=True)
class PolicyDecision:
    """What a person decided, as rows of policy.

    Attributes:
        event: Name it is entered under in the audit log.
        rows: New rows by policy table, text by column.
        details: What the audit log says; nothing personal.
        files: What the delivery carries beside its tables, bytes by file name.
    """

    event: str
    rows: Mapping[str, Sequence[Row]]
    details: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)


def land_decision(data_dir: Path, project_dir: Path, decision: PolicyDecision) -> Path:
    """Land a decision; the next refresh heeds it.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        decision: What was decided, checked by the caller.

    Returns:
        Directory of the new policy delivery.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing has landed yet, ``BUSY`` while a
            refresh is under way.
    """
    with refresh_lock(data_dir):
        tables = {
            f"{table}.csv": _with_rows(text, decision.rows[table])
            for table, text in policy_in_force(
                data_dir, project_dir, *decision.rows
            ).items()
        }
        path = _land(data_dir, tables, decision.files)
        release = current_release(data_dir)
        append_event(
            data_dir,
            decision.event,
            release.release_id if release else "",
            {
                **decision.details,
                "delivery": path.name,
                "delivery_sha256": sha256_of_tree(path, sorted(path.iterdir())),
            },
        )
    return path


def policy_in_force(data_dir: Path, project_dir: Path, *tables: str) -> dict[str, str]:
    """Read policy tables as the next refresh will see them.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        tables: Names of policy tables.

    Returns:
        CSV text by table.

    Raises:
        EchelonError: ``CONFIGURATION`` for a delivered policy file that cannot be.
    """
    with tempfile.TemporaryDirectory() as scratch:
        seeds = Path(scratch) / "seeds"
        assemble_seeds(data_dir, project_dir, None, seeds)
        return {
            table: (seeds / "policy" / f"{table}.csv").read_text("utf-8-sig")
            for table in tables
        }


def rows_in_force(data_dir: Path, project_dir: Path, table: str) -> list[Row]:
    """Read the rows of one policy table as the next refresh will see them."""
    text = policy_in_force(data_dir, project_dir, table)[table]
    return list(csv.DictReader(io.StringIO(text)))


def decision_day(data_dir: Path) -> str:
    """Return the day a decision counts from if none is said, ISO 8601.

    A refresh heeds decisions up to its as-of date, which usually lies before today:
    the as-of date of the release in force is one the next refresh does not fall short
    of. Before the first release it is the day all policy starts.
    """
    release = current_release(data_dir)
    return release.as_of_date.isoformat() if release else FIRST_DAY


def refused(message: str, hint: str, rule: str) -> EchelonError:
    """Make the error of a decision that cannot be."""
    fault = Fault("decision_refused", message, rule=rule, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)


def _with_rows(in_force: str, rows: Sequence[Row]) -> bytes:
    reader = csv.DictReader(io.StringIO(in_force))
    text = io.StringIO()
    writer = csv.DictWriter(text, reader.fieldnames or [], lineterminator="\n")
    writer.writeheader()
    writer.writerows([*reader, *rows])
    return text.getvalue().encode()


def _land(
    data_dir: Path, tables: Mapping[str, bytes], files: Mapping[str, bytes]
) -> Path:
    """Write the delivery under a scratch name, then rename: all of it or nothing."""
    company, period, sequence = _continued(data_dir)
    digest = hashlib.sha256(b"".join(tables.values()) + str(sequence).encode())
    delivery_id = f"{company}-decisions-{digest.hexdigest()[:12]}"
    manifest = {
        "manifest_version": 1,
        "company": company,
        "system": POLICY_SYSTEM,
        "delivery_id": delivery_id,
        "sequence": sequence,
        "period": period,
        "time_zone": "UTC",
        "tables": {
            name.removesuffix(".csv"): {
                "file": name,
                "rows": sum(1 for _ in csv.reader(io.StringIO(content.decode()))) - 1,
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in tables.items()
        },
    }
    described = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    system_dir = landing_dir(data_dir) / POLICY_SYSTEM
    system_dir.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".decision-", dir=system_dir))
    try:
        written = {**tables, **files, MANIFEST_FILE: described.encode()}
        for name, content in written.items():
            (scratch / name).write_bytes(content)
            (scratch / name).chmod(0o444)
        scratch.chmod(0o755)
        return scratch.rename(system_dir / delivery_id)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _continued(data_dir: Path) -> tuple[str, str, int]:
    """Return company, period and sequence number of the next policy delivery."""
    landed = delivery_directories(landing_dir(data_dir))
    if not landed:
        message = "nothing has landed yet, so there is nobody to decide about"
        raise refused(message, "land deliveries first", "docs/runbook.md")
    manifests = [
        json.loads((path / MANIFEST_FILE).read_text("utf-8-sig")) for path in landed
    ]
    sequences = [int(m["sequence"]) for m in manifests if m["system"] == POLICY_SYSTEM]
    first = manifests[0]
    return first["company"], first["period"], max(sequences, default=0) + 1
