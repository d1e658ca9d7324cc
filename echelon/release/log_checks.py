"""Does the audit log know of everything that lies here, and does it lie here still?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from echelon.audit_line import AuditEvent
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_file
from echelon.landing.manifest import MANIFEST_FILE, delivery_directories
from echelon.release.interrupted_decisions import (
    decision_dir,
    scratch_dir,
    sha256_of_decision,
)
from echelon.release.layout import MANIFEST_NAME, landing_dir, releases_dir
from echelon.release.problems import Problem, unreadable
from echelon.release.store import (
    Release,
    current_release_id,
    find_release,
    kept_ids,
    leads_elsewhere,
    recorded_in_force,
)

HEALED_HINT = (
    "the next refresh heals what a kill left; `echelon doctor` says what it is"
)


def check_log(
    release: Release, manifest: dict[str, Any], events: Sequence[AuditEvent]
) -> None:
    """Refuse a release that the log does not name as it is.

    Args:
        release: A kept release.
        manifest: Its manifest.
        events: The audit log.

    Raises:
        EchelonError: ``INTEGRITY`` saying which of the two differs.
    """
    published = [
        event
        for event in events
        if event.event == "published" and event.release_id == release.release_id
    ]
    if not published:
        raise differs(release, "not_in_audit_log", "was never entered in the audit log")
    found = sha256_of_file(release.directory / MANIFEST_NAME)
    if found != published[-1].details.get("manifest_sha256"):
        raise differs(release, "manifest_changed", "changed", MANIFEST_NAME)
    count = manifest["audit_log"]["events"]
    head = events[count - 1].line_sha256 if 0 < count <= len(events) else ""
    if head != manifest["audit_log"]["head_sha256"]:
        raise differs(release, "audit_log_cut", "names audit events that are gone")


def check_kept(data_dir: Path, events: Sequence[AuditEvent]) -> int:
    """Compare what lies in the directory of releases with what the log tells.

    Args:
        data_dir: Directory of everything a run writes.
        events: The audit log.

    Returns:
        Number of kept releases.

    Raises:
        EchelonError: ``INTEGRITY`` naming the release that differs.
    """
    named = recorded_in_force(data_dir)
    pointed = current_release_id(data_dir)
    if pointed != named or leads_elsewhere(data_dir):
        where = " somewhere else" if pointed == named else ""
        raise _unlogged(
            "pointer_differs",
            f"{pointed}{where} is in force, the audit log says {named}",
            HEALED_HINT,
        )
    # A directory that was never published serves nobody: a kill leaves such, and the
    # next refresh takes it away.
    kept = kept_ids(data_dir)
    for release_id in kept:
        if not (releases_dir(data_dir) / release_id).is_dir():
            raise _unlogged(
                "release_missing",
                f"release {release_id} is gone, and no event says that it was retired",
                "restore it from a backup",
            )
        release = find_release(data_dir, release_id)
        check_log(release, release.manifest(), events)
    return len(kept)


def check_decisions(data_dir: Path, events: Sequence[AuditEvent]) -> int:
    """Compare the landed decisions with the hashes they were entered with.

    Args:
        data_dir: Directory of everything a run writes.
        events: The audit log.

    Returns:
        Number of decisions.

    Raises:
        EchelonError: ``INTEGRITY`` naming the delivery that is gone or was edited.
    """
    entered = {
        event.details["delivery"]: event.details["delivery_sha256"]
        for event in events
        if "delivery_sha256" in event.details
    }
    for delivery, sha256 in sorted(entered.items()):
        if sha256_of_decision(decision_dir(data_dir, delivery)) != sha256:
            raise _unlogged(
                "decision_changed",
                f"decision {delivery} is gone or no longer what was approved",
                HEALED_HINT
                if scratch_dir(data_dir, delivery).is_dir()
                else "restore the delivery from a backup; a decision is never edited, a"
                " new one replaces it",
            )
    return len(entered)


def changed_inputs(
    data_dir: Path, manifests: Iterable[Mapping[str, Any]]
) -> Iterator[Problem]:
    """Compare what landed with what releases were made of.

    Args:
        data_dir: Directory of everything a run writes.
        manifests: Those of the releases.

    Yields:
        A problem for each delivered file that is not as it was, or cannot be read.
    """
    landing = landing_dir(data_dir)
    complete = {
        directory.relative_to(landing) for directory in delivery_directories(landing)
    }
    listed = {
        file["source_file"]: file["sha256"]
        for manifest in manifests
        for file in manifest["inputs"]["files"]
    }
    for delivery in sorted({Path(name).parent for name in listed} & complete):
        name = (delivery / MANIFEST_FILE).as_posix()
        try:
            (landing / name).read_bytes()
        except OSError as error:
            yield unreadable(name, error)
    for name, digest in sorted(listed.items()):
        path = landing / name
        try:
            if not path.is_file():
                how = "is gone"
            elif sha256_of_file(path) != digest:
                how = "changed"
            elif Path(name).parent not in complete:
                how = "has lost the manifest beside it"
            else:
                continue
        except OSError as error:
            yield unreadable(name, error)
            continue
        yield Problem(
            code="delivery_damaged",
            subject=name,
            message=f"landing/{name} {how} since a kept release was made of it",
            remedy="put the delivered file, or that of a backup, back in its place",
        )


def differs(
    release: Release, code: str, message: str, file: str | None = None
) -> EchelonError:
    """Make the error of a release that is not what was published."""
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


def _unlogged(code: str, message: str, hint: str) -> EchelonError:
    return EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code=code,
            message=message,
            rule="everything that happens to a release is in the audit log",
            hint=hint,
        ),
    )
