"""The real extracts, where they are, landed once per test run."""

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from echelon.landing.land import land

ROOT = Path(__file__).parents[2]
SHARED_DATA = Path(os.environ.get("ECHELON_SHARED_DATA", ROOT.parent / "shared/data"))
SOURCES = {"adventureworks": "adventureworks", "scms": "scms_delivery_history"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip a company's tests where its data are not."""
    for item in items:
        for company, directory in SOURCES.items():
            if (
                f"test_{company}" in item.path.name
                and not (SHARED_DATA / directory).is_dir()
            ):
                reason = (
                    f"no {company} data: set ECHELON_SHARED_DATA to their directory"
                )
                item.add_marker(pytest.mark.skip(reason=reason))


def source_of(company: str) -> Path:
    """Where the raw files of a company are."""
    return SHARED_DATA / SOURCES[company]


@pytest.fixture(scope="session")
def landed(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], duckdb.DuckDBPyConnection]:
    """Land a company on first use; its tables are views by contract name."""
    opened: dict[str, duckdb.DuckDBPyConnection] = {}

    def open_company(company: str) -> duckdb.DuckDBPyConnection:
        if company not in opened:
            landing = tmp_path_factory.mktemp(company)
            mapping = ROOT / "mappings" / f"{company}.yml"
            connection = duckdb.connect()
            for delivery in land(mapping, source_of(company), landing):
                for table in delivery.rows:
                    file = next(delivery.path.glob(f"{table}.*"))
                    reader = f"from '{file}'"
                    if file.suffix == ".csv":
                        reader = f"from read_csv('{file}', all_varchar=true)"
                    connection.execute(f"create view {table} as {reader}")
            opened[company] = connection
        return opened[company]

    return open_company
