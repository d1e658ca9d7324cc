"""How would a loss of the data directory end: how soon is it back, what is lost?"""

import json
import os
import stat
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_file
from echelon.release.archive import back_up, beside_releases
from echelon.release.backup_records import read_record
from echelon.release.lock import refresh_lock
from echelon.release.restore import RestoreReport
from echelon.release.retention import directories_of, remove_tree
from echelon.release.store import kept_ids


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


def drill(data_dir: Path, archive: Path | None, keep_days: int) -> DrillReport:
    """Restore the newest backup elsewhere and compare it with what is here.

    Args:
        data_dir: Directory of everything a run writes; only read.
        archive: The backups to try; None to take one for the drill.
        keep_days: As ``back_up``.

    Returns:
        What came back, how soon, and what did not.

    Raises:
        EchelonError: As ``back_up`` and ``restore``; ``RESOURCES`` if the restore was
            killed, ``BUSY`` if another drill is under way.
    """
    apart = data_dir.absolute()
    scratch = apart.with_name(f".{apart.name}.drill")
    # The lock of a killed drill is free, and what it left goes with the next one.
    with refresh_lock(scratch):
        scratch.chmod(stat.S_IRWXU)
        _clear(scratch)
        try:
            if archive is None:
                archive = scratch / "archive"
                back_up(data_dir, archive, keep_days)
            restored = _restore_apart(archive, scratch / "data")
            unequal = _unequal(data_dir, archive, restored.backup, scratch / "data")
            lost = [one for one in kept_ids(data_dir) if one not in restored.releases]
        finally:
            remove_tree(scratch)
    return DrillReport(restored, lost, unequal)


def _clear(scratch: Path) -> None:
    # A restore may outlive the drill that was killed: it still has the lock.
    with refresh_lock(scratch / "data"):
        for left in directories_of(scratch):
            remove_tree(left)


def _unequal(data_dir: Path, archive: Path, backup: str, there: Path) -> list[str]:
    files = read_record(archive, backup).files
    here = {one.relative_to(data_dir).as_posix() for one in beside_releases(data_dir)}
    return [
        name
        for name in sorted(files.keys() | here)
        # The log has gone on since, and elsewhere it notes that it was restored.
        if not name.startswith("audit/") and _differs(data_dir / name, there / name)
    ]


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
    if done.returncode < 0:
        fault = Fault(
            code="drill_killed",
            message=f"the restore on trial was ended by signal {-done.returncode}",
            hint="free memory and start the drill again",
        )
        raise EchelonError(ExitCode.RESOURCES, fault)
    record = json.loads(done.stdout.strip().splitlines()[-1])
    if done.returncode != ExitCode.PUBLISHED:
        exit_code = ExitCode(record.pop("exit_code"))
        raise EchelonError(exit_code, Fault(**record))
    seconds = round(time.monotonic() - started, 3)
    return RestoreReport(**{**record, "rto_seconds": seconds})


def _differs(here: Path, there: Path) -> bool:
    if not (here.is_file() and there.is_file()):
        return True
    return sha256_of_file(here) != sha256_of_file(there)
