"""The real extracts, where they are, landed once per test run."""

from collections.abc import Callable

import duckdb
import pytest
from company_sources import ROOT, SOURCES, source_of

from echelon.landing.land import land


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip a company's tests where its data are not."""
    for item in items:
        for company in SOURCES:
            is_about = item.path.name == f"test_{company}_landing.py"
            if is_about and not source_of(company).is_dir():
                reason = (
                    f"no {company} data: set ECHELON_SHARED_DATA to their directory"
                )
                item.add_marker(pytest.mark.skip(reason=reason))


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
