"""Which inputs make a release, and are they the ones already published?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from echelon.hashing import (
    sha256_of_file,
    sha256_of_record,
    sha256_of_tree,
)
from echelon.landing.manifest import delivery_directories
from echelon.release.layout import landing_dir

LOGIC_DIRECTORIES = (
    "contracts",
    "dagster_project",
    "dbt_project",
    "echelon",
    "expectations",
    "matching",
    "models_ml",
)
LOGIC_SUFFIXES = frozenset({".py", ".sql", ".yml", ".yaml", ".md", ".json"})
NOT_LOGIC = frozenset({"__pycache__", "target", "logs", "dbt_packages"})
LOCK_FILE = "requirements.lock"


@dataclass(frozen=True)
class ReleaseInputs:
    """What a refresh is asked to make.

    Attributes:
        as_of_date: The day the release speaks of; no model reads a clock.
        base_currency_code: Currency of every ``_amount_base_ccy`` column.
        project_dir: Root of the source tree (holds ``dbt_project``).
        policy_dir: Policy files laid over the defaults and the delivered ones.
        seed: Seed of every fit.
        refit: Whether the segmentation is fitted anew instead of reused.
        retrain_matching: Whether the customer matcher is trained anew.
        take_over: Whether rows of the release in force may stand for allocating them
            again; no hash has it, as they are the same either way.
    """

    as_of_date: date
    base_currency_code: str
    project_dir: Path
    policy_dir: Path | None = None
    seed: int = 0
    refit: bool = False
    retrain_matching: bool = False
    take_over: bool = True


@dataclass(frozen=True)
class InputHashes:
    """SHA-256, in hex, of each kind of input.

    Attributes:
        deliveries: Every landed delivery.
        logic: Every source file that can change a result.
        policy: The seeds, and their column types, as assembled for the refresh.
        libraries: The lock file.
    """

    deliveries: str
    logic: str
    policy: str
    libraries: str

    @property
    def code(self) -> dict[str, str]:
        """The hashes of the code alone, as ``hash_code`` names them."""
        return {"logic": self.logic, "libraries": self.libraries}

    def is_same_code(self, manifest: Mapping[str, Any]) -> bool:
        """Say whether a manifest names this logic, these libraries and this engine."""
        made_of = manifest["inputs"]
        return (self.logic, self.libraries, duckdb.__version__) == (
            made_of["logic_sha256"],
            made_of["libraries_sha256"],
            manifest["engine"]["duckdb"],
        )

    def combined(self, inputs: ReleaseInputs) -> str:
        """Hash all inputs but the previous release; equal means nothing is new."""
        return sha256_of_record(
            {
                **asdict(self),
                "as_of_date": inputs.as_of_date.isoformat(),
                "base_currency_code": inputs.base_currency_code,
                "seed": inputs.seed,
                "refit": inputs.refit,
                "retrain_matching": inputs.retrain_matching,
            }
        )


def release_id_of(
    as_of_date: date, combined: str, previous_release_id: str | None
) -> str:
    """Name a release after its inputs: ``<as-of date>-<12 hex digits>``."""
    digest = sha256_of_record([combined, previous_release_id])
    return f"{as_of_date.isoformat()}-{digest[:12]}"


def hash_inputs(data_dir: Path, project_dir: Path, seeds_dir: Path) -> InputHashes:
    """Hash everything a refresh starts from, except the release in force.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree.
        seeds_dir: The assembled seeds.

    Returns:
        One hash per kind of input.
    """
    return InputHashes(
        deliveries=hash_deliveries(data_dir),
        policy=hash_policy(seeds_dir),
        **hash_code(project_dir),
    )


def hash_code(project_dir: Path) -> dict[str, str]:
    """Hash the ``logic`` and the ``libraries`` of a source tree."""
    lock_file = project_dir / LOCK_FILE
    return {
        "logic": sha256_of_tree(project_dir, _logic_files(project_dir)),
        "libraries": sha256_of_file(lock_file) if lock_file.exists() else "",
    }


def hash_policy(seeds_dir: Path) -> str:
    """Hash the assembled seeds."""
    return sha256_of_tree(seeds_dir, _files(seeds_dir))


def delivery_labels(data_dir: Path) -> tuple[str, ...]:
    """List what has landed as sorted ``<system>/<delivery_id>``."""
    landing = landing_dir(data_dir)
    directories = delivery_directories(landing)
    return tuple(sorted(path.relative_to(landing).as_posix() for path in directories))


def hash_deliveries(data_dir: Path) -> str:
    """Hash everything that has landed."""
    # The manifest holds the SHA-256 of its files, which the loader checks; sizes make
    # an edit of a landed file show up here without reading gigabytes.
    hashes = []
    for directory in delivery_directories(landing_dir(data_dir)):
        sizes = sorted((path.name, path.stat().st_size) for path in directory.iterdir())
        manifest = sha256_of_file(directory / "manifest.json")
        hashes.append(sha256_of_record([directory.parent.name, manifest, sizes]))
    return sha256_of_record(sorted(hashes))


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def _logic_files(project_dir: Path) -> list[Path]:
    files: list[Path] = []
    for name in LOGIC_DIRECTORIES:
        for path in (project_dir / name).rglob("*"):
            parts = path.relative_to(project_dir).parts
            if path.suffix in LOGIC_SUFFIXES and NOT_LOGIC.isdisjoint(parts):
                files.append(path)
    return sorted(files)
