"""What did an interrupted or older refresh leave behind, and what of it may go?"""

import os
import shutil
import stat
from pathlib import Path

from echelon.audit import append_event, cut_torn_tail
from echelon.errors import EchelonError
from echelon.hashing import sha256_of_file
from echelon.release.layout import MANIFEST_NAME, candidates_dir, releases_dir
from echelon.release.store import (
    current_release_id,
    list_releases,
    published_ids,
    read_manifest,
)


def heal(data_dir: Path) -> None:
    """Repair what a kill during publishing can leave; the caller holds the lock.

    A release whose pointer was swapped but whose event was not written is entered in
    the log. A release directory that never came into force is removed: the refresh that
    follows makes it again, byte for byte the same tables.

    Args:
        data_dir: Directory of everything a run writes.
    """
    cut_torn_tail(data_dir)
    current = current_release_id(data_dir)
    published = published_ids(data_dir)
    if current is not None and current not in published:
        manifest = releases_dir(data_dir) / current / MANIFEST_NAME
        details = {"manifest_sha256": sha256_of_file(manifest), "recovered": "true"}
        append_event(data_dir, "published", current, details)
        published.append(current)
    for directory in _directories(releases_dir(data_dir)):
        if directory.name not in published and _was_next(directory, current):
            remove_tree(directory)


def clean_candidates(data_dir: Path, keep: Path | None = None) -> None:
    """Remove the candidates of refreshes that are over, except `keep`."""
    for directory in _directories(candidates_dir(data_dir)):
        if directory != keep:
            remove_tree(directory)


def clean_releases(data_dir: Path, keep_releases: int) -> list[str]:
    """Remove all but the newest releases; the one in force always stays.

    Args:
        data_dir: Directory of everything a run writes.
        keep_releases: Number of releases to keep, at least 1.

    Returns:
        Ids of the removed releases, oldest first.
    """
    if keep_releases < 1:
        raise ValueError(f"keep_releases must be at least 1: {keep_releases}")
    older = [r for r in list_releases(data_dir)[:-keep_releases] if not r.is_current]
    for release in older:
        append_event(data_dir, "retired", release.release_id, {})
        remove_tree(release.directory)
    return [release.release_id for release in older]


def remove_tree(directory: Path) -> None:
    """Remove a directory even where it was made read-only."""
    if directory.is_symlink():
        directory.unlink()
        return
    for folder, _, _ in os.walk(directory):
        os.chmod(folder, stat.S_IRWXU)
    shutil.rmtree(directory)


def _was_next(directory: Path, current: str | None) -> bool:
    try:
        return bool(read_manifest(directory)["previous_release_id"] == current)
    except EchelonError:
        return True


def _directories(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if path.is_dir())
