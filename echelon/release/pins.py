"""Which releases must stay, however old, and who said so?"""

from pathlib import Path

from echelon.audit import append_event, read_events
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.lock import refresh_lock
from echelon.release.store import find_release


def pin(data_dir: Path, release_id: str, reason: str) -> None:
    """Keep a release until it is unpinned; the audit log is where that is written.

    Args:
        data_dir: Directory of everything a run writes.
        release_id: A kept release.
        reason: Why, such as the audit that asks for it.

    Raises:
        EchelonError: ``CONFIGURATION`` if it is not kept here, ``NOTHING_NEW`` if it is
            pinned already, ``BUSY`` when a refresh is running.
    """
    with refresh_lock(data_dir):
        find_release(data_dir, release_id)
        if release_id in pinned_ids(data_dir):
            raise _nothing_new(f"{release_id} is pinned already")
        append_event(data_dir, "pinned", release_id, {"reason": reason})


def unpin(data_dir: Path, release_id: str, reason: str) -> None:
    """Let a release go when its time comes.

    Raises:
        EchelonError: ``NOTHING_NEW`` if it is not pinned, ``BUSY`` when a refresh is
            running.
    """
    with refresh_lock(data_dir):
        if release_id not in pinned_ids(data_dir):
            raise _nothing_new(f"{release_id} is not pinned")
        append_event(data_dir, "unpinned", release_id, {"reason": reason})


def pinned_ids(data_dir: Path) -> frozenset[str]:
    """Read from the audit log which releases are pinned."""
    last = {
        event.release_id: event.event
        for event in read_events(data_dir)
        if event.event in {"pinned", "unpinned"}
    }
    return frozenset(name for name, event in last.items() if event == "pinned")


def _nothing_new(message: str) -> EchelonError:
    hint = "there is nothing to do; `echelon releases` shows which are pinned"
    return EchelonError(ExitCode.NOTHING_NEW, Fault("nothing_new", message, hint=hint))
