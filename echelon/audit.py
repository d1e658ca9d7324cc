"""What happened to the releases, in order, so that no later edit goes unseen?

The log is one JSON record a line. Each record carries the SHA-256 of the line before
it, so changing, removing or inserting a line breaks every link after it. Cutting off
the tail leaves a whole chain: that is why a release's manifest also names the head of
the log.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from echelon.errors import EchelonError, ExitCode, Fault

GENESIS = "0" * 64


@dataclass(frozen=True)
class AuditEvent:
    """One line of the log.

    Attributes:
        sequence: 1-based position in the log.
        event: What happened, such as ``published`` or ``rolled_back``.
        release_id: The release it happened to.
        at: Moment of the event, UTC, ISO 8601.
        details: Further facts, text by name.
        line_sha256: SHA-256 of the line itself.
    """

    sequence: int
    event: str
    release_id: str
    at: str
    details: Mapping[str, str]
    line_sha256: str


def audit_log_path(data_dir: Path) -> Path:
    """Return the path of the log."""
    return data_dir / "audit" / "audit.jsonl"


def append_event(
    data_dir: Path, event: str, release_id: str, details: Mapping[str, str]
) -> AuditEvent:
    """Append one event and force it to disk; the caller holds the refresh lock.

    Args:
        data_dir: Directory of everything a run writes.
        event: What happened.
        release_id: The release it happened to.
        details: Further facts, text by name; never a personal value.

    Returns:
        The event as written.
    """
    events = read_events(data_dir)
    record = {
        "sequence": len(events) + 1,
        "event": event,
        "release_id": release_id,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "details": dict(details),
        "previous_line_sha256": events[-1].line_sha256 if events else GENESIS,
    }
    line = json.dumps(record, sort_keys=True).encode() + b"\n"
    path = audit_log_path(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    # One write of one line: a kill leaves the line whole or absent.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return _event(line, len(events) + 1)


def read_events(data_dir: Path) -> list[AuditEvent]:
    """Read the log and check every link of the chain.

    Args:
        data_dir: Directory of everything a run writes.

    Returns:
        The events, oldest first; empty when there is no log yet.

    Raises:
        EchelonError: ``INTEGRITY`` naming the first line that does not fit.
    """
    path = audit_log_path(data_dir)
    if not path.exists():
        return []
    events: list[AuditEvent] = []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        event = _event(line, number)
        previous = events[-1].line_sha256 if events else GENESIS
        claimed = json.loads(line)["previous_line_sha256"]
        if not line.endswith(b"\n") or claimed != previous or event.sequence != number:
            raise _broken(number, "does not follow from the line before it")
        events.append(event)
    return events


def cut_torn_tail(data_dir: Path) -> bool:
    """Cut off a last line that has no end: a write that power loss interrupted.

    Args:
        data_dir: Directory of everything a run writes.

    Returns:
        Whether anything was cut.
    """
    path = audit_log_path(data_dir)
    if not path.exists():
        return False
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole == content:
        return False
    os.truncate(path, len(whole))
    return True


def _event(line: bytes, number: int) -> AuditEvent:
    try:
        record = json.loads(line)
        return AuditEvent(
            sequence=record["sequence"],
            event=record["event"],
            release_id=record["release_id"],
            at=record["at"],
            details=record["details"],
            line_sha256=hashlib.sha256(line).hexdigest(),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(number, "is not an event") from error


def _broken(number: int, how: str) -> EchelonError:
    return EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code="audit_chain_broken",
            message=f"line {number} of the audit log {how}",
            file="audit/audit.jsonl",
            line=number,
            rule="each line carries the SHA-256 of the line before it",
            hint="restore the log from a backup; it is never edited",
        ),
    )
