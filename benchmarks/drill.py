"""How soon is a gigabyte of releases back on an empty machine, and is anything lost?

Publishes two releases of a small company, the second with a table of random numbers of
about the size asked for, and runs ``echelon drill`` and ``echelon rollback`` on them.
One JSON line; the exit code is 1 if a release or a byte did not come back, or not soon
enough.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.fault_company import FIRST_DAY, PROTOCOL, SECOND_DAY
from echelon.release.lock import refresh_lock
from echelon.release.publish import publish
from echelon.release.retention import remove_tree
from echelon.release.store import list_releases
from tests.unit.release.conftest import Company

COLUMNS = 8
COLUMN_BYTES = 8
RTO_SECONDS = 60
ROLLBACK_SECONDS = 5


def main() -> None:
    """Make the data directory, drill, print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=1000)
    megabytes = parser.parse_args().megabytes
    root = Path(tempfile.mkdtemp(prefix="echelon-drill-"))
    data_dir = root / "data"
    data_dir.mkdir()
    try:
        PROTOCOL.land(data_dir)
        _refresh(data_dir)
        _release_of(data_dir, megabytes)
        small, large = (one.release_id for one in list_releases(data_dir))
        report, drill_seconds = _timed(data_dir, "drill")
        _timed(data_dir, "rollback", small)
        # Every file of the release is read before it is put in force.
        _, rollback_seconds = _timed(data_dir, "rollback", large)
    finally:
        remove_tree(root)
    restored = report.pop("restored")
    is_soon = (
        restored["rto_seconds"] <= RTO_SECONDS and rollback_seconds <= ROLLBACK_SECONDS
    )
    record = {
        **{name: restored[name] for name in ("rto_seconds", "total_bytes", "files")},
        "releases": len(restored["releases"]),
        **{name: len(found) for name, found in report.items()},
        "drill_seconds": drill_seconds,
        "rollback_seconds": rollback_seconds,
        "ok": is_soon,
    }
    print(json.dumps(record))
    sys.exit(0 if record["ok"] else 1)


def _timed(data_dir: Path, *arguments: str) -> tuple[dict[str, Any], float]:
    """Run a command as a person would; fail as it fails."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "echelon.cli", *arguments, "--json"],
        env={**os.environ, "ECHELON_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds = round(time.monotonic() - started, 1)
    return json.loads(done.stdout.splitlines()[0]), seconds


def _refresh(data_dir: Path) -> None:
    code = PROTOCOL.refresh(data_dir, FIRST_DAY)()
    if code != 0:
        raise RuntimeError(f"the first release ended with exit code {code}")


def _release_of(data_dir: Path, megabytes: int) -> None:
    """Publish a release with a table of numbers that no compression makes smaller."""
    company = Company(data_dir, data_dir / "made" / "project")
    rows = megabytes * 1_000_000 // (COLUMNS * COLUMN_BYTES)
    values = ", ".join(f"hash(i, {n}) as value_{n}" for n in range(COLUMNS))
    with refresh_lock(data_dir):
        candidate = company.candidate(SECOND_DAY)
        with duckdb.connect(str(candidate.warehouse)) as connection:
            connection.execute(
                f"create table core.fct_ballast as select {values} from range({rows})"
                " as r(i)"
            )
        company.examine(candidate)
        publish(candidate, company.register)


if __name__ == "__main__":
    main()
