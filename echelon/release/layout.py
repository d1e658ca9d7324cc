"""Where does everything of a release lie in the data directory?"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

MANIFEST_NAME = "manifest.json"
PUBLISHED_NAME = "published.duckdb"
ARTEFACTS_NAME = "artefacts"
POLICY_DIR_NAME = "policy"
SEGMENT_MODEL_NAME = "segment_model.json"
ASSIGNMENT_POLICY_NAME = "assignment_policy.json"
CANDIDATE_NAME = "candidate.json"
GATE_RECORD_NAME = "gate_results.jsonl"
KEPT_CANDIDATE_NAME = ".kept"
WAREHOUSE_NAME = "warehouse.duckdb"


def landing_dir(data_dir: Path) -> Path:
    """Return the directory of the immutable deliveries."""
    return data_dir / "landing"


def candidates_dir(data_dir: Path) -> Path:
    """Return the directory of refreshes under way."""
    return data_dir / "candidates"


def proposals_dir(data_dir: Path) -> Path:
    """Return the directory of the models that wait for approval."""
    return data_dir / "proposals"


def requests_dir(data_dir: Path) -> Path:
    """Return the directory of the changes that people asked for."""
    return data_dir / "requests"


def releases_dir(data_dir: Path) -> Path:
    """Return the directory of the published releases."""
    return data_dir / "releases"


def restoring_dir(data_dir: Path) -> Path:
    """Return the directory that a backup is copied to before it has its place."""
    return data_dir / ".restoring"


def damaged_dir(data_dir: Path) -> Path:
    """Return the directory of what was found damaged and taken out of service."""
    return data_dir / "damaged"


def pointer_path(data_dir: Path) -> Path:
    """Return the symbolic link that names the release in force."""
    return data_dir / "current"


def write_json(path: Path, record: dict[str, Any]) -> None:
    """Write a JSON object, sorted and indented, and force it to disk."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(record, indent=2, sort_keys=True) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def read_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file that has one JSON object a line, none if it is none.

    A line that is none, torn by a kill, counts as never written: publishing asks for
    every result by its name.
    """
    lines = path.read_bytes().splitlines() if path.exists() else ()
    for line in lines:
        with suppress(ValueError):
            yield json.loads(line)


def fsync_directory(path: Path) -> None:
    """Force a directory's entries to disk, so that a rename survives power loss."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
