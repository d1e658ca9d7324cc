"""The logic of the models on numbers small enough to verify by hand."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2] / "dbt_project"


def test_every_dbt_unit_test_passes(released, tmp_path):
    _, report = released
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copyfile(Path(report["candidate_dir"]) / "warehouse.duckdb", warehouse)
    completed = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--no-use-colors",
            "test",
            "--select",
            "test_type:unit",
            "--project-dir",
            str(PROJECT),
            "--profiles-dir",
            str(PROJECT),
        ],
        env={
            **os.environ,
            "ECHELON_WAREHOUSE": str(warehouse),
            "DBT_TARGET_PATH": str(tmp_path / "target"),
            "DBT_LOG_PATH": str(tmp_path / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    counts = re.search(r"PASS=(\d+) WARN=0 ERROR=0 SKIP=0", completed.stdout)
    assert counts is not None, completed.stdout[-3000:]
    assert int(counts[1]) >= 100
