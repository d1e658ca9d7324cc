"""What is wrong in this data directory, and what of it can be put right at once?"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

from echelon.audit import append_event
from echelon.config import load_settings
from echelon.errors import EchelonError
from echelon.release.layout import pointer_path, releases_dir
from echelon.release.lock import HOLDER_NAME, refresh_lock
from echelon.release.log_checks import changed_inputs
from echelon.release.problems import AUDIT_LOG, Problem, lost_release, unreadable
from echelon.release.recovery import enter_repair, interrupted, set_aside
from echelon.release.retention import leftovers, remove_tree
from echelon.release.store import (
    NEXT_POINTER_NAME,
    current_release_id,
    find_release,
    kept_ids,
    swap_pointer,
    swapping,
)
from echelon.release.verify import (
    NOT_SIGNED,
    NOT_WHOLE,
    check_files,
    check_manifest,
)


@dataclass(frozen=True)
class Finding:
    """One thing the doctor found.

    Attributes:
        code: Stable identifier such as ``release_damaged``.
        subject: The release or the file it is about.
        message: What is wrong.
        remedy: What puts it right.
        is_repairable: Whether ``--repair`` does that.
        is_repaired: Whether it was done.
    """

    code: str
    subject: str
    message: str
    remedy: str
    is_repairable: bool
    is_repaired: bool

    def line(self) -> str:
        """Say it for people."""
        state = "repaired" if self.is_repaired else "to do"
        if self.is_repairable and not self.is_repaired:
            state = "--repair will"
        return f"{self.code}: {self.message}; {state}: {self.remedy}"


def examine(data_dir: Path, repair: bool = False) -> list[Finding]:
    """Look for everything that is not as the release protocol leaves it.

    Args:
        data_dir: Directory of everything a run writes.
        repair: Whether to make the repairs that lose nothing, each entered in the
            audit log. What was released and is damaged is moved to ``damaged/`` and, if
            it was in force, the newest sound release takes its place.

    Returns:
        The findings; empty when all is well. A torn or broken audit log is the only
        finding until it is put right, because the log says what ought to be here.

    Raises:
        EchelonError: ``BUSY`` when a refresh is running.
    """
    killed = _killed_writer(data_dir)
    findings = []
    with refresh_lock(data_dir):
        try:
            for problem in chain(killed, _problems(data_dir, repair)):
                if repair and problem.repair is not None:
                    problem.repair()
                findings.append(_finding(problem, repair))
        except EchelonError as error:
            findings.append(_of_error(error))
    return findings


def unguarded() -> list[str]:
    """Say what nothing here can find: no key, no head of the log kept elsewhere."""
    settings = load_settings()
    guards = (
        (settings.signing_key_file, NOT_SIGNED),
        (settings.audit_head_file, NOT_WHOLE),
    )
    return [says for guard, says in guards if guard is None]


def _problems(data_dir: Path, repair: bool) -> Iterator[Problem]:
    for problem in interrupted(data_dir):
        yield problem
        is_log_unsound = problem.subject == AUDIT_LOG
        if is_log_unsound and not (repair and problem.repair):
            return
    yield from _leftovers(data_dir)
    damaged, unread = {}, set()
    for release_id in kept_ids(data_dir):
        if not (releases_dir(data_dir) / release_id).is_dir():
            yield lost_release(release_id)
            continue
        try:
            fault = _fault(data_dir, release_id)
        except OSError as error:
            unread.add(release_id)
            yield unreadable(release_id, error)
            continue
        if fault is not None:
            damaged[release_id] = fault
    unsound = unread | damaged.keys()
    for release_id, fault in damaged.items():
        yield _damaged_release(data_dir, release_id, fault, unsound)
    yield from _landed(data_dir, unsound)


def _fault(data_dir: Path, release_id: str) -> EchelonError | None:
    """Compare every file of a release with the manifest that the log names."""
    try:
        release = find_release(data_dir, release_id)
        check_files(release, check_manifest(data_dir, release))
    except EchelonError as error:
        return error
    return None


def _damaged_release(
    data_dir: Path, release_id: str, fault: EchelonError, damaged: set[str]
) -> Problem:
    remedy, following = "move it to damaged/", None
    if release_id == current_release_id(data_dir):
        sound = [
            name
            for name in kept_ids(data_dir)
            if name not in damaged and (releases_dir(data_dir) / name).is_dir()
        ]
        if not sound:
            remedy = "no sound release is left: `echelon restore` a backup"
            message = str(fault.fault)
            return Problem("release_damaged", release_id, message, remedy)
        following = sound[-1]
        remedy = f"put {following} in force and move {release_id} to damaged/"
    return Problem(
        code="release_damaged",
        subject=release_id,
        message=": ".join(filter(None, [fault.fault.file, fault.fault.message])),
        remedy=f"{remedy}; a refresh on the same inputs makes it again",
        repair=partial(_replace_release, data_dir, release_id, following),
    )


def _replace_release(data_dir: Path, release_id: str, following: str | None) -> None:
    if following is not None:
        details = {"from": release_id, "code": "release_damaged"}
        with swapping(data_dir):
            swap_pointer(data_dir, following)
            append_event(data_dir, "rolled_back", following, details)
    set_aside(data_dir, releases_dir(data_dir) / release_id, "release_damaged")


def _leftovers(data_dir: Path) -> Iterator[Problem]:
    for directory in leftovers(data_dir):
        yield Problem(
            code="candidate_left",
            subject=directory.name,
            message=f"candidates/{directory.name} is of no refresh",
            remedy="remove it",
            repair=partial(_remove_candidate, data_dir, directory),
        )
    following = pointer_path(data_dir).with_name(NEXT_POINTER_NAME)
    if following.is_symlink():
        yield Problem(
            code="pointer_unswapped",
            subject=following.name,
            message="a pointer was written and not swapped in",
            remedy="remove it",
            repair=partial(_remove_pointer, data_dir, following),
        )


def _killed_writer(data_dir: Path) -> list[Problem]:
    """Read, before taking the lock, who held it last and never gave it back."""
    try:
        holder = json.loads((data_dir / HOLDER_NAME).read_text(encoding="utf-8"))
        os.kill(int(holder["pid"]), 0)
    except (FileNotFoundError, PermissionError):
        return []
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        OverflowError,
        RecursionError,
    ) as error:
        return [
            Problem(
                code="writer_killed",
                subject=HOLDER_NAME,
                message="a writer ended without giving its lock back"
                + ("" if isinstance(error, OSError) else ", and left no readable name"),
                remedy="nothing: the lock is free again, and this takes its name away",
                repair=partial(enter_repair, data_dir, "writer_killed", HOLDER_NAME),
            )
        ]
    return []


def _landed(data_dir: Path, damaged: set[str]) -> Iterator[Problem]:
    """Compare what landed with what the kept releases were made of."""
    sound = [
        find_release(data_dir, name)
        for name in kept_ids(data_dir)
        if name not in damaged and (releases_dir(data_dir) / name).is_dir()
    ]
    yield from changed_inputs(data_dir, [release.manifest() for release in sound])


def _remove_candidate(data_dir: Path, directory: Path) -> None:
    remove_tree(directory)
    enter_repair(data_dir, "candidate_left", directory.name)


def _remove_pointer(data_dir: Path, pointer: Path) -> None:
    pointer.unlink()
    enter_repair(data_dir, "pointer_unswapped", pointer.name)


def _finding(problem: Problem, repair: bool) -> Finding:
    return Finding(
        code=problem.code,
        subject=problem.subject,
        message=problem.message,
        remedy=problem.remedy,
        is_repairable=problem.repair is not None,
        is_repaired=repair and problem.repair is not None,
    )


def _of_error(error: EchelonError) -> Finding:
    fault = error.fault
    subject = fault.file or ""
    return Finding(fault.code, subject, fault.message, fault.hint, False, False)
