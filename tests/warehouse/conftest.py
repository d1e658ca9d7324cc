"""A tiny company, landed, loaded and built up to its features."""

import csv
import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from dagster_project.assets.dbt import (
    ASSET_KEYS,
    NODES,
    before_identity,
    before_segmentation,
)
from echelon.identity.resolution import FormerMatching, resolve_identities
from echelon.identity.settings import read_settings
from echelon.landing.contract import load_contracts
from echelon.landing.load import create_raw_schema, load_landing
from echelon.release.previous import write_previous_tables
from echelon.warehouse.build import build as build_nodes
from echelon.warehouse.nodes import select_nodes
from tests.warehouse.tiny_company import AS_OF, company_tables

PROJECT = Path(__file__).parents[2]
CONTRACTS = PROJECT / "contracts" / "landing"
PERIOD = "2025-01/2026-01"


def write_delivery(landing, system, tables, absent):
    """Write one delivery of a system: a CSV file per table and the manifest."""
    folder = landing / system / f"{system}-0001"
    folder.mkdir(parents=True)
    described = {}
    for name, rows in tables.items():
        file = folder / f"{name}.csv"
        with file.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        described[name] = {
            "file": file.name,
            "rows": len(rows),
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "control_totals": {},
        }
    manifest = {
        "manifest_version": 1,
        "company": "tiny",
        "system": system,
        "delivery_id": f"{system}-0001",
        "sequence": 1,
        "period": PERIOD,
        "time_zone": "UTC",
        "units": {"weight": "kg", "volume": "m3", "distance": "km"},
        "tables": described,
        "absent": dict.fromkeys(absent, "the tiny company has none"),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def load_company(landing, path):
    """Load the landed company into a warehouse ready for dbt."""
    contracts = load_contracts(CONTRACTS)
    tables = company_tables()
    for system in sorted({name.split("__")[0] for name in contracts}):
        own = [name for name in contracts if name.startswith(f"{system}__")]
        given = {name: tables[name] for name in own if name in tables}
        write_delivery(landing, system, given, [n for n in own if n not in given])
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw")
        write_previous_tables(connection, PROJECT, None)
        create_raw_schema(connection, contracts)
        load_landing(connection, landing, contracts, AS_OF)
        recorded_at = datetime.combine(date(2026, 1, 1), datetime.min.time(), UTC)
        connection.execute(
            """
            insert into raw.refresh_parameters by name
            select 'tiny' as release_id, ? as as_of_date,
                'EUR' as base_currency_code, ?::timestamp as recorded_at
            """,
            [AS_OF, recorded_at.replace(tzinfo=None)],
        )


def build(path, dbt_pass):
    """Build what a refresh builds in one of its dbt passes, tests included."""
    wanted = {name for name, key in ASSET_KEYS.items() if key in dbt_pass.keys}
    seeds = PROJECT / "dbt_project" / "seeds"
    with duckdb.connect(str(path)) as connection:
        for outcome in build_nodes(connection, select_nodes(NODES, wanted), seeds):
            assert outcome.failure is None, (outcome.node.name, outcome.failure)


def resolve_customers(path):
    """Write the schema identity as the step between the first two passes does."""
    with duckdb.connect(str(path)) as connection, duckdb.connect() as scratch:
        resolution = resolve_identities(
            connection, scratch, read_settings(), FormerMatching()
        )
        connection.execute("create schema identity")
        for name, frame in resolution.tables.items():
            connection.register("frame", frame)
            connection.execute(f"create table identity.{name} as select * from frame")
            connection.unregister("frame")


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory):
    """Path of a warehouse after the pass before the segmentation."""
    folder = tmp_path_factory.mktemp("tiny")
    path = folder / "warehouse.duckdb"
    load_company(folder / "landing", path)
    build(path, before_identity)
    resolve_customers(path)
    build(path, before_segmentation)
    return path


@pytest.fixture
def query(warehouse):
    """Answer a query with rows as dictionaries."""

    def ask(sql):
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return ask
