"""A refresh killed between any two steps of the protocol."""

import os
import signal
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

from echelon.release.candidate import load_candidate, open_candidate
from echelon.release.controls import Register
from echelon.release.lock import refresh_lock
from echelon.release.publish import (
    announce_release,
    enter_release,
    place_release,
    publish,
)
from echelon.release.staging import stage_release
from echelon.release.store import (
    current_release_id,
    list_releases,
    open_release,
    swap_pointer,
)
from echelon.release.verify import verify

# Each process is forked from one that has imported what costs seconds.
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload(["echelon.release.publish"])


@dataclass(frozen=True)
class Gate:
    name: str = "reconciled"
    stage: str = "marts"
    is_critical: bool = True
    examines: tuple[str, ...] = ("core.fct_cost_to_serve", "core.dim_segments")
    requires: tuple[str, ...] = ()


def run_steps(directory: Path, count: int) -> None:
    """Run the protocol's own steps one by one, then stop for good.

    As a power cut or ``kill -9`` would stop it.
    """
    candidate = load_candidate(directory)
    staged = []
    steps = [
        lambda: staged.append(stage_release(candidate, Register([Gate()]))),
        lambda: announce_release(candidate, staged[0]),
        lambda: place_release(candidate, staged[0]),
        lambda: swap_pointer(candidate.data_dir, candidate.release_id),
        lambda: enter_release(candidate),
    ]
    with refresh_lock(candidate.data_dir):
        for step in steps[:count]:
            step()
        os.kill(os.getpid(), signal.SIGKILL)


def kill_after(candidate, count: int) -> None:
    """Run the first steps of publishing a candidate in a process that is killed."""
    process = PROCESSES.Process(target=run_steps, args=(candidate.directory, count))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("steps", "is_published"),
    [(0, False), (1, False), (2, False), (3, False), (4, True), (5, True)],
    ids=["opened", "staged", "announced", "placed", "swapped", "entered"],
)
def test_kill_leaves_a_release_in_force_and_the_next_refresh_heals(
    company, steps, is_published
):
    former = company.release()
    company.deliver("erp-0002")
    candidate = company.candidate()
    company.examine(candidate)
    kill_after(candidate, steps)

    expected = candidate.release_id if is_published else former.release_id
    assert current_release_id(company.data_dir) == expected
    with open_release(company.data_dir) as connection:
        assert (
            connection.execute("from governance.dim_releases").fetchall()[0][0]
            == expected
        )

    company.deliver("erp-0003")
    following = company.release()
    kept = [release.release_id for release in list_releases(company.data_dir)]
    assert kept == list(
        dict.fromkeys([former.release_id, expected, following.release_id])
    )
    assert verify(company.data_dir, expected).release_id == expected
    assert list((company.data_dir / "candidates").iterdir()) == []


def test_refresh_interrupted_before_the_swap_can_be_repeated_as_it_was(company):
    candidate = company.candidate()
    company.examine(candidate)
    kill_after(candidate, 3)
    assert (company.data_dir / "releases" / candidate.release_id).is_dir()
    assert company.release().release_id == candidate.release_id


def test_lock_of_a_killed_refresh_is_free(company):
    candidate = company.candidate()
    kill_after(candidate, 0)
    assert open_candidate(company.data_dir, company.inputs()).release_id


def test_publishing_again_from_a_candidate_read_back_from_disk_works(company):
    candidate = company.candidate()
    company.examine(candidate)
    assert publish(load_candidate(candidate.directory), company.register).is_current
