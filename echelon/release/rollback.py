"""How does a former release come back into force?"""

from pathlib import Path

from echelon.audit import append_event
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.lock import refresh_lock
from echelon.release.recovery import heal
from echelon.release.store import (
    Release,
    current_release_id,
    find_release,
    published_ids,
    swap_pointer,
    swapping,
)
from echelon.release.verify import check_files, check_manifest


def rollback(data_dir: Path, release_id: str) -> Release:
    """Put a kept release in force again; its files are checked first.

    Args:
        data_dir: Directory of everything a run writes.
        release_id: The release to put in force.

    Returns:
        The release, now in force.

    Raises:
        EchelonError: ``CONFIGURATION`` if it is not kept here, ``NOTHING_NEW`` if it is
            in force already, ``INTEGRITY`` if its manifest is not the one that
            the audit log names or its files changed, ``BUSY`` when a refresh is
            running.
    """
    with refresh_lock(data_dir):
        heal(data_dir)
        former = current_release_id(data_dir)
        if former == release_id:
            fault = Fault(
                code="nothing_new",
                message=f"{release_id} is in force already",
                hint="there is nothing to do; `echelon releases` lists the others",
            )
            raise EchelonError(ExitCode.NOTHING_NEW, fault)
        release = find_release(data_dir, release_id)
        if release_id not in published_ids(data_dir):
            fault = Fault(
                code="never_published",
                message=f"{release_id} never was in force",
                rule="only what the audit log names as published comes into force",
                hint="`echelon doctor` says what it is; name another release",
            )
            raise EchelonError(ExitCode.INTEGRITY, fault)
        check_files(release, check_manifest(data_dir, release))
        with swapping(data_dir):
            swap_pointer(data_dir, release_id)
            append_event(data_dir, "rolled_back", release_id, {"from": former or ""})
    return find_release(data_dir, release_id)
