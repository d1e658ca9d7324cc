"""Which releases are there, and which one is in force?"""

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from echelon.audit import read_events
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import (
    MANIFEST_NAME,
    PUBLISHED_NAME,
    fsync_directory,
    pointer_path,
    releases_dir,
)
from echelon.release.reader import open_database

NEXT_POINTER_NAME = ".current.next"


@dataclass(frozen=True)
class Release:
    """A published release.

    Attributes:
        release_id: ``<as-of date>-<12 hex digits>``.
        directory: Its read-only directory.
        as_of_date: The day it speaks of.
        recorded_at: Moment its rows count as known, UTC.
        previous_release_id: The release in force when it was made.
        is_current: Whether it is in force.
    """

    release_id: str
    directory: Path
    as_of_date: date
    recorded_at: datetime
    previous_release_id: str | None
    is_current: bool

    @property
    def database(self) -> Path:
        """Path of the published database."""
        return self.directory / PUBLISHED_NAME

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "release_id": self.release_id,
            "directory": str(self.directory),
            "as_of_date": self.as_of_date.isoformat(),
            "recorded_at": self.recorded_at.isoformat(),
            "previous_release_id": self.previous_release_id,
            "is_current": self.is_current,
        }

    def manifest(self) -> dict[str, Any]:
        """Read the release's manifest."""
        return read_manifest(self.directory)


def read_manifest(directory: Path) -> dict[str, Any]:
    """Read the manifest in a release directory.

    Raises:
        EchelonError: ``INTEGRITY`` if it is missing or unreadable.
    """
    path = directory / MANIFEST_NAME
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        date.fromisoformat(manifest["as_of_date"])
        datetime.fromisoformat(manifest["recorded_at"])
        _ = manifest["previous_release_id"]
        _ = [file["sha256"] for file in manifest["files"].values()]
    except PermissionError:
        raise  # whether it is sound is not known to who may not read it
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise EchelonError(
            ExitCode.INTEGRITY,
            Fault(
                code="manifest_unreadable",
                message="the release has no readable manifest",
                file=f"{directory.name}/{MANIFEST_NAME}",
                rule="a published release never changes",
                hint="put another release in force with `echelon rollback`",
            ),
        ) from error
    return manifest


def current_release_id(data_dir: Path) -> str | None:
    """Return the id the pointer names, or None before the first release."""
    pointer = pointer_path(data_dir)
    return Path(os.readlink(pointer)).name if pointer.is_symlink() else None


def pointed_release_id(data_dir: Path) -> str | None:
    """Return the id of a sound pointer: a link to a directory among the releases."""
    release_id = current_release_id(data_dir)
    if not pointer_path(data_dir).is_dir() or leads_elsewhere(data_dir):
        return None
    return release_id


def leads_elsewhere(data_dir: Path) -> bool:
    """Whether the pointer is a link, and to no place among the releases."""
    release_id = current_release_id(data_dir)
    return release_id is not None and (
        os.readlink(pointer_path(data_dir)) != _target(data_dir, release_id)
    )


def current_release(data_dir: Path) -> Release | None:
    """Return the release in force, or None before the first one."""
    release_id = current_release_id(data_dir)
    return None if release_id is None else find_release(data_dir, release_id)


def find_release(data_dir: Path, release_id: str) -> Release:
    """Return one release by id.

    Raises:
        EchelonError: ``CONFIGURATION`` if it is not kept here, ``INTEGRITY`` if the
            pointer names a release that is gone or its manifest cannot be read.
    """
    directory = releases_dir(data_dir) / release_id
    is_current = release_id == current_release_id(data_dir)
    # An id is a name, never a way to another directory.
    is_name = release_id not in ("", "..") and Path(release_id).name == release_id
    if not (is_name and directory.is_dir()):
        code = ExitCode.INTEGRITY if is_current else ExitCode.CONFIGURATION
        raise EchelonError(
            code,
            Fault(
                code="no_such_release",
                message=f"there is no release {release_id} here",
                hint="`echelon releases` lists those that are kept",
            ),
        )
    manifest = read_manifest(directory)
    return Release(
        release_id=release_id,
        directory=directory,
        as_of_date=date.fromisoformat(manifest["as_of_date"]),
        recorded_at=datetime.fromisoformat(manifest["recorded_at"]),
        previous_release_id=manifest["previous_release_id"],
        is_current=is_current,
    )


