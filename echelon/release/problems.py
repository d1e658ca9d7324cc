"""What can be wrong in a data directory, said the same wherever it is found."""

from collections.abc import Callable
from dataclasses import dataclass

from echelon.errors import EchelonError, ExitCode, Fault

AUDIT_LOG = "audit/audit.jsonl"


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be.

    Attributes:
        code: Stable identifier such as ``pointer_damaged``.
        subject: The release or the file it is about.
        message: What is wrong.
        remedy: What puts it right: what the repair does, or what a person has to do.
        repair: Makes the repair and enters it; None where only a person can.
    """

    code: str
    subject: str
    message: str
    remedy: str
    repair: Callable[[], None] | None = None

    def refusal(self) -> EchelonError:
        """Make the error of whoever cannot go on while it is so."""
        return EchelonError(
            ExitCode.INTEGRITY,
            Fault(
                self.code,
                self.message,
                self.subject,
                rule="what was landed, logged or published stays as it was",
                hint=self.remedy,
            ),
        )


def lost_release(release_id: str) -> Problem:
    """Say that a published release is gone."""
    return Problem(
        code="release_lost",
        subject=release_id,
        message=f"release {release_id} was published and is gone",
        remedy="`echelon restore` a backup that holds it into a new data directory",
    )


def planted(release_id: str, repair: Callable[[], None]) -> Problem:
    """Say that a release in force was put there by no refresh of this machine."""
    return Problem(
        code="release_unannounced",
        subject=release_id,
        message=f"{release_id} is in force and no refresh announced it as it is",
        remedy="move it to damaged/: who made it is not known",
        repair=repair,
    )


def log_cut(release_id: str) -> Problem:
    """Say that the audit log lacks events that a release was made after."""
    return Problem(
        code="audit_log_cut",
        subject=AUDIT_LOG,
        message=f"release {release_id} names audit events that are gone",
        remedy="put the audit log of a backup back in its place",
    )


def unreadable(subject: str, error: OSError) -> Problem:
    """Say what cannot be examined; it may well be sound, so it stays where it is."""
    return Problem(
        code="file_unreadable",
        subject=subject,
        message=f"{error.filename} cannot be read: {error.strerror}",
        remedy="let this account read it, then examine again",
    )
