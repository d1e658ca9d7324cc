"""Lands a further delivery of one table, changed by the test that asks for it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd


def land_changed(
    data_dir: Path, table: str, change: Callable[[pd.DataFrame], pd.DataFrame]
) -> Path:
    """Replace a system's delivery by one in which a single table was changed.

    Everything else of the delivery is kept, and its manifest is made to fit, so that
    only the content of the table is wrong. The table becomes a CSV file.

    Args:
        data_dir: Data directory; its deliveries must not be shared with another test.
        table: Contract table to change.
        change: Takes all cells as text, returns what to land.

    Returns:
        The changed file.
    """
    system = table.split("__", maxsplit=1)[0]
    delivery = next((data_dir / "landing" / system).iterdir())
    manifest = json.loads((delivery / "manifest.json").read_text())
    entry = manifest["tables"][table]
    path = delivery / entry["file"]
    frame = change(_as_text(path))
    path.unlink()
    path = path.with_suffix(".csv")
    path.write_text(frame.to_csv(index=False), encoding="utf-8")
    entry.update(
        file=path.name,
        rows=len(frame),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        control_totals={},
    )
    _replace(delivery / "manifest.json", json.dumps(manifest))
    return path


def drop_file(data_dir: Path, table: str) -> Path:
    """Remove a table's file and leave its manifest entry."""
    system = table.split("__", maxsplit=1)[0]
    delivery = next((data_dir / "landing" / system).iterdir())
    path = next(delivery.glob(f"{table}.*"))
    path.unlink()
    return path


def _as_text(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            query = "select columns(*)::varchar from read_parquet(?)"
            return connection.execute(query, [str(path)]).df().fillna("")
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _replace(path: Path, text: str) -> None:
    # The file may be a hard link into another test's directory.
    path.unlink()
    path.write_text(text, encoding="utf-8")


def copy_policy(target: Path) -> Path:
    """Copy the default policy for a test to edit."""
    source = Path(__file__).parents[2] / "dbt_project" / "seeds" / "policy"
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.yml"))
    return target
