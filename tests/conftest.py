"""Companies that cost a refresh are made once, whichever worker needs them first."""

import os
import shutil

import pytest
from filelock import FileLock
from hypothesis import settings

from tests.command_line import echelon

# Properties are about what is found: a busy machine may take its time.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items):
    """Leave the small modules for the end: no worker waits for another's long one."""
    items.sort(key=lambda item: item.nodeid.startswith("tests/unit/"))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Fill a directory by ``make(directory)`` once per test run and return it."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # the workers' own directories lie in it

    def directory(name, make):
        target, done = root / name, root / f"{name}.made"
        with FileLock(root / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(target, ignore_errors=True)
                target.mkdir()
                make(target)
                done.touch()
        return target

    return directory


@pytest.fixture(scope="session")
def sample_company(made_once):
    """Data directory of the small sample company, landed: for reading and copying."""

    return made_once("sample_company", write_sample("small"))


def write_sample(size):
    """Say how the sample company of a size is written into a directory."""

    def make(directory):
        completed = echelon(directory, "sample", "--size", size, "--seed", 7)
        assert completed.returncode == 0, completed.stderr

    return make
