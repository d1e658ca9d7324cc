"""May this candidate become the release in force, and how does it without a gap?

The steps, in order: stage the release beside the candidate (``staging``), announce it
in the audit log, rename the directory into place, swap the pointer, enter the
publication in the log, clean up. Killed between any two steps, the former release is
served (or, after the swap, the new one), and ``heal`` at the next refresh finishes or
removes what was left; what nobody announced it takes out of service.
"""

import os
import stat
from pathlib import Path

from echelon.audit import append_event
from echelon.hashing import sha256_of_file
from echelon.release.candidate import Candidate
from echelon.release.controls import Register
from echelon.release.layout import (
    KEPT_CANDIDATE_NAME,
    MANIFEST_NAME,
    fsync_directory,
    releases_dir,
)
from echelon.release.lock import refresh_lock
from echelon.release.proof import PROOF_NAME
from echelon.release.recovery import ANNOUNCED
from echelon.release.retention import clean_candidates, clean_releases
from echelon.release.staging import DEFAULT_OPTIONS, PublishOptions, stage_release
from echelon.release.store import Release, find_release, swap_pointer, swapping


def publish(
    candidate: Candidate,
    register: Register,
    options: PublishOptions = DEFAULT_OPTIONS,
) -> Release:
    """Publish a candidate whose controls all passed.

    No connection to the candidate's warehouse may be open.

    Args:
        candidate: The refresh under way.
        register: The controls a release needs.
        options: How to publish.

    Returns:
        The release, now in force.

    Raises:
        EchelonError: ``GATE_FAILED`` naming control and reason, ``INTEGRITY`` when the
            file read back differs, ``BUSY`` when another refresh holds the lock or
            published meanwhile, ``NOTHING_NEW`` when this candidate's release is kept.
            The former release stays in force.
    """
    data_dir = candidate.data_dir
    with refresh_lock(data_dir):
        staged = stage_release(candidate, register, options)
        announce_release(candidate, staged)
        place_release(candidate, staged)
        with swapping(data_dir):
            swap_pointer(data_dir, candidate.release_id)
            enter_release(candidate)
        clean_releases(data_dir, options.keep_releases)
        if options.keep_candidate:
            (candidate.directory / KEPT_CANDIDATE_NAME).touch()
        clean_candidates(
            data_dir, candidate.directory if options.keep_candidate else None
        )
    return find_release(data_dir, candidate.release_id)


def announce_release(candidate: Candidate, staged: Path) -> None:
    """Enter in the audit log which release is about to come into force.

    Args:
        candidate: The refresh under way.
        staged: What ``stage_release`` returned.
    """
    details = {"manifest_sha256": sha256_of_file(staged / MANIFEST_NAME)}
    append_event(candidate.data_dir, ANNOUNCED, candidate.release_id, details)


def place_release(candidate: Candidate, staged: Path) -> Path:
    """Rename the staged directory to ``releases/<id>`` and make it read-only.

    Args:
        candidate: The refresh under way.
        staged: What ``stage_release`` returned.

    Returns:
        The release's directory; it is not in force yet.
    """
    directory = releases_dir(candidate.data_dir) / candidate.release_id
    directory.parent.mkdir(exist_ok=True)
    staged.rename(directory)
    for folder, _, _ in os.walk(directory):
        os.chmod(folder, stat.S_IRUSR | stat.S_IXUSR | stat.S_IRGRP | stat.S_IXGRP)
    fsync_directory(directory.parent)
    return directory


def enter_release(candidate: Candidate) -> None:
    """Enter the publication in the audit log."""
    directory = releases_dir(candidate.data_dir) / candidate.release_id
    details = {
        "manifest_sha256": sha256_of_file(directory / MANIFEST_NAME),
        "proof_sha256": sha256_of_file(directory / PROOF_NAME),
        "previous_release_id": candidate.previous_release_id or "",
    }
    append_event(candidate.data_dir, "published", candidate.release_id, details)
