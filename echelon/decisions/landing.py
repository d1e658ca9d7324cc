"""How does a person's decision reach the next refresh?

As rows of a policy: they land as a policy delivery that holds all rows in force so far
and the new ones, so that what counts is one file one can read, and deliveries never
change (docs/decisions/0005).
"""

import csv
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from echelon.audit import append_event
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.manifest import (
    MANIFEST_FILE,
    POLICY_SYSTEM,
    delivery_directories,
)
from echelon.release.interrupted_decisions import (
    decision_dir,
    interrupted_decisions,
    scratch_dir,
    settle,
    sha256_of_decision,
)
from echelon.release.layout import fsync_directory, landing_dir
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


@contextmanager
def decision_lock(data_dir: Path) -> Iterator[None]:
    """Hold the refresh lock, with every decision before this one landed or given up.

    Args:
        data_dir: Directory of everything a run writes.

    Yields:
        Nothing; the lock is held inside the block.

    Raises:
        EchelonError: ``BUSY`` while a refresh is under way.
    """
    with refresh_lock(data_dir):
        for problem in interrupted_decisions(data_dir):
            if problem.repair is not None:
                problem.repair()
        yield


def land_decision(data_dir: Path, project_dir: Path, decision: PolicyDecision) -> Path:
    """Enter a decision and land it; the next refresh heeds it.

    Whatever keeps it from being entered keeps it from landing.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        decision: What was decided, checked by the caller.

    Returns:
        Directory of the new policy delivery.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing has landed yet or the very row is in
            force already, ``BUSY`` while a refresh is under way; as ``append_event``.
    """
    with decision_lock(data_dir):
        tables = {
            f"{table}.csv": _with_rows(text, decision.rows[table])
            for table, text in policy_in_force(
                data_dir, project_dir, *decision.rows
            ).items()
        }
        release = current_release(data_dir)
        delivery = _write(data_dir, tables, decision.files)
        sha256 = sha256_of_decision(scratch_dir(data_dir, delivery))
        about = {"delivery": delivery, "delivery_sha256": sha256}
        try:
            append_event(
                data_dir,
                decision.event,
                release.release_id if release else "",
                {**decision.details, **about},
            )
        finally:
            settle(data_dir, delivery)
    return decision_dir(data_dir, delivery)


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
    columns = list(reader.fieldnames or [])
    before = list(reader)
    new = [{**dict.fromkeys(columns, ""), **row} for row in rows]
    if any(row in before for row in new):
        message = "the same was decided already and is in force"
        raise refused(message, "the audit log has it", "docs/assignment_lifecycle.md")
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows([*before, *new])
    return text.getvalue().encode()


def _write(
    data_dir: Path, tables: Mapping[str, bytes], files: Mapping[str, bytes]
) -> str:
    """Write the delivery under its scratch name and return its id."""
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
    scratch = scratch_dir(data_dir, delivery_id)
    scratch.mkdir(parents=True)
    # On disk before the log names it: what it names is there even after power loss.
    written = {**tables, **files, MANIFEST_FILE: described.encode()}
    for name, content in written.items():
        with (scratch / name).open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        (scratch / name).chmod(0o444)
    fsync_directory(scratch)
    fsync_directory(scratch.parent)
    return delivery_id


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
