"""The real extracts, where they are, landed and released once per test run."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from company_sources import ROOT, SOURCES, source_of

from tests.command_line import echelon


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip a company's tests where its data are not."""
    for item in items:
        for company in SOURCES:
            is_about = (
                item.path.name == f"test_{company}_landing.py"
                or f"{company}_release" in getattr(item, "fixturenames", ())
            )
            if is_about and not source_of(company).is_dir():
                reason = (
                    f"no {company} data: set ECHELON_SHARED_DATA to their directory"
                )
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def landed(made_once: Callable) -> Callable[[str], duckdb.DuckDBPyConnection]:
    """Open a landed company; its tables are views by contract name."""
    opened: dict[str, duckdb.DuckDBPyConnection] = {}

    def open_company(company: str) -> duckdb.DuckDBPyConnection:
        if company not in opened:
            opened[company] = duckdb.connect()
            landing = landed_once(company, made_once) / "landing"
            for manifest in sorted(landing.glob("*/*/manifest.json")):
                for table, listed in json.loads(manifest.read_text())["tables"].items():
                    file = manifest.with_name(listed["file"])
                    reader = f"from '{file}'"
                    if file.suffix == ".csv":
                        reader = f"from read_csv('{file}', all_varchar=true)"
                    opened[company].execute(f"create view {table} as {reader}")
        return opened[company]

    return open_company


def landed_once(company: str, made_once: Callable) -> Path:
    """Land a company with the command of the README; its data directory."""

    def make(data_dir: Path) -> None:
        mapping = ROOT / "mappings" / f"{company}.yml"
        run(data_dir, "land", "--mapping", mapping, "--source", source_of(company))

    return made_once(f"{company}_landed", make)


@dataclass(frozen=True)
class Release:
    """The release in force in a data directory, read as a BI tool would."""

    data_dir: Path

    def query(self, sql: str) -> list[tuple]:
        path = self.data_dir / "current" / "published.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def figures(self, sql: str) -> dict:
        """Return the last column by the ones before it; a lone one is no tuple."""
        rows = self.query(sql)
        return {row[0] if len(row) == 2 else row[:-1]: row[-1] for row in rows}


def published(company: str, made_once: Callable) -> Release:
    """Refresh a landed company with the command of the README."""

    def make(data_dir: Path) -> None:
        landed = landed_once(company, made_once)
        shutil.copytree(landed, data_dir, copy_function=os.link, dirs_exist_ok=True)
        printed = run(data_dir, "refresh", "--json")
        summary = json.loads(printed.strip().splitlines()[-1])
        assert summary["exit_code"] == 0
        assert summary["gates"].get("failed", 0) == 0
        assert summary["gates"]["passed"] > 10

    return Release(made_once(f"{company}_release", make))


def run(data_dir: Path, *arguments: object) -> str:
    """Run ``echelon``; what it prints."""
    completed = echelon(data_dir, *arguments)
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


@pytest.fixture(scope="session")
def adventureworks_release(made_once: Callable) -> Release:
    return published("adventureworks", made_once)


@pytest.fixture(scope="session")
def scms_release(made_once: Callable) -> Release:
    return published("scms", made_once)
