"""Is a release still what was published, and does it still tie to the ledger?

One release is read whole: files, tables, proof. Of the others that are kept, the log
and the manifest are compared; `echelon rollback` reads their files before they serve.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

import duckdb

from echelon.audit import check_seal, read_events
from echelon.hashing import sha256_of_file
from echelon.release.audit_file import FileAudit, audit_file
from echelon.release.layout import (
    ARTEFACTS_NAME,
    MANIFEST_NAME,
    PUBLISHED_NAME,
    landing_dir,
)
from echelon.release.log_checks import (
    check_decisions,
    check_kept,
    check_log,
    differs,
)
from echelon.release.proof import PROOF_NAME, SIGNED_KIND, Proof, Subject, prove
from echelon.release.store import Release, find_release, release_in_force
from echelon.sealing import Signer, load_signer

SIGNED = "the audit log is signed by the key of the settings"
NOT_SIGNED = (
    "NOT CHECKED, no key (ECHELON_SIGNING_KEY_FILE): who wrote the log; an edit of its"
    " end, or all of it written anew to match"
)
WHOLE = "the audit log ends where the head kept elsewhere says"
NOT_WHOLE = (
    "NOT CHECKED, no head elsewhere (ECHELON_AUDIT_HEAD_FILE): whether the last events"
    " were cut off"
)


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
        releases: Number of kept releases whose manifest the log vouches for.
        decisions: Number of decisions that lie as they were landed.
        is_signed: Whether the configured key has signed the log.
        has_head: Whether a head kept elsewhere says that nothing was cut off.
        proof_signature: Whether the proof is signed and by which key.
    """

    release_id: str
    files: int
    tables: int
    pools: int
    sums: int
    proof: str
    proof_sha256: str
    events: int
    releases: int
    decisions: int
    is_signed: bool
    has_head: bool
    proof_signature: str

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
            f"signature of the proof: {self.proof_signature}",
            f"{self.events} events of the audit log follow one another",
            f"{self.releases} kept releases have the manifest that the log names",
            f"{self.decisions} decisions lie as they were landed",
            SIGNED if self.is_signed else NOT_SIGNED,
            WHOLE if self.has_head else NOT_WHOLE,
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
    is_signed, has_head = check_seal(data_dir, events)
    releases = check_kept(data_dir, events)
    decisions = check_decisions(data_dir, events)
    if release_id is None:
        release = release_in_force(data_dir)
    else:
        release = find_release(data_dir, release_id)
    manifest = release.manifest()
    check_log(release, manifest, events)
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
    path, proof_signature = _check_proof(release, proof, load_signer(data_dir))
    return Verification(
        release_id=release.release_id,
        files=files,
        tables=tables,
        pools=proof.pools,
        sums=sum(audit.tie_out.ties.values()),
        proof=str(path),
        proof_sha256=proof.to_dict()["proof_sha256"],
        events=len(events),
        releases=releases,
        decisions=decisions,
        is_signed=is_signed,
        has_head=has_head,
        proof_signature=proof_signature,
    )


def _check_proof(
    release: Release, proof: Proof, signer: Signer | None
) -> tuple[Path, str]:
    """Refuse a release that differs from the ledger, or from what its proof says."""
    if proof.differences:
        raise differs(release, "does_not_tie", proof.differences[0])
    path = release.directory / PROOF_NAME
    if not path.is_file():
        raise differs(release, "not_proven", "was published without a proof")
    found = json.loads(path.read_text(encoding="utf-8"))
    signature = found.pop("signature", "")
    made = proof.to_dict()
    if found != made:
        raise differs(release, "proof_differs", "the proof comes out otherwise")
    if not signature or signer is None:
        return path, "not checked, no key" if signature else "none"
    if signature.split(":")[1:2] != [signer.key_id]:
        return path, "of another key"
    if not signer.has_signed(SIGNED_KIND, made["proof_sha256"], signature):
        raise differs(release, "proof_forged", "the signature of its proof is forged")
    return path, f"valid, key {signer.key_id}"


def check_inherited(data_dir: Path, release: Release) -> None:
    """Check the files whose content a refresh carries over: history and fitted models.

    Args:
        data_dir: Directory of everything a run writes.
        release: The release in force.

    Raises:
        EchelonError: ``INTEGRITY`` naming the file that is missing, extra or changed.
    """
    events = read_events(data_dir)
    check_seal(data_dir, events)
    check_decisions(data_dir, events)
    manifest = check_manifest(data_dir, release)
    check_files(release, manifest, (PUBLISHED_NAME, ARTEFACTS_NAME))


def check_manifest(data_dir: Path, release: Release) -> dict[str, Any]:
    """Check that a release's manifest is the one that the audit log names.

    Args:
        data_dir: Directory of everything a run writes.
        release: The release.

    Returns:
        The manifest.

    Raises:
        EchelonError: ``INTEGRITY`` if it changed, or if the log lacks what it names.
    """
    manifest = release.manifest()
    check_log(release, manifest, read_events(data_dir))
    return manifest


def check_files(
    release: Release, manifest: dict[str, Any], parts: tuple[str, ...] | None = None
) -> int:
    """Compare the files of a release with its manifest.

    A release holds regular files and the directories these lie in: what a link leads
    to may change, and nothing else is restored from a backup.

    Args:
        release: The release.
        manifest: Its manifest.
        parts: First parts of the paths to compare; None for every file.

    Returns:
        Number of files.

    Raises:
        EchelonError: ``INTEGRITY`` naming the file that is missing, extra or changed.
    """
    root = release.directory
    # A refresh elsewhere, to compare with, follows a release that is linked there.
    if parts is None and root.is_symlink():
        raise differs(release, "directory_replaced", "its directory is a link")
    found = {
        path.relative_to(root).as_posix(): path.lstat().st_mode
        for path in root.rglob("*")
    }
    listed: dict[str, dict[str, Any]] = {**manifest["files"], MANIFEST_NAME: {}}
    if parts is not None:
        found = {n: mode for n, mode in found.items() if n.split("/")[0] in parts}
        listed = {n: file for n, file in listed.items() if n.split("/")[0] in parts}
    folders = {str(folder) for name in listed for folder in Path(name).parents}
    for name in sorted(found.keys() | listed.keys()):
        if name in folders and S_ISDIR(found.get(name, 0)):
            continue
        if name not in listed:
            raise differs(release, "file_added", "is not in the manifest", name)
        if name not in found:
            raise differs(release, "file_missing", "is missing", name)
        if not S_ISREG(found[name]):
            raise differs(release, "file_replaced", "is not a regular file", name)
        if name == MANIFEST_NAME:
            continue  # the audit log has its hash
        if sha256_of_file(root / name) != listed[name]["sha256"]:
            raise differs(release, "file_changed", "changed since publishing", name)
    return len(listed.keys() - {MANIFEST_NAME})


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
            raise differs(release, "table_changed", f"table {name} changed")
    return len(listed)
