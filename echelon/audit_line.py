"""What is a line of the audit log? One JSON record, in one spelling, and its hashes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from echelon.errors import EchelonError, ExitCode, Fault


@dataclass(frozen=True)
class AuditEvent:
    """One line of the log.

    Attributes:
        sequence: 1-based position in the log.
        event: What happened, such as ``published`` or ``rolled_back``.
        release_id: The release it happened to.
        at: Moment of the event, UTC, ISO 8601.
        actor: Account of the operating system that wrote it.
        details: Further facts, text by name.
        previous_line_sha256: SHA-256 of the line before.
        signature: Of the line without it; empty if it was written without a key.
        unsigned_sha256: SHA-256 of the line without its signature.
        line_sha256: SHA-256 of the line itself.
    """

    sequence: int
    event: str
    release_id: str
    at: str
    actor: str
    details: Mapping[str, str]
    previous_line_sha256: str
    signature: str
    unsigned_sha256: str
    line_sha256: str


def read_line(line: bytes, number: int) -> AuditEvent:
    """Read a line.

    Args:
        line: The line with its end.
        number: 1-based position in the log.

    Raises:
        EchelonError: ``INTEGRITY`` if it is no event, or spelled in another way.
    """
    try:
        record = json.loads(line)
        if as_line(record) != line or not isinstance(record["details"], dict):
            raise ValueError("another spelling of the same record")
        signature = record.pop("signature", "")
        read = AuditEvent(
            sequence=record["sequence"],
            event=record["event"],
            release_id=record["release_id"],
            at=record["at"],
            actor=record["actor"],
            details=record["details"],
            previous_line_sha256=record["previous_line_sha256"],
            signature=signature,
            unsigned_sha256=sha256_of_line(record),
            line_sha256=hashlib.sha256(line).hexdigest(),
        )
        named = {**vars(read), "sequence": "", "details": ""}
        texts = [*named.values(), *read.details.values()]
        if type(read.sequence) is not int or {*map(type, texts)} != {str}:
            raise ValueError("a value of another type")
    except (
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise broken_line(number, "is not an event") from error
    return read


def as_line(record: Mapping[str, object]) -> bytes:
    """Write a record in its one spelling."""
    return json.dumps(record, sort_keys=True).encode() + b"\n"


def sha256_of_line(record: Mapping[str, object]) -> str:
    """Return the SHA-256 of the line that a record makes."""
    return hashlib.sha256(as_line(record)).hexdigest()


def broken_line(
    number: int,
    how: str,
    code: str = "audit_chain_broken",
    hint: str = "restore the log from a backup; it is never edited",
) -> EchelonError:
    """Make the error of a line that is not what was written."""
    return EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code=code,
            message=f"line {number} of the audit log {how}",
            file="audit/audit.jsonl",
            line=number,
            rule="each line carries the SHA-256 of the line before it",
            hint=hint,
        ),
    )
