"""How does a backup come back on an empty machine, whole or not at all?"""

import os
import stat
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from echelon.audit import append_event
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.archive import copy_checked, kept_file
from echelon.release.backup_records import (
    BackupRecord,
    Backups,
    backup_damaged,
    read_backups,
    read_record,
    records_dir,
)
from echelon.release.layout import fsync_directory, releases_dir, restoring_dir
from echelon.release.lock import HOLDER_NAME, LOCK_NAME, refresh_lock
from echelon.release.log_checks import changed_inputs
from echelon.release.restored import is_restored, place_restored
from echelon.release.retention import remove_tree
from echelon.release.store import find_release, swap_pointer
from echelon.release.verify import check_files, check_manifest, verify


@dataclass(frozen=True)
class RestoreReport:
    """What was restored.

    Attributes:
        backup: The backup's name, which begins with the moment it was made, UTC.
        current: The release in force again.
        releases: The releases restored, every one whole.
        files: Number of files, each with the SHA-256 it was backed up with.
        total_bytes: Their size.
        passed_over: Files among the records of the archive that are no sound record.
        rto_seconds: From the start until the release in force was verified and served.
    """

    backup: str
    current: str
    releases: list[str]
    files: int
    total_bytes: int
    passed_over: list[str]
    rto_seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def restore(
    archive: Path,
    data_dir: Path,
    release_id: str | None = None,
    backup: str | None = None,
) -> RestoreReport:
    """Restore a backup into an empty data directory and verify the release in force.

    Args:
        archive: Directory of the backups.
        data_dir: Where to; nothing may be there yet.
        release_id: Restore the newest backup that holds this release and put it in
            force; None for the newest backup as it was.
        backup: Name of the backup to restore; None for the newest.

    Returns:
        What was restored.

    Raises:
        EchelonError: ``CONFIGURATION`` if there is no such backup or the directory is
            not empty, ``INTEGRITY`` if a file of the backup is not what was backed up.
    """
    started = time.monotonic()
    backups = read_backups(archive)
    name = _choose(archive, backups, release_id, backup)
    record = backups.records[name]
    current = release_id or record.current
    with refresh_lock(data_dir):
        restoring = _empty(data_dir)
        try:
            _fetch(archive, record, restoring)
        except EchelonError as error:
            raise _with_the_one_before(error, archive, backups, name) from error
        # Last, and thereby the sign that all is here and only needs its place.
        swap_pointer(restoring, current)
        place_restored(data_dir)
        if current != record.current:
            details = {"from": record.current, "backup": name}
            append_event(data_dir, "rolled_back", current, details)
        append_event(data_dir, "restored", current, {"backup": name})
        verify(data_dir)
    return RestoreReport(
        backup=name,
        current=current,
        releases=record.releases,
        files=len(record.files),
        total_bytes=sum(file.bytes for file in record.files.values()),
        passed_over=backups.passed_over,
        rto_seconds=round(time.monotonic() - started, 3),
    )


def _fetch(archive: Path, record: BackupRecord, target_dir: Path) -> None:
    """Copy the files of a backup and refuse releases that could not be verified."""
    for path, file in record.files.items():
        target = target_dir / path
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_checked(kept_file(archive, file.sha256), target, file.sha256)
        target.chmod(file.mode)
    manifests = []
    for kept in record.releases:
        release = find_release(target_dir, kept)
        manifests.append(check_manifest(target_dir, release))
        check_files(release, manifests[-1])
    for problem in changed_inputs(target_dir, manifests):
        raise backup_damaged(f"not all is here: {problem.message}", archive)
    _make_read_only(releases_dir(target_dir))


def _with_the_one_before(
    error: EchelonError, archive: Path, backups: Backups, name: str
) -> EchelonError:
    """Say how to restore the backup before one that cannot be."""
    names = list(backups.records)
    before = names[: names.index(name)][-1:]
    hint = (
        f"`echelon restore {archive} --backup {before[0]}` takes the one before"
        if before
        else "it is the oldest backup here: restore from another archive"
    )
    return EchelonError(error.exit_code, replace(error.fault, hint=hint))


def _choose(
    archive: Path, backups: Backups, release_id: str | None, backup: str | None
) -> str:
    """Return the name of the newest backup that is what was asked for."""
    for name, record in reversed(backups.records.items()):
        if backup in (None, name) and release_id in (None, *record.releases):
            return name
    if f"{backup}.json" in backups.passed_over:
        read_record(archive, str(backup))  # says what is wrong with it
    if backups.passed_over and not backups.records:
        message = f"no backup here has a sound record: {backups.passed_over[-1]}"
        raise backup_damaged(message, records_dir(archive))
    what = f" {backup}" if backup else ""
    what += f" of release {release_id}" if release_id else ""
    newest = next(reversed(backups.records), None)
    fault = Fault(
        code="no_backup",
        message=f"there is no backup{what} here",
        file=str(archive),
        hint=f"the newest here is {newest}; {records_dir(archive)} names the others"
        if newest
        else "name the directory that `echelon backup` wrote to",
    )
    raise EchelonError(ExitCode.CONFIGURATION, fault)


def _empty(data_dir: Path) -> Path:
    """Refuse a data directory in use; clear what a killed restore had copied."""
    restoring = restoring_dir(data_dir)
    if restoring.exists() and not is_restored(data_dir):
        remove_tree(restoring)
    found = {path.name for path in data_dir.iterdir()} - {LOCK_NAME, HOLDER_NAME}
    if found:
        fault = Fault(
            code="data_dir_not_empty",
            message=f"{min(found)} is here already",
            file=str(data_dir),
            rule="a restore never writes over anything",
            hint="point ECHELON_DATA_DIR to an empty directory; what a restore that"
            " was stopped left here, `echelon doctor --repair` puts in its place",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault)
    return restoring


def _make_read_only(releases: Path) -> None:
    for release in releases.iterdir():
        for folder, _, _ in os.walk(release):
            os.chmod(folder, stat.S_IRUSR | stat.S_IXUSR | stat.S_IRGRP | stat.S_IXGRP)
    fsync_directory(releases)
