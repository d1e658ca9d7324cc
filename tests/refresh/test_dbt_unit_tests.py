"""The dbt project under dbt itself: its unit tests, and the tables it builds."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dagster_project.resources.compiled_project import INSTALLED_DIR

PROJECT = Path(__file__).parents[2] / "dbt_project"


@pytest.fixture(scope="module")
def warehouse(tiny_released):
    return Path(tiny_released[1]["candidate_dir"]) / "warehouse.duckdb"


@pytest.fixture(scope="module")
def built_by_dbt(warehouse, tmp_path_factory):
    """Let dbt test and build everything anew in a copy of a refresh's warehouse."""
    folder = tmp_path_factory.mktemp("dbt")
    shutil.copyfile(warehouse, folder / "warehouse.duckdb")
    (folder / "target").mkdir()
    for parsed in INSTALLED_DIR.glob("partial_parse.msgpack"):
        # Valid for the same environment only, hence the relative name below.
        shutil.copy(parsed, folder / "target")
    completed = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--no-use-colors",
            "build",
            "--exclude",
            "resource_type:test",
            "--project-dir",
            str(PROJECT),
            "--profiles-dir",
            str(PROJECT),
        ],
        env={
            **os.environ,
            "ECHELON_WAREHOUSE": "warehouse.duckdb",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return folder / "warehouse.duckdb", completed.stdout


def test_every_dbt_unit_test_passes(built_by_dbt):
    warehouse, printed = built_by_dbt
    report = json.loads((warehouse.parent / "target" / "run_results.json").read_text())
    statuses = {one["unique_id"]: one["status"] for one in report["results"]}
    assert set(statuses.values()) <= {"pass", "success", "no-op"}, printed[-3000:]
    tests = [unique_id for unique_id in statuses if unique_id.startswith("unit_test.")]
    assert len(tests) >= 200


def test_a_refresh_builds_the_very_tables_that_dbt_builds(warehouse, built_by_dbt):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as refreshed (read_only)")
        connection.execute(f"attach '{built_by_dbt[0]}' as rebuilt (read_only)")
        relations = connection.execute(
            """
            select schema_name || '.' || table_name
            from duckdb_tables()
            where database_name = 'refreshed'
            order by all
            """
        ).fetchall()
        assert len(relations) > 200
        different = [
            relation
            for (relation,) in relations
            if connection.execute(
                f"""
                select
                    (select count(*) from refreshed.{relation})
                    = (select count(*) from rebuilt.{relation})
                    and not exists (
                        from refreshed.{relation} except all from rebuilt.{relation}
                    )
                """
            ).fetchone()
            != (True,)
        ]
    assert different == []
