"""Which releases and candidates may go, and how do they go without a trace of half?"""

import fcntl
import logging
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from echelon.audit import append_event
from echelon.errors import EchelonError
from echelon.release.layout import (
    CANDIDATE_NAME,
    KEPT_CANDIDATE_NAME,
    PUBLISHED_NAME,
    candidates_dir,
    fsync_directory,
    releases_dir,
)
from echelon.release.pins import pinned_ids
from echelon.release.store import current_release_id, kept_ids, read_manifest

LOGGER = logging.getLogger("echelon.release")


def clean_candidates(data_dir: Path, keep: Path | None = None) -> None:
    """Remove the candidates of refreshes that are over, except `keep`."""
    for directory in directories_of(candidates_dir(data_dir)):
        if directory != keep:
            with _put_off(directory):
                remove_tree(directory)


def clean_leftovers(data_dir: Path) -> None:
    """Remove what is of no refresh; the caller holds the lock."""
    for directory in leftovers(data_dir):
        with _put_off(directory):
            remove_tree(directory)


def leftovers(data_dir: Path) -> list[Path]:
    """List what a kill left among the candidates.

    That is no candidate yet or no more, or it was published and is not meant to be
    kept. A candidate that was refused is none: it stays until the next one is opened.
    """
    published = {*kept_ids(data_dir)}
    return [
        directory
        for directory in directories_of(candidates_dir(data_dir))
        if not (directory / CANDIDATE_NAME).is_file()
        or (
            directory.name.split(".")[0] in published
            and not (directory / KEPT_CANDIDATE_NAME).exists()
        )
    ]


def clean_releases(data_dir: Path, keep_releases: int) -> list[str]:
    """Retire the releases that nobody needs; the caller holds the lock.

    The newest stay, the one in force, the pinned ones, those somebody has open, and
    what each of these was made from: without it none could be made again.

    Args:
        data_dir: Directory of everything a run writes.
        keep_releases: Number of newest releases to keep, at least 1.

    Returns:
        Ids of the retired releases, oldest first.
    """
    if keep_releases < 1:
        raise ValueError(f"keep_releases must be at least 1: {keep_releases}")
    on_disk = [
        name for name in kept_ids(data_dir) if (releases_dir(data_dir) / name).is_dir()
    ]
    needed = {*on_disk[-keep_releases:], *pinned_ids(data_dir)}
    needed.add(current_release_id(data_dir) or "")
    needed |= {_made_from(data_dir, name) for name in sorted(needed & {*on_disk})}
    return [name for name in on_disk if name not in needed and _retire(data_dir, name)]


def remove_tree(directory: Path) -> None:
    """Remove a directory even where it was made read-only."""
    if directory.is_symlink():
        directory.unlink()
        return
    for folder, _, _ in os.walk(directory):
        os.chmod(folder, stat.S_IRWXU)
    shutil.rmtree(directory)


def move_away(directory: Path, target: Path) -> Path:
    """Take a directory out of its place in one step.

    Args:
        directory: A directory, read-only or not.
        target: Where to; a number is added if something is there already.

    Returns:
        Where it is now.
    """
    target.parent.mkdir(exist_ok=True)
    name, attempt = target.name, 1
    while target.exists():
        attempt += 1
        target = target.with_name(f"{name}.{attempt}")
    if not directory.is_symlink():
        # Its entry for the parent directory is rewritten too.
        directory.chmod(stat.S_IRWXU)
    directory.rename(target)
    fsync_directory(directory.parent)
    return target


def directories_of(parent: Path) -> list[Path]:
    """List the directories in a directory, sorted; none if it is not there."""
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if path.is_dir())


def _made_from(data_dir: Path, release_id: str) -> str:
    try:
        manifest = read_manifest(releases_dir(data_dir) / release_id)
    except EchelonError:
        return ""  # `echelon doctor` names it; cleaning up is not the place
    return str(manifest["previous_release_id"] or "")


def _retire(data_dir: Path, release_id: str) -> bool:
    directory = releases_dir(data_dir) / release_id
    databases = sorted(directory.rglob(f"*{Path(PUBLISHED_NAME).suffix}"))
    with _put_off(directory), _unread(databases) as is_free:
        if not is_free:
            return False
        for path in (directory, *directory.rglob("*")):
            # What may not be changed cannot be removed: found before it is entered.
            path.chmod(path.stat().st_mode)
        append_event(data_dir, "retired", release_id, {})
        # Renamed first: killed while removing, no half of a release is left.
        remove_tree(move_away(directory, candidates_dir(data_dir) / release_id))
        return True
    return False


@contextmanager
def _put_off(directory: Path) -> Iterator[None]:
    """Leave what cannot be removed to the next refresh, and say so.

    Whether a release comes into force does not hang on the removal of another.
    """
    try:
        yield
    except (OSError, EchelonError) as error:
        LOGGER.warning(
            "%s cannot be removed: %s; the next refresh tries again", directory, error
        )


@contextmanager
def _unread(databases: Sequence[Path]) -> Iterator[bool]:
    """Hold off readers, who share a lock on a file as long as they have it open."""
    with ExitStack() as stack:
        for database in databases:
            mode = database.stat().st_mode
            database.chmod(mode | stat.S_IWUSR)
            stream = stack.enter_context(database.open("r+b"))
            database.chmod(mode)
            try:
                fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
        yield True
