"""How do the releases outlive their disk? Backups in an archive directory.

An archive holds each file once, under its SHA-256, and a record per backup that lists
the files of that moment. A second backup therefore copies only what is new, and a
damaged file is found by its own name.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from echelon.audit import append_event, read_events
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_file
from echelon.landing.manifest import delivery_directories
from echelon.release.backup_records import (
    TIME_FORMAT,
    BackedUpFile,
    BackupRecord,
    Backups,
    backup_damaged,
    read_backups,
    records_dir,
    write_record,
)
from echelon.release.layout import (
    MANIFEST_NAME,
    fsync_directory,
    landing_dir,
    proposals_dir,
    requests_dir,
)
from echelon.release.lock import refresh_lock
from echelon.release.log_checks import (
    changed_inputs,
    check_decisions,
    check_kept,
)
from echelon.release.pins import pinned_ids
from echelon.release.recovery import heal
from echelon.release.store import current_release_id, list_releases
from echelon.release.verify import check_files

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class BackupReport:
    """What a backup did.

    Attributes:
        backup: Its name.
        current: The release in force.
        releases: The releases it holds.
        files: Number of files it holds.
        total_bytes: Their size.
        copied_files: Number of files the archive did not have yet.
        copied_bytes: Their size.
        removed_backups: Backups that were past their retention.
        passed_over: Files among the records of the archive that are no sound record;
            while there are any, nothing is removed.
        seconds: How long it took.
    """

    backup: str
    current: str
    releases: list[str]
    files: int
    total_bytes: int
    copied_files: int
    copied_bytes: int
    removed_backups: list[str]
    passed_over: list[str]
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def back_up(data_dir: Path, archive: Path, keep_days: int) -> BackupReport:
    """Put the kept releases and all they stand on into an archive.

    Taken are whole releases whose files have the hashes of the manifest that the audit
    log names, the log, what has landed, the proposals and the changes asked for. What a
    restore would refuse is refused here, while it can be mended. Candidates and the run
    history of the orchestrator are not taken: no release depends on them.

    Args:
        data_dir: Directory of everything a run writes.
        archive: Directory of the backups; created if need be.
        keep_days: Days after which a backup may go; the newest, and those that hold a
            pinned release, stay.

    Returns:
        What was done.

    Raises:
        EchelonError: ``INTEGRITY`` naming a release that is not whole, or a delivered
            file or decision that is no longer as it landed,
            ``CONFIGURATION`` if nothing has been published or the archive lies in the
            data directory or holds backups of another, ``BUSY`` when a refresh is
            running.
    """
    started = time.monotonic()
    _refuse_inside(data_dir, archive)
    with refresh_lock(data_dir):
        heal(data_dir)
        before = read_backups(archive)
        record = _record(data_dir, before)
        _refuse_of_another(record, before, archive)
        copied = [
            file.bytes
            for name, file in record.files.items()
            if _keep(data_dir / name, file.sha256, archive)
        ]
        name = write_record(record, archive)
        removed = _remove_old(archive, name, keep_days, pinned_ids(data_dir))
        append_event(data_dir, "backed_up", record.current, {"backup": name})
    return BackupReport(
        backup=name,
        current=record.current,
        releases=record.releases,
        files=len(record.files),
        total_bytes=sum(file.bytes for file in record.files.values()),
        copied_files=len(copied),
        copied_bytes=sum(copied),
        removed_backups=removed,
        passed_over=before.passed_over,
        seconds=round(time.monotonic() - started, 3),
    )


def _refuse_inside(data_dir: Path, archive: Path) -> None:
    """Refuse an archive that is lost with what it is to replace."""
    if archive.resolve().is_relative_to(data_dir.resolve()):
        fault = Fault(
            code="archive_inside",
            message="the archive lies in the data directory and would be lost with it",
            file=str(archive),
            hint="name a directory elsewhere, on another disk",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault)


def _refuse_of_another(record: BackupRecord, before: Backups, archive: Path) -> None:
    """Refuse to mix logs: a restore would bring back whichever was taken last."""
    origins = {one.log_origin_sha256 for one in before.records.values()}
    if not origins <= {"", record.log_origin_sha256}:
        fault = Fault(
            code="archive_of_another",
            message="the archive holds the backups of another data directory",
            file=str(archive),
            rule="an archive belongs to the data directory of its first backup",
            hint="name a directory of its own for each data directory",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault)


def kept_file(archive: Path, digest: str) -> Path:
    """Return where an archive holds the file of a SHA-256."""
    return archive / "files" / digest[:2] / digest


def copy_checked(source: Path, target: Path, digest: str) -> None:
    """Copy a file, force it to disk and check on the way that it is the one meant.

    Raises:
        EchelonError: ``INTEGRITY`` if it is gone or its SHA-256 is another; no target
            is left.
    """
    if not source.is_file():
        raise backup_damaged(f"{source.name} is gone", source)
    partial = target.with_name(f".{target.name}.partial")
    found = hashlib.sha256()
    with source.open("rb") as reader, partial.open("wb") as writer:
        while chunk := reader.read(CHUNK_BYTES):
            found.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    if found.hexdigest() != digest:
        partial.unlink()
        raise backup_damaged(f"{source.name} is not the file it was", source)
    partial.replace(target)


def _record(data_dir: Path, before: Backups) -> BackupRecord:
    releases = list_releases(data_dir)
    if not releases:
        hint = "run `echelon refresh`, then back up"
        fault = Fault("no_release", "nothing has been published yet", hint=hint)
        raise EchelonError(ExitCode.CONFIGURATION, fault)
    events = read_events(data_dir)
    check_kept(data_dir, events)
    check_decisions(data_dir, events)
    digests: dict[str, str] = {}
    manifests = [release.manifest() for release in releases]
    for release, manifest in zip(releases, manifests, strict=True):
        check_files(release, manifest)
        folder = release.directory.relative_to(data_dir)
        for name, file in manifest["files"].items():
            digests[f"{folder}/{name}"] = file["sha256"]
        path = release.directory / MANIFEST_NAME
        digests[f"{folder}/{MANIFEST_NAME}"] = sha256_of_file(path)
    for problem in changed_inputs(data_dir, manifests):
        # Restored without it, no release made of it could be verified.
        raise problem.refusal()
    for path in beside_releases(data_dir):
        digests[path.relative_to(data_dir).as_posix()] = sha256_of_file(path)
    return BackupRecord(
        backup_version=2,
        number=1 + max((one.number for one in before.records.values()), default=0),
        made_at=datetime.now(UTC).strftime(TIME_FORMAT),
        current=str(current_release_id(data_dir)),
        releases=[release.release_id for release in releases],
        log_origin_sha256=events[0].line_sha256,
        audit_events=len(events),
        audit_head_sha256=events[-1].line_sha256,
        files={
            name: _file(data_dir / name, digest)
            for name, digest in sorted(digests.items())
        },
    )


def _file(path: Path, digest: str) -> BackedUpFile:
    status = path.stat()
    mode = status.st_mode & 0o777
    return BackedUpFile(sha256=digest, bytes=status.st_size, mode=mode)


def beside_releases(data_dir: Path) -> Iterator[Path]:
    """Yield the files of the log, of complete deliveries, of proposals and requests."""
    deliveries = delivery_directories(landing_dir(data_dir))
    asked = (proposals_dir(data_dir), requests_dir(data_dir))
    for root in (data_dir / "audit", *deliveries, *asked):
        yield from (path for path in sorted(root.rglob("*")) if path.is_file())


def _keep(path: Path, digest: str, archive: Path) -> bool:
    """Copy a file into the archive unless it is there whole; say whether it was.

    A file of the archive that changed since would come back with every backup after it.
    """
    target = kept_file(archive, digest)
    if target.is_file() and sha256_of_file(target) == digest:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    copy_checked(path, target, digest)
    target.chmod(0o440)
    fsync_directory(target.parent)
    return True


def _remove_old(
    archive: Path, newest: str, keep_days: int, pinned: frozenset[str]
) -> list[str]:
    backups = read_backups(archive)
    if backups.passed_over:
        return []  # nobody knows which files a damaged record needs
    oldest = datetime.now(UTC) - timedelta(days=keep_days)
    removed = [
        name
        for name, record in backups.records.items()
        if name != newest
        and record.made < oldest
        and pinned.isdisjoint(record.releases)
    ]
    for name in removed:
        (records_dir(archive) / f"{name}.json").unlink()
    if removed:
        needed = {
            file.sha256
            for name, record in backups.records.items()
            if name not in removed
            for file in record.files.values()
        }
        for path in (archive / "files").glob("*/*"):
            if path.name not in needed:
                path.unlink()
    return removed
