"""Is a release still what was published, and does it still tie to the ledger?"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from echelon.audit import AuditEvent, read_events
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_file
from echelon.release.audit_file import FileAudit, audit_file
from echelon.release.landed_ledger import add_up_journals, compare_with_journals
from echelon.release.layout import (
    ARTEFACTS_NAME,
    MANIFEST_NAME,
    PUBLISHED_NAME,
    landing_dir,
)
from echelon.release.store import Release, find_release, release_in_force
from echelon.release.tie_out import reconciled_by_period


@dataclass(frozen=True)
class Verification:
    """What was checked, all of it sound.

    Attributes:
        release_id: The release.
        files: Number of files whose SHA-256 matches the manifest.
        tables: Number of tables whose content hash matches the manifest; 0 when the
            engine's version differs from the one that hashed them.
        pools: Number of entity x period x pool rows that tie to the ledger.
        ledger: What the ledger was compared with: the landed journals, or the copy in
            the release and why.
        events: Number of links of the audit chain.
    """

    release_id: str
    files: int
    tables: int
    pools: int
    ledger: str
    events: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Say for people what was checked."""
        return [
            f"release {self.release_id} is sound",
            f"{self.files} files have the SHA-256 of the manifest",
            f"{self.tables} tables hold the rows that were published",
            f"{self.pools} pools tie to the ledger to the cent",
            f"the ledger was compared with {self.ledger}",
            f"{self.events} events of the audit log follow one another",
        ]


def verify(data_dir: Path, release_id: str | None = None) -> Verification:
    """Check a release's files, tables and tie-out, and the audit chain.

    Args:
        data_dir: Directory of everything a run writes.
        release_id: The release to check; None for the one in force.

    Returns:
        What was checked.

    Raises:
        EchelonError: ``INTEGRITY`` naming the first difference; ``CONFIGURATION`` if
            there is no such release.
    """
    events = read_events(data_dir)
    if release_id is None:
        release = release_in_force(data_dir)
    else:
        release = find_release(data_dir, release_id)
    manifest = release.manifest()
    _check_log(release, manifest, events)
    files = check_files(release, manifest)
    audit = audit_file(release.database)
    tables = _check_tables(release, manifest, audit)
    if audit.tie_out.differences:
        raise _differs(release, "does_not_tie", audit.tie_out.differences[0])
    ledger = _check_ledger(data_dir, release, manifest)
    return Verification(
        release.release_id, files, tables, audit.tie_out.pools, ledger, len(events)
    )


def _check_ledger(data_dir: Path, release: Release, manifest: dict[str, Any]) -> str:
    """Compare the reconciled ledger with the landed journals; say with what it was."""
    ledger = add_up_journals(
        landing_dir(data_dir), manifest["inputs"]["files"], release.as_of_date
    )
    if ledger.reason is not None:
        return f"its copy in the release: {ledger.reason}"
    published = reconciled_by_period(release.database)
    differences = compare_with_journals(ledger, published)
    if differences:
        raise _differs(release, "ledger_differs", differences[0])
    return f"the landed journals of {len(ledger.cents)} entity months"


def check_inherited(data_dir: Path, release: Release) -> None:
    """Check the files whose content a refresh carries over: history and fitted models.

    Args:
        data_dir: Directory of everything a run writes.
        release: The release in force.

    Raises:
        EchelonError: ``INTEGRITY`` naming the file that is missing, extra or changed.
    """
    manifest = release.manifest()
    _check_log(release, manifest, read_events(data_dir))
    check_files(release, manifest, (PUBLISHED_NAME, ARTEFACTS_NAME))


def check_files(
    release: Release, manifest: dict[str, Any], parts: tuple[str, ...] | None = None
) -> int:
    """Compare the files of a release with its manifest.

    Args:
        release: The release.
        manifest: Its manifest.
        parts: First parts of the paths to compare; None for every file.

    Returns:
        Number of files.

    Raises:
        EchelonError: ``INTEGRITY`` naming the file that is missing, extra or changed.
    """
    found = {
        path.relative_to(release.directory).as_posix()
        for path in release.directory.rglob("*")
        if path.is_file()
    }
    listed: dict[str, dict[str, Any]] = manifest["files"]
    if parts is not None:
        found = {name for name in found if name.split("/")[0] in parts}
        listed = {n: file for n, file in listed.items() if n.split("/")[0] in parts}
    for name in sorted((found | listed.keys()) - {MANIFEST_NAME}):
        if name not in listed:
            raise _differs(release, "file_added", "is not in the manifest", name)
        if name not in found:
            raise _differs(release, "file_missing", "is missing", name)
        if sha256_of_file(release.directory / name) != listed[name]["sha256"]:
            raise _differs(release, "file_changed", "changed since publishing", name)
    return len(listed)


def _check_log(
    release: Release, manifest: dict[str, Any], events: list[AuditEvent]
) -> None:
    published = [
        event
        for event in events
        if event.event == "published" and event.release_id == release.release_id
    ]
    if not published:
        raise _differs(
            release, "not_in_audit_log", "was never entered in the audit log"
        )
    found = sha256_of_file(release.directory / MANIFEST_NAME)
    if found != published[-1].details["manifest_sha256"]:
        raise _differs(release, "manifest_changed", "changed", MANIFEST_NAME)
    count = manifest["audit_log"]["events"]
    head = events[count - 1].line_sha256 if 0 < count <= len(events) else ""
    if head != manifest["audit_log"]["head_sha256"]:
        raise _differs(release, "audit_log_cut", "names audit events that are gone")


def _check_tables(release: Release, manifest: dict[str, Any], audit: FileAudit) -> int:
    # The row hash belongs to an engine version; under another the files' hashes stand.
    if manifest["engine"]["duckdb"] != duckdb.__version__:
        return 0
    listed: dict[str, dict[str, Any]] = manifest["tables"]
    for name in sorted(listed.keys() | audit.tables.keys()):
        found = audit.tables.get(name)
        if found is None or found.content_hash != listed.get(name, {}).get(
            "content_hash"
        ):
            raise _differs(release, "table_changed", f"table {name} changed")
    return len(listed)


def _differs(
    release: Release, code: str, message: str, file: str | None = None
) -> EchelonError:
    name = release.release_id
    return EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code=code,
            message=message if file else f"release {name}: {message}",
            file=f"{name}/{file}" if file else None,
            rule="a published release never changes",
            hint="put a sound release in force with `echelon rollback`",
        ),
    )
