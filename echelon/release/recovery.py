"""What did a kill, a damaged disk or a careless hand leave, and how is it put right?

Each problem comes with its repair where there is one that loses nothing. ``heal`` makes
those that a refresh needs and makes by itself; ``echelon doctor`` names these and all
others (``doctor``). Every repair is an event of the audit log.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from echelon.audit import (
    append_event,
    audit_log_path,
    check_seal,
    cut_torn_tail,
    read_events,
)
from echelon.errors import EchelonError
from echelon.hashing import sha256_of_file
from echelon.release.interrupted_decisions import interrupted_decisions
from echelon.release.layout import (
    MANIFEST_NAME,
    candidates_dir,
    damaged_dir,
    pointer_path,
    releases_dir,
    restoring_dir,
)
from echelon.release.problems import (
    AUDIT_LOG,
    Problem,
    log_cut,
    lost_release,
    planted,
)
from echelon.release.proof import PROOF_NAME
from echelon.release.restored import is_restored, place_restored
from echelon.release.retention import directories_of, move_away, remove_tree
from echelon.release.store import (
    find_release,
    kept_ids,
    pointed_release_id,
    published_ids,
    recorded_in_force,
    swap_pointer,
)
from echelon.release.verify import check_files

ANNOUNCED, PUBLISHED = "announced", "published"


def heal(data_dir: Path) -> list[Problem]:
    """Repair what keeps a refresh from going on; the caller holds the lock.

    Args:
        data_dir: Directory of everything a run writes.

    Returns:
        What was repaired, nothing of it lost: a release that was made and never came
        into force is made again by the refresh, the same tables.

    Raises:
        EchelonError: ``INTEGRITY`` naming what only a person can put right.
    """
    repaired = []
    # One by one: each is looked for when those before it have been repaired.
    for problem in interrupted(data_dir):
        if problem.repair is None:
            raise problem.refusal()
        problem.repair()
        repaired.append(problem)
    return repaired


def interrupted(data_dir: Path) -> Iterator[Problem]:
    """Look for what an interrupted writer leaves, and for a lost pointer.

    Raises:
        EchelonError: ``INTEGRITY`` if the log is broken, or not the one that the key
            signed or the head kept elsewhere speaks of.
    """
    if is_restored(data_dir):
        yield Problem(
            code="restore_unfinished",
            subject=restoring_dir(data_dir).name,
            message="a restore was stopped before all of it was in its place",
            remedy="put the rest in its place",
            repair=partial(_finish_restore, data_dir),
        )
    log = audit_log_path(data_dir)
    if log.exists() and not (log.read_bytes() or b"\n").endswith(b"\n"):
        yield Problem(
            code="audit_tail_torn",
            subject=AUDIT_LOG,
            message="the last line of the audit log has no end",
            remedy="cut it off: its write was interrupted, so nothing came of it",
            repair=partial(_cut_tail, data_dir),
        )
    # Nothing is moved, and no release entered, by a log that somebody forged.
    check_seal(data_dir, read_events(data_dir))
    yield from interrupted_decisions(data_dir)
    for problem in _pointer(data_dir):
        yield problem
        if problem.repair is None:
            return
    current, published = pointed_release_id(data_dir), published_ids(data_dir)
    unknown = [
        directory
        for directory in directories_of(releases_dir(data_dir))
        if directory.name not in published and directory.name != current
    ]
    cut = [one.name for one in unknown if _is_log_cut(data_dir, one.name)]
    if cut:
        # They may well have been in force: nothing is to be moved by such a log.
        yield log_cut(cut[0])
        return
    for directory in unknown:
        yield _never_in_force(data_dir, directory, current)
    kept = {*kept_ids(data_dir), current}
    for directory in directories_of(releases_dir(data_dir)):
        if directory.name in published and directory.name not in kept:
            yield _has_left(data_dir, directory)


def enter_repair(data_dir: Path, code: str, subject: str) -> None:
    """Enter a repair in the audit log."""
    append_event(data_dir, "repaired", subject, {"code": code})


def set_aside(data_dir: Path, directory: Path, code: str) -> None:
    """Take a directory out of service without losing it, and enter that."""
    append_event(data_dir, "set_aside", directory.name, {"code": code})
    move_away(directory, damaged_dir(data_dir) / directory.name)


def _pointer(data_dir: Path) -> Iterator[Problem]:
    named, recorded = pointed_release_id(data_dir), recorded_in_force(data_dir)
    is_kept = named in kept_ids(data_dir)
    if named is None:
        yield from _pointer_lost(data_dir, recorded)
    elif is_kept and named == recorded:
        return
    elif is_kept and _is_as_entered(data_dir, PUBLISHED, named):
        yield Problem(
            code="rollback_unentered",
            subject=named,
            message=f"the pointer names {named}, the audit log {recorded}",
            remedy="enter it as a rollback that was interrupted",
            repair=partial(_enter_rollback, data_dir, named, recorded or ""),
        )
    elif _is_log_cut(data_dir, named):
        yield log_cut(named)
    elif not _is_whole(data_dir, named):
        yield from _pointer_lost(data_dir, recorded)
    elif _is_ours(data_dir, named, recorded):
        yield Problem(
            code="publication_unentered",
            subject=named,
            message=f"{named} is in force and not in the audit log",
            remedy="enter it: publishing was interrupted after its last check",
            repair=partial(_enter_publication, data_dir, named),
        )
    else:
        directory = releases_dir(data_dir) / named
        code = "release_unannounced"
        yield planted(named, partial(set_aside, data_dir, directory, code))
        yield from _pointer_lost(data_dir, recorded)


def _pointer_lost(data_dir: Path, recorded: str | None) -> Iterator[Problem]:
    pointer = pointer_path(data_dir)
    if recorded is None and not (pointer.is_symlink() or pointer.exists()):
        return  # nothing has been published yet
    problem = Problem(
        code="pointer_damaged",
        subject=pointer.name,
        message="the pointer names no release",
        remedy=f"point it to {recorded}, in force by the audit log",
        repair=partial(_restore_pointer, data_dir, recorded),
    )
    if recorded is None or (releases_dir(data_dir) / recorded).is_dir():
        yield problem
    else:
        yield lost_release(recorded)


def _never_in_force(data_dir: Path, directory: Path, current: str | None) -> Problem:
    name = directory.name
    message = f"{name} was made and never came into force"
    if _is_whole(data_dir, name) and _is_ours(data_dir, name, current):
        remedy = "remove it: the next refresh makes the same tables again"
        repair = partial(_remove, data_dir, directory, "release_unused")
        return Problem("release_unused", name, message, remedy, repair)
    return _unknown(data_dir, directory, message)


def _has_left(data_dir: Path, directory: Path) -> Problem:
    """Finish what was interrupted; another directory under that name is evidence."""
    name, code = directory.name, "retirement_unfinished"
    gone = ("retired", "set_aside")
    events = [e.event for e in read_events(data_dir) if e.release_id == name]
    message = f"{name} was retired or set aside and is still here"
    if [event for event in events if event in gone][-1] == "set_aside":
        repair = partial(set_aside, data_dir, directory, code)
        return Problem(code, name, message, "move it to damaged/", repair)
    if _is_whole(data_dir, name) and _is_as_entered(data_dir, PUBLISHED, name):
        repair = partial(_remove, data_dir, directory, code)
        return Problem(code, name, message, "remove it", repair)
    message = f"{name} was retired, and what is here is not what was published"
    return _unknown(data_dir, directory, message)


def _unknown(data_dir: Path, directory: Path, message: str) -> Problem:
    code, remedy = "release_unknown", "move it to damaged/"
    repair = partial(set_aside, data_dir, directory, code)
    return Problem(code, directory.name, message, remedy, repair)


def _is_log_cut(data_dir: Path, release_id: str) -> bool:
    """Say whether a release was made after an event that the log lacks."""
    try:
        known = find_release(data_dir, release_id).manifest()["audit_log"]
        count, known_head = int(known["events"]), known["head_sha256"]
    except (EchelonError, LookupError, OverflowError, TypeError, ValueError):
        return False  # a manifest that names no event is none of ours
    events = read_events(data_dir)
    head = events[count - 1].line_sha256 if 0 < count <= len(events) else ""
    # The first release names no event, and is announced before it is put in its place.
    return not events or bool(head != known_head)


def _is_whole(data_dir: Path, release_id: str) -> bool:
    try:
        release = find_release(data_dir, release_id)
        check_files(release, release.manifest())
    except EchelonError:
        return False
    return True


def _is_ours(data_dir: Path, release_id: str, former: str | None) -> bool:
    """Say whether a whole release was announced and made to follow the former one."""
    follows = find_release(data_dir, release_id).previous_release_id == former
    return follows and _is_as_entered(data_dir, ANNOUNCED, release_id)


def _is_as_entered(data_dir: Path, event: str, release_id: str) -> bool:
    """Say whether a release has the manifest that its last such event names."""
    path = releases_dir(data_dir) / release_id / MANIFEST_NAME
    named = [
        entered.details.get("manifest_sha256")
        for entered in read_events(data_dir)
        if (entered.event, entered.release_id) == (event, release_id)
    ]
    return bool(named) and path.is_file() and sha256_of_file(path) == named[-1]


def _finish_restore(data_dir: Path) -> None:
    place_restored(data_dir)
    enter_repair(data_dir, "restore_unfinished", "")


def _cut_tail(data_dir: Path) -> None:
    cut_torn_tail(data_dir)
    enter_repair(data_dir, "audit_tail_torn", "")


def _enter_rollback(data_dir: Path, release_id: str, former: str) -> None:
    details = {"from": former, "recovered": "true"}
    append_event(data_dir, "rolled_back", release_id, details)


def _enter_publication(data_dir: Path, release_id: str) -> None:
    directory = releases_dir(data_dir) / release_id
    details = {
        "manifest_sha256": sha256_of_file(directory / MANIFEST_NAME),
        "proof_sha256": sha256_of_file(directory / PROOF_NAME),
        "recovered": "true",
    }
    append_event(data_dir, PUBLISHED, release_id, details)


def _restore_pointer(data_dir: Path, recorded: str | None) -> None:
    pointer = pointer_path(data_dir)
    if pointer.exists() and not pointer.is_symlink():
        move_away(pointer, damaged_dir(data_dir) / pointer.name)
    if recorded is None:
        pointer.unlink(missing_ok=True)
    else:
        swap_pointer(data_dir, recorded)
    enter_repair(data_dir, "pointer_damaged", recorded or "")


def _remove(data_dir: Path, directory: Path, code: str) -> None:
    remove_tree(move_away(directory, candidates_dir(data_dir) / directory.name))
    enter_repair(data_dir, code, directory.name)
