"""What went wrong: a line for people, a record for machines, an exit code."""

import json
from dataclasses import asdict, dataclass, field
from enum import IntEnum


class ExitCode(IntEnum):
    """Public exit codes of the command line (docs/runbook.md)."""

    PUBLISHED = 0
    NOTHING_NEW = 10
    INPUT_REJECTED = 20
    QUARANTINE_OVER_LIMIT = 21
    GATE_FAILED = 22
    HELD_FOR_APPROVAL = 23
    CONFIGURATION = 30
    RESOURCES = 40
    INTEGRITY = 50
    NOT_AUTHORISED = 60
    INTERNAL = 70
    BUSY = 75
    STOPPED = 130
    UNREAD = 141


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong and where.

    Attributes:
        code: Stable identifier such as ``duplicate_key``; never reworded.
        message: What is wrong, without secrets or personal values.
        file: File that holds the fault, as the user knows it.
        line: 1-based line in that file (the header is line 1).
        column: Column name or mapping key.
        rule: The contract or policy rule that was broken, if it was one.
        hint: What to do about it; without the message, people elsewhere have only this.
    """

    code: str
    message: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    rule: str | None = None
    hint: str = field(kw_only=True)

    def __str__(self) -> str:
        """Render as ``file:line:column: message (hint)`` without what is unknown."""
        where = ":".join(
            str(part)
            for part in (self.file, self.line, self.column)
            if part is not None
        )
        said = f"{self.message} ({self.hint})"
        return f"{where}: {said}" if where else said


class EchelonError(Exception):
    """A failure that people can act on, with the exit code it ends in."""

    def __init__(self, exit_code: ExitCode, fault: Fault) -> None:
        super().__init__(str(fault))
        self.exit_code = exit_code
        self.fault = fault

    def to_json(self) -> str:
        """Render the failure as one JSON line."""
        record = {"exit_code": int(self.exit_code), **asdict(self.fault)}
        return json.dumps(record, sort_keys=True)
