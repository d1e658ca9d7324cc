"""Does a backup come back whole on an empty machine, how soon, and what is lost?"""

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from echelon.audit import append_event
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_file
from echelon.release.archive import back_up, beside_releases, copy_checked, kept_file
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
from echelon.release.store import find_release, kept_ids, swap_pointer
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


@dataclass(frozen=True)
class DrillReport:
    """How a loss of this data directory would have ended.

    Attributes:
        restored: What came back, elsewhere, and how soon.
        rpo_releases: Releases kept here that did not come back.
        unequal_files: Files that came back with other bytes than they have here, or
            that lie here beside the releases and did not come back.
    """

    restored: RestoreReport
    rpo_releases: list[str]
    unequal_files: list[str]

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


def drill(data_dir: Path, archive: Path | None, keep_days: int) -> DrillReport:
    """Restore the newest backup elsewhere and compare it with what is here.

    Args:
        data_dir: Directory of everything a run writes; only read.
        archive: The backups to try; None to take one for the drill.
        keep_days: As ``back_up``.

    Returns:
        What came back, how soon, and what did not.

    Raises:
        EchelonError: As ``back_up`` and ``restore``.
    """
    with tempfile.TemporaryDirectory(prefix="drill-", dir=data_dir.parent) as name:
        scratch = Path(name)
        if archive is None:
            archive = scratch / "archive"
            back_up(data_dir, archive, keep_days)
        restored = _restore_apart(archive, scratch / "data")
        backed_up = read_record(archive, restored.backup).files
        here = {p.relative_to(data_dir).as_posix() for p in beside_releases(data_dir)}
        unequal = [
            path
            for path in sorted(backed_up.keys() | here)
            # The log has gone on since, and elsewhere it notes that it was restored.
            if not path.startswith("audit/") and _differs(data_dir, scratch, path)
        ]
        lost = [one for one in kept_ids(data_dir) if one not in restored.releases]
        remove_tree(scratch / "data")
    return DrillReport(restored, lost, unequal)


def _restore_apart(archive: Path, data_dir: Path) -> RestoreReport:
    """Restore as a person would: in a process of its own, on another directory."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "echelon.cli", "restore", str(archive), "--json"],
        # What is thrown away is neither signed nor entered as the head of the log.
        env={
            **os.environ,
            "ECHELON_DATA_DIR": str(data_dir),
            "ECHELON_SIGNING_KEY_FILE": "",
            "ECHELON_AUDIT_HEAD_FILE": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    record = json.loads(done.stdout.strip().splitlines()[-1])
    if done.returncode != ExitCode.PUBLISHED:
        exit_code = ExitCode(record.pop("exit_code"))
        raise EchelonError(exit_code, Fault(**record))
    seconds = round(time.monotonic() - started, 3)
    return RestoreReport(**{**record, "rto_seconds": seconds})


def _differs(data_dir: Path, scratch: Path, path: str) -> bool:
    here, there = data_dir / path, scratch / "data" / path
    if not (here.is_file() and there.is_file()):
        return True
    return sha256_of_file(here) != sha256_of_file(there)


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
