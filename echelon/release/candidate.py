"""Where does a refresh do its work before anyone may see it?"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.inputs import (
    InputHashes,
    ReleaseInputs,
    delivery_labels,
    hash_inputs,
    release_id_of,
)
from echelon.release.layout import (
    ARTEFACTS_NAME,
    CANDIDATE_NAME,
    GATE_RECORD_NAME,
    WAREHOUSE_NAME,
    candidates_dir,
    releases_dir,
    write_json,
)
from echelon.release.lock import refresh_lock
from echelon.release.previous import (
    last_recorded_at,
    next_recorded_at,
    write_previous_tables,
)
from echelon.release.recovery import heal
from echelon.release.retention import clean_candidates, clean_leftovers, remove_tree
from echelon.release.seeds import assemble_seeds
from echelon.release.store import Release, current_release
from echelon.release.verify import check_inherited, check_manifest

ASSEMBLING_NAME = ".assembling"


@dataclass(frozen=True)
class Candidate:
    """A refresh under way.

    Attributes:
        release_id: The id it is published under if every gate passes.
        data_dir: Directory of everything a run writes.
        directory: The candidate's own directory.
        as_of_date: The day it speaks of.
        recorded_at: Moment its rows count as known, UTC.
        base_currency_code: Currency of every ``_amount_base_ccy`` column.
        seed: Seed of every fit.
        previous_release_id: The release in force when it was opened.
        hashes: SHA-256 of each kind of input.
        inputs_sha256: SHA-256 of all inputs but the previous release.
        deliveries: What had landed, ``<system>/<delivery_id>``.
        given_files: By seed file below ``seeds_dir`` the file it was copied from.
        refit: Whether the segmentation is fitted anew.
        retrain_matching: Whether the customer matcher is trained anew.
    """

    release_id: str
    data_dir: Path
    directory: Path
    as_of_date: date
    recorded_at: datetime
    base_currency_code: str
    seed: int
    previous_release_id: str | None
    hashes: InputHashes
    inputs_sha256: str
    deliveries: tuple[str, ...]
    given_files: Mapping[str, str]
    refit: bool
    retrain_matching: bool

    @property
    def warehouse(self) -> Path:
        """Path of the working database; only the refresh itself opens it."""
        return self.directory / WAREHOUSE_NAME

    @property
    def seeds_dir(self) -> Path:
        """Directory of the assembled seeds, which dbt reads."""
        return self.directory / "seeds"

    @property
    def artefacts_dir(self) -> Path:
        """Directory of fitted models and pictures; it becomes part of the release."""
        return self.directory / ARTEFACTS_NAME

    @property
    def gate_record(self) -> Path:
        """Path of the gate results, one JSON record a line."""
        return self.directory / GATE_RECORD_NAME

    @property
    def build_record(self) -> Path:
        """Path of what was built and tested, one JSON record a line."""
        return self.directory / "build_results.jsonl"


def open_candidate(data_dir: Path, inputs: ReleaseInputs) -> Candidate:
    """Open the working directory of a refresh and write what it starts from.

    Heals what an interrupted refresh left and removes other candidates. Run it inside
    ``refresh_lock`` and keep that lock until the refresh is over.

    Args:
        data_dir: Directory of everything a run writes.
        inputs: What the refresh is asked to make.

    Returns:
        The candidate; its warehouse holds ``raw.refresh_parameters`` and
        ``raw.previous_*``, and no connection to it is open.

    Raises:
        EchelonError: ``NOTHING_NEW`` when the release in force was made of these
            inputs, ``CONFIGURATION`` when it stands at a later date, ``INTEGRITY``
            when its files are no longer those published, ``BUSY`` when another process
            holds the lock.
    """
    data_dir = data_dir.resolve()
    with refresh_lock(data_dir):
        heal(data_dir)
        clean_leftovers(data_dir)
        with _assembling(data_dir) as assembling:
            seeds_dir = assembling / "seeds"
            given_files = assemble_seeds(
                data_dir, inputs.project_dir, inputs.policy_dir, seeds_dir
            )
            deliveries = delivery_labels(data_dir)
            hashes = hash_inputs(data_dir, inputs.project_dir, seeds_dir)
            current = _checked_release(data_dir, inputs)
            combined = hashes.combined(inputs)
            release_id = _new_release_id(data_dir, current, combined, inputs)
            if current is not None:
                check_inherited(data_dir, current)
            takes_over = (
                current is not None
                and inputs.take_over
                and hashes.is_same_code(current.manifest())
            )
            directory = _unused_directory(candidates_dir(data_dir) / release_id)
            assembling.rename(directory)
        candidate = Candidate(
            release_id=release_id,
            data_dir=data_dir,
            directory=directory,
            as_of_date=inputs.as_of_date,
            recorded_at=_write_start(
                directory, release_id, inputs, current, takes_over
            ),
            base_currency_code=inputs.base_currency_code,
            seed=inputs.seed,
            previous_release_id=current.release_id if current else None,
            hashes=hashes,
            inputs_sha256=combined,
            deliveries=deliveries,
            given_files=given_files,
            refit=inputs.refit,
            retrain_matching=inputs.retrain_matching,
        )
        write_json(directory / CANDIDATE_NAME, _record(candidate))
        clean_candidates(data_dir, keep=directory)
    return candidate


def load_candidate(directory: Path) -> Candidate:
    """Read back a candidate that ``open_candidate`` made."""
    directory = directory.resolve()
    record = json.loads((directory / CANDIDATE_NAME).read_text(encoding="utf-8"))
    return Candidate(
        **{
            **record,
            "data_dir": directory.parents[1],
            "directory": directory,
            "as_of_date": date.fromisoformat(record["as_of_date"]),
            "recorded_at": datetime.fromisoformat(record["recorded_at"]),
            "hashes": InputHashes(**record["hashes"]),
            "deliveries": tuple(record["deliveries"]),
        }
    )


def _new_release_id(
    data_dir: Path, current: Release | None, combined: str, inputs: ReleaseInputs
) -> str:
    if (
        current is not None
        and current.manifest()["inputs"]["inputs_sha256"] == combined
    ):
        raise _nothing_new(
            f"release {current.release_id} was made of these inputs",
            "there is nothing to do until something is delivered or changed",
        )
    previous_id = current.release_id if current else None
    release_id = release_id_of(inputs.as_of_date, combined, previous_id)
    refuse_rolled_back(data_dir, release_id)
    return release_id


def refuse_rolled_back(data_dir: Path, release_id: str) -> None:
    """Refuse to make a release that is kept and no longer in force.

    Args:
        data_dir: Directory of everything a run writes.
        release_id: The id of a candidate made from the release in force.

    Raises:
        EchelonError: ``NOTHING_NEW`` naming the command that puts it back in force.
    """
    if (releases_dir(data_dir) / release_id).exists():
        raise _nothing_new(
            f"release {release_id} was made of these inputs and rolled back",
            f"put it back in force with `echelon rollback {release_id}`",
        )


def _checked_release(data_dir: Path, inputs: ReleaseInputs) -> Release | None:
    """Return the release in force, if it may be followed by such a refresh."""
    current = current_release(data_dir)
    if current is not None:
        check_manifest(data_dir, current)
        _refuse_to_go_back(current, inputs)
    return current


def _refuse_to_go_back(current: Release, inputs: ReleaseInputs) -> None:
    """Refuse a date before that of the release in force: it would undo history."""
    if inputs.as_of_date >= current.as_of_date:
        return
    raise EchelonError(
        ExitCode.CONFIGURATION,
        Fault(
            code="as_of_before_release",
            message=f"as of {inputs.as_of_date} lies before {current.as_of_date}, the "
            f"date of release {current.release_id} in force",
            column="--as-of",
            rule="history is append-only: what a release recorded is not taken back",
            hint="name a later date; to look back, set ECHELON_DATA_DIR to another "
            "directory with the same landing",
        ),
    )


def _nothing_new(message: str, hint: str) -> EchelonError:
    fault = Fault(code="nothing_new", message=message, hint=hint)
    return EchelonError(ExitCode.NOTHING_NEW, fault)


@contextmanager
def _assembling(data_dir: Path) -> Iterator[Path]:
    """Make a directory that is gone again unless it was renamed into a candidate."""
    path = candidates_dir(data_dir) / ASSEMBLING_NAME
    if path.exists():
        remove_tree(path)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        if path.exists():
            remove_tree(path)


def _unused_directory(path: Path) -> Path:
    # A process that reopens a replaced path sees the old file, so a retry gets a new
    # path.
    attempt = 1
    unused = path
    while unused.exists():
        attempt += 1
        unused = path.with_name(f"{path.name}.{attempt}")
    return unused


def _write_start(
    directory: Path,
    release_id: str,
    inputs: ReleaseInputs,
    current: Release | None,
    takes_over: bool,
) -> datetime:
    as_of = datetime.combine(inputs.as_of_date, time())
    with duckdb.connect(str(directory / WAREHOUSE_NAME)) as connection:
        connection.execute("create schema raw")
        write_previous_tables(connection, inputs.project_dir, current, takes_over)
        last = None if current is None else last_recorded_at(connection, current)
        recorded_at = next_recorded_at(as_of, last)
        connection.execute(
            """
            create table raw.refresh_parameters (
                release_id varchar,
                as_of_date date,
                base_currency_code varchar,
                recorded_at timestamp
            )
            """
        )
        connection.execute(
            "insert into raw.refresh_parameters values (?, ?, ?, ?)",
            [release_id, inputs.as_of_date, inputs.base_currency_code, recorded_at],
        )
    return recorded_at


def _record(candidate: Candidate) -> dict[str, Any]:
    record = asdict(candidate)
    del record["data_dir"], record["directory"]
    record["as_of_date"] = candidate.as_of_date.isoformat()
    record["recorded_at"] = candidate.recorded_at.isoformat()
    return record