def list_releases(data_dir: Path) -> list[Release]:
    """List the releases that are kept, in the order they were published."""
    return [
        find_release(data_dir, release_id)
        for release_id in kept_ids(data_dir)
        if (releases_dir(data_dir) / release_id).is_dir()
    ]


def kept_ids(data_dir: Path) -> list[str]:
    """List the ids of the releases that should be here, oldest first.

    Those are the ones published and since then neither retired nor set aside.
    """
    kept: dict[str, None] = {}
    for event in read_events(data_dir):
        if event.event in {"published", "retired", "set_aside"}:
            kept.pop(event.release_id, None)
        if event.event == "published":
            kept[event.release_id] = None
    return list(kept)


def recorded_in_force(data_dir: Path) -> str | None:
    """Return the id that the audit log says is in force, None before the first."""
    ids = [
        event.release_id
        for event in read_events(data_dir)
        if event.event in {"published", "rolled_back"}
    ]
    return ids[-1] if ids else None


def published_ids(data_dir: Path) -> list[str]:
    """List the ids of every release ever published, oldest first."""
    events = read_events(data_dir)
    return list(dict.fromkeys(e.release_id for e in events if e.event == "published"))


def open_release(
    data_dir: Path, release_id: str | None = None
) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """Open a published database read-only, without files, network or settings.

    Args:
        data_dir: Directory of everything a run writes.
        release_id: The release to open; None for the one in force.

    Returns:
        A hardened connection.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing has been published yet.
    """
    if release_id is None:
        return open_database(release_in_force(data_dir).database)
    return open_database(find_release(data_dir, release_id).database)


def _damaged_pointer(message: str) -> EchelonError:
    fault = Fault(
        "pointer_damaged",
        message,
        rule="`current` names the release in force by the audit log",
        hint="`echelon doctor --repair` puts it right",
    )
    return EchelonError(ExitCode.INTEGRITY, fault)


def release_in_force(data_dir: Path) -> Release:
    """Return the release in force.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing has been published yet,
            ``INTEGRITY`` if the pointer to the release in force is gone or leads out of
            the directory of releases.
    """
    if leads_elsewhere(data_dir):
        raise _damaged_pointer("the pointer to the release in force leads elsewhere")
    release = current_release(data_dir)
    if release is None and (recorded := recorded_in_force(data_dir)):
        raise _damaged_pointer(f"nothing points to {recorded}, the release in force")
    if release is None:
        raise EchelonError(
            ExitCode.CONFIGURATION,
            Fault(
                code="no_release",
                message="nothing has been published yet",
                hint="run `echelon refresh`",
            ),
        )
    return release


def swap_pointer(data_dir: Path, release_id: str) -> None:
    """Put a release in force: one atomic rename of a symbolic link."""
    pointer = pointer_path(data_dir)
    following = pointer.with_name(NEXT_POINTER_NAME)
    following.unlink(missing_ok=True)
    following.symlink_to(_target(data_dir, release_id))
    following.replace(pointer)
    fsync_directory(data_dir)


@contextmanager
def swapping(data_dir: Path) -> Iterator[None]:
    """Put the pointer back if what is swapped inside cannot be entered in the log."""
    former = pointed_release_id(data_dir)
    try:
        yield
    except Exception:
        if former is None:
            pointer_path(data_dir).unlink(missing_ok=True)
        else:
            swap_pointer(data_dir, former)
        raise


def _target(data_dir: Path, release_id: str) -> str:
    return f"{releases_dir(data_dir).name}/{release_id}"
