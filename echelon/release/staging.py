"""How is a complete, proven release made beside the candidate, seen by nobody yet?

Judge the gates, write the files, read the database back in a fresh process, compare it
with what the candidate holds, write the manifest, force everything to disk.
"""

import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from echelon.audit import read_events
from echelon.config import share_of_memory
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_file
from echelon.reconciliation.pack import PACK_NAME, write_pack
from echelon.reconciliation.report import Released
from echelon.release.audit_file import FileAudit, audit_in_fresh_process
from echelon.release.candidate import Candidate, refuse_rolled_back
from echelon.release.controls import (
    Judged,
    Register,
    judge_compared,
    judge_tests,
    refuse_failed,
)
from echelon.release.gate_page import PAGE_NAME, write_gate_page
from echelon.release.gates import gate_failed, judge_gates, refuse_unless_passed
from echelon.release.ingredients import code_version, copy_policy
from echelon.release.layout import (
    ARTEFACTS_NAME,
    MANIFEST_NAME,
    POLICY_DIR_NAME,
    PUBLISHED_NAME,
    fsync_directory,
    landing_dir,
    write_json,
)
from echelon.release.proof import PROOF_NAME, Subject, prove
from echelon.release.published_file import (
    STORAGE_VERSION,
    PublishedContent,
    attach_files,
    attach_published,
    export_parquet,
    write_published,
)
from echelon.release.release_tables import SOURCE
from echelon.release.retention import remove_tree
from echelon.release.role_access import POLICY_NAME
from echelon.release.role_files import Publication, RoleFile, write_role_files
from echelon.release.store import current_release, current_release_id
from echelon.sealing import load_signer

STAGED_NAME = "release"


@dataclass(frozen=True)
class PublishOptions:
    """How to publish.

    Attributes:
        parquet_row_limit: Largest table exported as Parquet; larger ones are in the
            database only, which the manifest says.
        keep_releases: Number of releases to keep.
        memory_limit: Memory of the engine while copying.
        keep_candidate: Whether the candidate stays until the next refresh.
    """

    parquet_row_limit: int = 2_000_000
    keep_releases: int = 5
    memory_limit: str = "4GB"
    keep_candidate: bool = False


DEFAULT_OPTIONS = PublishOptions()
# Reading back, roles' files and Parquet go on side by side on the memory of one.
AUDIT_SHARE, COPY_SHARE = 0.5, 0.25


def stage_release(
    candidate: Candidate,
    register: Register,
    options: PublishOptions = DEFAULT_OPTIONS,
) -> Path:
    """Write, read back and force to disk a complete release beside the candidate.

    Args:
        candidate: The refresh under way.
        register: The controls a release needs.
        options: How to publish.

    Returns:
        The staged directory; nothing a reader can see has changed.

    Raises:
        EchelonError: As ``publish``.
    """
    _refuse_if_overtaken(candidate)
    # Publishing alone may be asked of a candidate that was kept.
    refuse_rolled_back(candidate.data_dir, candidate.release_id)
    staged = candidate.directory / STAGED_NAME
    if staged.exists():
        remove_tree(staged)
    staged.mkdir()
    content = _write_files(candidate, register, staged, options)
    if candidate.artefacts_dir.is_dir():
        shutil.copytree(candidate.artefacts_dir, staged / ARTEFACTS_NAME)
    copy_policy(candidate.seeds_dir, staged / POLICY_DIR_NAME)
    with ThreadPoolExecutor(2) as beside:
        roles = beside.submit(_write_roles, candidate, staged, options)
        parquet = beside.submit(_write_parquet, candidate, content, staged, options)
        limit = share_of_memory(options.memory_limit, AUDIT_SHARE)
        audit = audit_in_fresh_process(staged / PUBLISHED_NAME, limit)
    _refuse_unless_same(content, audit)
    refuse_failed(judge_compared(register.ties, audit.tie_out.ties))
    proof = _prove(candidate, content, audit, staged)
    write_pack(_released(candidate, proof, staged), staged / PACK_NAME)
    manifest = _manifest(candidate, content, audit, staged)
    manifest["roles"] = {role: asdict(file) for role, file in roles.result().items()}
    exported, left_out = parquet.result()
    manifest["parquet"] = {"exported": exported, "not_exported": left_out}
    write_json(staged / MANIFEST_NAME, manifest)
    _settle(staged)
    return staged


def _write_files(
    candidate: Candidate,
    register: Register,
    staged: Path,
    options: PublishOptions,
) -> PublishedContent:
    database = staged / PUBLISHED_NAME
    tests = judge_tests(candidate, register.nodes)
    refuse_failed(tests)
    with duckdb.connect(config=_engine(candidate, options)) as connection:
        attach_files(connection, candidate, database)
        verdicts = judge_gates(candidate, register.gates, connection, SOURCE)
        refuse_unless_passed(verdicts)
        judged = Judged(verdicts, tests, register.ties)
        limit = options.parquet_row_limit
        content = write_published(connection, candidate, judged, limit)
        write_gate_page(connection, candidate.release_id, staged / PAGE_NAME)
    return content


