"""A frozen model and short ways to match a handful of records."""

import duckdb
import pyarrow as pa
import pytest

from echelon.identity.matching import MatchInputs, match_records
from echelon.identity.settings import MatchSettings, read_settings, settings_words
from tests.unit.identity.dirty_organisations import dirty_organisations


def as_records(rows):
    """Turn rows of dirty_organisations, or the like, into the matcher's records."""
    names = {
        "id": "identifier_key",
        "address": "address_line",
        "source": "source_system",
    }
    columns = {key for row in rows for key in row} - {"entity"}
    return pa.table(
        {
            names.get(key, key): pa.array([row.get(key) for row in rows], pa.string())
            for key in sorted(columns)
        }
    )


@pytest.fixture(scope="session")
def settings() -> MatchSettings:
    return read_settings().content


@pytest.fixture(scope="session")
def words():
    return settings_words(read_settings())


@pytest.fixture(scope="session")
def run(settings, words):
    """Match rows: run(rows, former=(model, known), threads=2, **settings changes)."""

    def match(
        rows, former=(None, None), threads=2, links=None, decisions=None, **changes
    ):
        inputs = {"records": as_records(rows), "words": words}
        if links is not None:
            inputs["links"] = links
        if decisions is not None:
            inputs["decisions"] = decisions
        used = settings.model_copy(update=changes)
        with duckdb.connect(config={"threads": threads}) as connection:
            return match_records(connection, MatchInputs(**inputs), used, former)

    return match


@pytest.fixture(scope="session")
def organisations():
    return dirty_organisations(150, seed=3)


@pytest.fixture(scope="session")
def trained(run, organisations):
    return run(organisations)


def clusters_of(outcome):
    """Return cluster_key by identifier_key."""
    table = outcome.clusters
    return dict(
        zip(
            table["identifier_key"].to_pylist(),
            table["cluster_key"].to_pylist(),
            strict=True,
        )
    )
