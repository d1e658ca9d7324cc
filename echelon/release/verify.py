"""Is a release still what was published, and does it still tie to the ledger?"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from echelon.audit import AuditEvent, read_events
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_file
from echelon.release.audit_file import FileAudit, audit_file
from echelon.release.layout import (
    ARTEFACTS_NAME,
    MANIFEST_NAME,
    PUBLISHED_NAME,
    landing_dir,
)
from echelon.release.proof import PROOF_NAME, Proof, Subject, prove
from echelon.release.store import Release, find_release, release_in_force


@dataclass(frozen=True)
class Verification:
    """What was checked, all of it sound.

    Attributes:
        release_id: The release.
        files: Number of files whose SHA-256 matches the manifest.
        tables: Number of tables whose rows and amounts are those of the manifest.
        pools: Number of entity x period x pool rows that tie to the landed ledger.
        sums: Number of sums of published amounts that agree with each other.
        proof: Path of the proof, made again and found the same.
        proof_sha256: The hash of its content that the proof states.
        events: Number of links of the audit chain.
    """

    release_id: str
    files: int
    tables: int
    pools: int
    sums: int
    proof: str
    proof_sha256: str
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
            f"{self.pools} pools tie to the landed ledger to the cent",
            f"{self.sums} sums of published amounts agree",
            f"the proof comes out the same: {self.proof}",
            f"SHA-256 of the proof: {self.proof_sha256}",
            f"{self.events} events of the audit log follow one another",
        ]


def verify(data_dir: Path, release_id: str | None = None) -> Verification:
    """Check a release's files, tables and proof, and the audit chain.

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
    subject = Subject(
        release_id=release.release_id,
        as_of=release.as_of_date,
        database=release.database,
        landing=landing_dir(data_dir),
        files=manifest["inputs"]["files"],
    )
    proof = prove(subject, audit.tie_out)
    path = _check_proof(release, proof)
    return Verification(
        release_id=release.release_id,
        files=files,
        tables=tables,
        pools=proof.pools,
        sums=sum(audit.tie_out.ties.values()),
        proof=str(path),
        proof_sha256=proof.to_dict()["proof_sha256"],
        events=len(events),
    )


def _check_proof(release: Release, proof: Proof) -> Path:
    """Refuse a release that differs from the ledger, or from what its proof says."""
    if proof.differences:
        raise _differs(release, "does_not_tie", proof.differences[0])
    path = release.directory / PROOF_NAME
    if not path.is_file():
        raise _differs(release, "not_proven", "was published without a proof")
    if json.loads(path.read_text(encoding="utf-8")) != proof.to_dict():
        raise _differs(release, "proof_differs", "the proof comes out otherwise")
    return path


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
    # The row hash belongs to an engine version; under another the amounts stand.
    parts = ["rows", "totals"]
    if manifest["engine"]["duckdb"] == duckdb.__version__:
        parts.append("content_hash")
    listed: dict[str, dict[str, Any]] = manifest["tables"]
    for name in sorted(listed.keys() | audit.tables.keys()):
        found = asdict(audit.tables[name]) if name in audit.tables else {}
        known = listed.get(name, {})
        if [found.get(part) for part in parts] != [known.get(part) for part in parts]:
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
