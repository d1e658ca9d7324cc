import json
from pathlib import Path

import duckdb
import pytest
import yaml

CONTRACTS = Path(__file__).parents[3] / "contracts" / "landing"


@pytest.fixture(scope="package")
def company(sample_company):
    return sample_company


@pytest.fixture(scope="package")
def contracts():
    documents = [yaml.safe_load(path.read_text()) for path in CONTRACTS.glob("*.yml")]
    tables = {table["name"]: table for doc in documents for table in doc["schema"]}
    for table in tables.values():
        # The sample's systems do not say when a row last changed.
        table["properties"] = [
            column for column in table["properties"] if column["name"] != "updated_on"
        ]
    return tables


@pytest.fixture(scope="package")
def manifests(company):
    paths = sorted((company / "landing").glob("*/*/manifest.json"))
    return {path.parent: json.loads(path.read_text()) for path in paths}


@pytest.fixture(scope="package")
def db(company, manifests, contracts):
    """Every delivered table, CSV cast by its contract, and the truth tables."""
    connection = duckdb.connect()
    for directory, manifest in manifests.items():
        for name, entry in manifest["tables"].items():
            path = directory / entry["file"]
            source = f"read_csv('{path}', all_varchar = true, header = true)"
            if path.suffix == ".parquet":
                source = f"read_parquet('{path}')"
            columns = ", ".join(
                f'cast("{column["name"]}" as {column["physicalType"]}) '
                f'as "{column["name"]}"'
                for column in contracts[name]["properties"]
            )
            connection.execute(f"create table {name} as select {columns} from {source}")
    for path in (company / "truth").glob("*.csv"):
        connection.execute(
            f"create table truth_{path.stem} as select * "
            f"from read_csv('{path}', all_varchar = true, header = true)"
        )
    yield connection
    connection.close()


@pytest.fixture(scope="package")
def rows(db):
    """Run a query and fetch every row."""
    return lambda sql: db.execute(sql).fetchall()


@pytest.fixture(scope="package")
def one(db):
    """Run a query and fetch its only value."""
    return lambda sql: db.execute(sql).fetchall()[0][0]
