"""The companies a fault strikes, and what is asked of one afterwards."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.fault_process import Work
from echelon.cli import main as echelon_main
from echelon.config import load_settings
from echelon.errors import EchelonError
from echelon.hashing import sha256_of_record
from echelon.machine import out_of_resources
from echelon.release.audit_file import audit_file
from echelon.release.doctor import examine
from echelon.release.layout import candidates_dir, releases_dir
from echelon.release.lock import refresh_lock
from echelon.release.publish import publish
from echelon.release.staging import PublishOptions
from echelon.release.store import current_release, find_release, kept_ids, list_releases
from echelon.release.verify import check_files, verify
from tests.refresh import growing_company as growing
from tests.unit.release.conftest import Company as Protocol
from tests.unit.release.conftest import tiny_company

FIRST_DAY, SECOND_DAY, NEXT_DAY = "2026-01-01", "2026-01-02", "2026-01-03"
BALLAST = """
create table core.fct_ballast as
select i as ballast_id, hash(i) as first_value, hash(i, 'a') as second_value
from range(300000) as r(i)
"""


@dataclass(frozen=True)
class Company:
    """A kind of company.

    Attributes:
        land: Lands its deliveries in a data directory.
        refresh: Returns the work of a refresh as of a day.
    """

    land: Callable[[Path], None]
    refresh: Callable[[Path, str], Work]


def _land_whole(data_dir: Path) -> None:
    """Land 120 customers and six months of their orders, without a ledger."""
    months = growing.MONTHS
    growing.deliver(
        data_dir / "landing",
        "erp",
        1,
        f"{months[0]}/{months[-1]}",
        erp__customers=growing.customers(),
        erp__products=growing.products(),
        erp__order_lines=growing.order_lines(months),
        erp__charges=growing.freight(months),
    )
    growing.declare_absent(data_dir / "landing", {"erp"})


def _refresh_whole(data_dir: Path, as_of: str) -> Work:
    return command(data_dir, "refresh", "--as-of", as_of, "--json")


def _land_protocol(data_dir: Path) -> None:
    made = tiny_company(data_dir / "made")
    (made.data_dir / "landing").rename(data_dir / "landing")


def _refresh_protocol(data_dir: Path, as_of: str) -> Work:
    """Open a candidate, write its few tables without models, publish it."""

    def work() -> int:
        os.environ["ECHELON_DATA_DIR"] = str(data_dir)
        settings = load_settings()
        company = Protocol(settings.data_dir, data_dir / "made" / "project")
        options = PublishOptions(
            keep_releases=settings.keep_releases, memory_limit=settings.memory_limit
        )
        try:
            with refresh_lock(settings.data_dir):
                candidate = company.candidate(as_of)
                with duckdb.connect(
                    str(candidate.warehouse),
                    config={"memory_limit": settings.memory_limit},
                ) as connection:
                    connection.execute(BALLAST)
                company.examine(candidate)
                publish(candidate, company.register, options)
        except Exception as error:
            known = error if isinstance(error, EchelonError) else None
            known = known or out_of_resources(error)
            if known is None:
                raise
            print(known.to_json())
            return int(known.exit_code)
        return 0

    return work


WHOLE = Company(_land_whole, _refresh_whole)
PROTOCOL = Company(_land_protocol, _refresh_protocol)


def command(data_dir: Path, *arguments: str) -> Work:
    """Return work that runs the command line on a data directory."""

    def work() -> int:
        os.environ["ECHELON_DATA_DIR"] = str(data_dir)
        sys.argv = ["echelon", *arguments]
        echelon_main()
        return 0

    return work


def served(data_dir: Path) -> Work:
    """Return work that reads all that readers are served and says which release."""

    def work() -> int:
        release = current_release(data_dir)
        if release is not None:
            check_files(release, release.manifest())
            audit_file(release.database)
        print(json.dumps({"in_force": release.release_id if release else None}))
        return 0

    return work


def state(data_dir: Path) -> Work:
    """Return work that verifies every release and says what there is."""

    def work() -> int:
        kept = list_releases(data_dir)
        for release in kept:
            verify(data_dir, release.release_id)
        release = find_release(data_dir, verify(data_dir).release_id)
        candidates = candidates_dir(data_dir)
        record = {
            "in_force": release.release_id,
            "tables_sha256": sha256_of_record(release.manifest()["tables"]),
            "releases": [one.release_id for one in kept],
            "is_as_logged": {*kept_ids(data_dir)} == _on_disk(data_dir),
            "findings": [one.line() for one in examine(data_dir)],
            "candidates": [path.name for path in candidates.iterdir()],
        }
        print(json.dumps(record))
        return 0

    return work


def _on_disk(data_dir: Path) -> set[str]:
    return {path.name for path in releases_dir(data_dir).iterdir()}
