"""A refresh killed between any two steps of the protocol."""

import os
import signal
import subprocess
import sys

import pytest

from echelon.release.candidate import load_candidate, open_candidate
from echelon.release.publish import publish
from echelon.release.store import current_release_id, list_releases, open_release
from echelon.release.verify import verify

# The protocol's own steps, run one by one; the process stops itself for good after the
# last one named, as a power cut or `kill -9` would.
DRIVER = """
import os, signal, sys
from dataclasses import dataclass
from pathlib import Path
from echelon.release.candidate import load_candidate
from echelon.release.controls import Register
from echelon.release.lock import refresh_lock
from echelon.release.publish import enter_release, place_release
from echelon.release.staging import stage_release
from echelon.release.store import swap_pointer

@dataclass(frozen=True)
class Gate:
    name: str = "reconciled"
    stage: str = "marts"
    is_critical: bool = True
    examines: tuple = ("core.fct_cost_to_serve", "core.dim_segments")
    requires: tuple = ()

candidate = load_candidate(Path(sys.argv[1]))
steps = [
    lambda: globals().update(staged=stage_release(candidate, Register([Gate()]))),
    lambda: place_release(candidate, staged),
    lambda: swap_pointer(candidate.data_dir, candidate.release_id),
    lambda: enter_release(candidate),
]
with refresh_lock(candidate.data_dir):
    for step in steps[: int(sys.argv[2])]:
        step()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("steps", "is_published"),
    [(0, False), (1, False), (2, False), (3, True), (4, True)],
    ids=["opened", "staged", "placed", "swapped", "entered"],
)
def test_kill_leaves_a_release_in_force_and_the_next_refresh_heals(
    company, steps, is_published
):
    former = company.release()
    company.deliver("erp-0002")
    candidate = company.candidate()
    company.examine(candidate)
    killed = subprocess.run(
        [sys.executable, "-c", DRIVER, str(candidate.directory), str(steps)],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert killed.returncode == -signal.SIGKILL

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
    subprocess.run(
        [sys.executable, "-c", DRIVER, str(candidate.directory), "2"],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (company.data_dir / "releases" / candidate.release_id).is_dir()
    assert company.release().release_id == candidate.release_id


def test_lock_of_a_killed_refresh_is_free(company):
    candidate = company.candidate()
    subprocess.run(
        [sys.executable, "-c", DRIVER, str(candidate.directory), "0"],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert open_candidate(company.data_dir, company.inputs()).release_id


def test_publishing_again_from_a_candidate_read_back_from_disk_works(company):
    candidate = company.candidate()
    company.examine(candidate)
    assert publish(load_candidate(candidate.directory), company.register).is_current
