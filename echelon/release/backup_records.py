"""Which backups does an archive hold, and in which order were they taken?

The record of a backup is written last and carries its hash in its name. One that is
damaged, and any other file beside it, is named and passed over: the sound backups are
there for the day on which something is damaged.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_record
from echelon.release.layout import fsync_directory, write_json

# What a backup holds lies in these directories of a data directory.
HELD = {"audit", "landing", "proposals", "releases", "requests"}
TIME_FORMAT = "%Y%m%dT%H%M%SZ"


class BackedUpFile(BaseModel):
    """One file of a backup; its bytes lie in the archive under their hash."""

    model_config = ConfigDict(frozen=True)

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)
    mode: int = Field(ge=0, le=0o777)


class BackupRecord(BaseModel):
    """What a backup holds.

    Attributes:
        backup_version: Version of this form.
        number: Position among the backups of the archive, from 1; 0 if it was made
            before they were counted.
        made_at: Moment it was made, UTC.
        current: The release in force.
        releases: The releases it holds.
        log_origin_sha256: Hash of the first event of its audit log, which tells data
            directories apart; empty if it was made before that was noted.
        audit_events: Number of events of its audit log.
        audit_head_sha256: Hash of the last of them.
        files: By path below the data directory.
    """

    model_config = ConfigDict(frozen=True)

    backup_version: int
    number: int = 0
    made_at: str
    current: str
    releases: list[str] = Field(min_length=1)
    log_origin_sha256: str = ""
    audit_events: int
    audit_head_sha256: str
    files: dict[str, BackedUpFile]

    @field_validator("made_at")
    @classmethod
    def _is_a_moment(cls, text: str) -> str:
        datetime.strptime(text, TIME_FORMAT)
        return text

    @field_validator("files")
    @classmethod
    def _lie_in_a_data_directory(
        cls, files: dict[str, BackedUpFile]
    ) -> dict[str, BackedUpFile]:
        for name in files:
            path = Path(name)
            top = path.parts[0] if len(path.parts) > 1 else ""
            if top not in HELD or ".." in path.parts:
                raise ValueError(f"{name} leads out of a data directory")
        return files

    @property
    def made(self) -> datetime:
        """The moment it was made."""
        return datetime.strptime(self.made_at, TIME_FORMAT).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Backups:
    """The backups of an archive.

    Attributes:
        records: By name, in the order they were taken.
        passed_over: Names of files among the records that are no sound record.
    """

    records: dict[str, BackupRecord]
    passed_over: list[str]


def read_backups(archive: Path) -> Backups:
    """Read every record of an archive.

    The order is that of the archive's own count, then of the logs they hold: a clock
    that was wrong once would decide for good which backup is the newest.
    """
    records, passed_over = {}, []
    for path in sorted(records_dir(archive).glob("*.json")):
        try:
            records[path.stem] = read_record(archive, path.stem)
        except EchelonError:
            passed_over.append(path.name)
    ordered = sorted(
        records.items(), key=lambda one: (one[1].number, one[1].audit_events, one[0])
    )
    return Backups(dict(ordered), passed_over)


def read_record(archive: Path, name: str) -> BackupRecord:
    """Read the record of a backup and check it against the hash in its name.

    Raises:
        EchelonError: ``INTEGRITY`` if it is not what was written.
    """
    path = records_dir(archive) / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        is_sound = sha256_of_record(content)[:12] == name.rpartition("-")[2]
        record = BackupRecord.model_validate(content)
    except (OSError, ValueError, TypeError) as error:
        raise backup_damaged(f"backup {name} has no readable record", path) from error
    if not is_sound:
        raise backup_damaged(f"the record of backup {name} changed", path)
    return record


def write_record(record: BackupRecord, archive: Path) -> str:
    """Write the record of a backup whose files are all in the archive.

    Returns:
        The backup's name.
    """
    content = record.model_dump()
    name = f"{record.made_at}-{sha256_of_record(content)[:12]}"
    directory = records_dir(archive)
    directory.mkdir(parents=True, exist_ok=True)
    partial = directory / f".{name}.partial"
    write_json(partial, content)
    partial.replace(directory / f"{name}.json")
    fsync_directory(directory)
    return name


def records_dir(archive: Path) -> Path:
    """Return the directory of the records, one per backup."""
    return archive / "backups"


def backup_damaged(message: str, path: Path) -> EchelonError:
    """Make the error of an archive that is not as it was written."""
    return EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code="backup_damaged",
            message=message,
            file=str(path),
            rule="a backup is taken from, and restored to, the bytes it was made of",
            hint="take another backup, or restore another one",
        ),
    )
