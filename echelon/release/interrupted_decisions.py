"""Did a decision land if, and only if, the audit log names it?

A decision is written under a scratch name, entered in the log with its hash and then
renamed into its place. What an error or a kill leaves in between is settled by the log:
what it names as it is lands, anything else is removed.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from echelon.audit import append_event, read_events
from echelon.hashing import sha256_of_tree
from echelon.landing.manifest import POLICY_SYSTEM
from echelon.release.layout import fsync_directory, landing_dir
from echelon.release.problems import Problem
from echelon.release.retention import directories_of, remove_tree

PREFIX = ".decision-"


def decision_dir(data_dir: Path, delivery: str) -> Path:
    """Return the place of a decision that has landed."""
    return landing_dir(data_dir) / POLICY_SYSTEM / delivery


def scratch_dir(data_dir: Path, delivery: str) -> Path:
    """Return where a decision is written before it is entered."""
    return decision_dir(data_dir, f"{PREFIX}{delivery}")


def sha256_of_decision(directory: Path) -> str:
    """Return the SHA-256 of a delivery; empty if it is gone or holds no plain files."""
    files = sorted(directory.iterdir()) if directory.is_dir() else []
    # What is no file could be a pipe, and reading it would never end.
    is_readable = bool(files) and all(path.is_file() for path in files)
    return sha256_of_tree(directory, files) if is_readable else ""


def settle(data_dir: Path, delivery: str) -> None:
    """Land a decision that the log names as it is, remove any other."""
    scratch, place = scratch_dir(data_dir, delivery), decision_dir(data_dir, delivery)
    if _is_entered(data_dir, delivery):
        scratch.rename(place)
        fsync_directory(place.parent)
    else:
        remove_tree(scratch)


def interrupted_decisions(data_dir: Path) -> Iterator[Problem]:
    """Look for decisions that were neither finished nor given up."""
    for scratch in directories_of(landing_dir(data_dir) / POLICY_SYSTEM):
        if not scratch.name.startswith(PREFIX):
            continue
        delivery = scratch.name.removeprefix(PREFIX)
        code, message, remedy = (
            ("decision_unlanded", "was entered and has not landed", "land it")
            if _is_entered(data_dir, delivery)
            else ("decision_unentered", "was never entered", "remove it")
        )
        yield Problem(
            code,
            delivery,
            f"decision {delivery} {message}",
            remedy,
            partial(_repair, data_dir, code, delivery),
        )


def _repair(data_dir: Path, code: str, delivery: str) -> None:
    # Entered first: by a log that somebody forged nothing lands.
    append_event(data_dir, "repaired", delivery, {"code": code})
    settle(data_dir, delivery)


def _is_entered(data_dir: Path, delivery: str) -> bool:
    sha256 = sha256_of_decision(scratch_dir(data_dir, delivery))
    return any(
        event.details.get("delivery") == delivery
        and event.details.get("delivery_sha256") == sha256
        for event in read_events(data_dir)
    )
