"""What happened to the releases, in order, so that no later edit goes unseen?

The log is one JSON record a line. Each record carries the SHA-256 of the line before
it, so changing, removing or inserting a line breaks every link after it. Cutting off
the tail, or writing the whole log anew, leaves a sound chain: a release's manifest
names the head of the log, and what lies outside of the data directory (``sealing``)
finds the rest. As each line holds the hash of the one before, the signature of the
last line vouches for all of them.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from echelon.audit_line import (
    AuditEvent,
    as_line,
    broken_line,
    read_line,
    sha256_of_line,
)
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.sealing import (
    HEAD_SETTING,
    KEY_SETTING,
    RULE,
    Head,
    account,
    head_file,
    load_signer,
    read_head,
    write_head,
)

GENESIS = "0" * 64
SIGNED_KIND = "audit line"
# The code of a line without an end, and what is done about it.
TORN = ("audit_tail_torn", "`echelon doctor --repair` or the next refresh cuts it off")


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

    Raises:
        EchelonError: ``INTEGRITY`` if the log is not the one that was signed, or not
            as long as the head kept elsewhere says; ``CONFIGURATION`` as ``sealing``.
    """
    events = read_events(data_dir)
    check_seal(data_dir, events)
    return _append(data_dir, events, event, release_id, details)


def seal_log(data_dir: Path) -> AuditEvent:
    """Vouch for the log as it stands, with the key and the head file of the settings.

    A person does so once, when either is introduced or changed; the caller holds the
    refresh lock.

    Args:
        data_dir: Directory of everything a run writes.

    Returns:
        The event ``sealed``, the first that is signed with this key.

    Raises:
        EchelonError: ``INTEGRITY`` if the chain is broken, ``CONFIGURATION`` if the
            settings name neither.
    """
    signer = load_signer(data_dir)
    if signer is None and head_file(data_dir) is None:
        raise EchelonError(
            ExitCode.CONFIGURATION,
            Fault(
                code="nothing_to_seal_with",
                message="the settings name neither a key nor a file for the head",
                rule=RULE,
                hint=f"set {KEY_SETTING} or {HEAD_SETTING}",
            ),
        )
    details = {"key_id": signer.key_id if signer else ""}
    return _append(data_dir, read_events(data_dir), "sealed", "", details)


def check_seal(data_dir: Path, events: Sequence[AuditEvent]) -> tuple[bool, bool]:
    """Compare the log with what is kept outside of the data directory.

    Args:
        data_dir: Directory of everything a run writes.
        events: The log.

    Returns:
        Whether a key vouched for the log, and whether a head kept elsewhere did.

    Raises:
        EchelonError: ``INTEGRITY`` if either does not.
    """
    signer, head = load_signer(data_dir), read_head(data_dir)
    last = events[-1] if events else None
    if (
        signer is not None
        and last is not None
        and not signer.has_signed(SIGNED_KIND, last.unsigned_sha256, last.signature)
    ):
        raise _unsealed(
            "audit_log_not_signed",
            f"its last line is not signed by key {signer.key_id}",
            len(events),
        )
    reached = (len(events), last.line_sha256 if last else "")
    if head is not None and not head.is_reached_by(*reached):
        raise _unsealed(
            "audit_log_cut",
            f"it ends otherwise than the head kept elsewhere: {len(events)} lines here,"
            f" {head.events} there",
            len(events),
        )
    return signer is not None and last is not None, head is not None


def _append(
    data_dir: Path,
    events: Sequence[AuditEvent],
    event: str,
    release_id: str,
    details: Mapping[str, str],
) -> AuditEvent:
    before = events[-1].line_sha256 if events else ""
    record: dict[str, object] = {
        "sequence": len(events) + 1,
        "event": event,
        "release_id": release_id,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "actor": account(),
        "details": dict(details),
        "previous_line_sha256": before or GENESIS,
    }
    signer = load_signer(data_dir)
    if signer is not None:
        record["signature"] = signer.sign(SIGNED_KIND, sha256_of_line(record))
    line = as_line(record)
    written = read_line(line, len(events) + 1)
    # Before and after: a kill in between leaves the log at one of the two.
    write_head(data_dir, Head(len(events), before, written.line_sha256))
    path = audit_log_path(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    _append_line(path, line)
    write_head(data_dir, Head(written.sequence, written.line_sha256))
    return written


def _append_line(path: Path, line: bytes) -> None:
    """Append a line and force it to disk; take back what is not wholly there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        before = os.fstat(descriptor).st_size
        try:
            # A disk that fills takes a part without an error, and refuses the rest.
            while line:
                line = line[os.write(descriptor, line) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)


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
        if not line.endswith((b"\n", b"\r")):
            raise broken_line(number, "has no end", *TORN)
        event = read_line(line, number)
        previous = events[-1].line_sha256 if events else GENESIS
        if (event.sequence, event.previous_line_sha256) != (number, previous):
            raise broken_line(number, "does not follow from the line before it")
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


def _unsealed(code: str, how: str, number: int) -> EchelonError:
    return EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code=code,
            message=f"the audit log is not the one that was written: {how}",
            file="audit/audit.jsonl",
            line=number,
            rule=RULE,
            hint="restore the log from a backup; after introducing or changing a key"
            " or a head file, vouch for the log with `echelon seal`",
        ),
    )