def _engine(
    candidate: Candidate, options: PublishOptions, share: float = 1
) -> dict[str, Any]:
    return {
        "memory_limit": share_of_memory(options.memory_limit, share),
        "temp_directory": str(candidate.directory / "spill"),
    }


def _write_roles(
    candidate: Candidate, staged: Path, options: PublishOptions
) -> dict[str, RoleFile]:
    database = staged / PUBLISHED_NAME
    publication = Publication(database, candidate.release_id, candidate.as_of_date)
    policy = candidate.seeds_dir / "policy" / POLICY_NAME
    return write_role_files(
        publication, policy, _engine(candidate, options, COPY_SHARE)
    )


def _write_parquet(
    candidate: Candidate,
    content: PublishedContent,
    staged: Path,
    options: PublishOptions,
) -> tuple[tuple[str, ...], dict[str, str]]:
    with duckdb.connect(config=_engine(candidate, options, COPY_SHARE)) as connection:
        attach_published(connection, staged / PUBLISHED_NAME)
        return export_parquet(
            connection, content, staged / "parquet", options.parquet_row_limit
        )


def _refuse_if_overtaken(candidate: Candidate) -> None:
    if current_release_id(candidate.data_dir) != candidate.previous_release_id:
        raise EchelonError(
            ExitCode.BUSY,
            Fault(
                code="overtaken",
                message="another release came into force since this refresh began",
                hint="refresh again",
            ),
        )


def _refuse_unless_same(content: PublishedContent, audit: FileAudit) -> None:
    for table in sorted(content.tables.keys() | audit.tables.keys()):
        if content.tables.get(table) != audit.tables.get(table):
            raise EchelonError(
                ExitCode.INTEGRITY,
                Fault(
                    code="read_back_differs",
                    message=f"{table} differs when read back from the file",
                    file=PUBLISHED_NAME,
                    rule="what is published is what the candidate holds",
                    hint="nothing was published: refresh again; look after disk and"
                    " memory if it happens again",
                ),
            )


def _prove(
    candidate: Candidate, content: PublishedContent, audit: FileAudit, staged: Path
) -> dict[str, Any]:
    """Write the proof that the release holds the landed ledger, or refuse it."""
    subject = Subject(
        release_id=candidate.release_id,
        as_of=candidate.as_of_date,
        database=staged / PUBLISHED_NAME,
        landing=landing_dir(candidate.data_dir),
        files=content.input_files,
    )
    proof = prove(subject, audit.tie_out)
    if proof.differences:
        found = proof.differences
        raise gate_failed("tie_out", f"{len(found)} sums do not tie: {found[0]}")
    signed = proof.to_dict(load_signer(candidate.data_dir))
    write_json(staged / PROOF_NAME, signed)
    return signed


def _released(candidate: Candidate, proof: dict[str, Any], staged: Path) -> Released:
    former = current_release(candidate.data_dir)
    return Released(
        release_id=candidate.release_id,
        as_of_date=candidate.as_of_date,
        database=staged / PUBLISHED_NAME,
        proof=proof,
        previous_release_id=candidate.previous_release_id,
        previous_database=former.database if former else None,
    )


def _manifest(
    candidate: Candidate, content: PublishedContent, audit: FileAudit, staged: Path
) -> dict[str, Any]:
    events = read_events(candidate.data_dir)
    files = sorted(path for path in staged.rglob("*") if path.is_file())
    return {
        "manifest_version": 1,
        "release_id": candidate.release_id,
        "as_of_date": candidate.as_of_date.isoformat(),
        "recorded_at": candidate.recorded_at.isoformat(),
        "base_currency_code": candidate.base_currency_code,
        "seed": candidate.seed,
        "previous_release_id": candidate.previous_release_id,
        "inputs": {
            **{
                f"{kind}_sha256": digest
                for kind, digest in asdict(candidate.hashes).items()
            },
            "inputs_sha256": candidate.inputs_sha256,
            "files": content.input_files,
            "deliveries": list(candidate.deliveries),
            "refit": candidate.refit,
            "retrain_matching": candidate.retrain_matching,
        },
        "code": code_version(),
        "engine": {"duckdb": duckdb.__version__, "storage_version": STORAGE_VERSION},
        "tables": {name: asdict(table) for name, table in sorted(audit.tables.items())},
        "views": content.views,
        "tie_out": asdict(audit.tie_out),
        "taken_over": asdict(content.taken_over),
        "controls": [asdict(control) for control in content.controls],
        "files": {
            path.relative_to(staged).as_posix(): {
                "bytes": path.stat().st_size,
                "sha256": sha256_of_file(path),
            }
            for path in files
        },
        "audit_log": {
            "events": len(events),
            "head_sha256": events[-1].line_sha256 if events else "",
        },
    }


def _settle(staged: Path) -> None:
    for folder, _, names in os.walk(staged):
        for name in names:
            path = Path(folder) / name
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            path.chmod(stat.S_IRUSR | stat.S_IRGRP)
        fsync_directory(Path(folder))
