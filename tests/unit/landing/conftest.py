"""Fixtures of the landing tests."""

import duckdb
import pytest
from landing_area import LandingArea


@pytest.fixture
def landing(tmp_path):
    with duckdb.connect() as connection:
        yield LandingArea(tmp_path / "landing", connection)
