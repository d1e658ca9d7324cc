"""A released sample company, made once by the commands of the README."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.command_line import echelon
from tests.conftest import write_sample
from tests.refresh.growing_company import AS_OF, MONTHS, land_until

ECHELON = Path(sys.executable).with_name("echelon")


@dataclass(frozen=True)
class Company:
    """A data directory and the command line over it."""

    data_dir: Path

    def run(self, *arguments, **environment):
        """Run ``echelon`` on it in this process."""
        return echelon(self.data_dir, *arguments, **environment)

    def run_apart(self, *arguments, **environment):
        """Run ``echelon`` on it as a user would: in a process of its own."""
        with self.start(*arguments, **environment) as process:
            printed, complained = process.communicate()
        return subprocess.CompletedProcess(
            process.args, process.returncode, printed, complained
        )

    def start(self, *arguments, **environment):
        """Start ``echelon`` on it in a process of its own."""
        return subprocess.Popen(
            [str(ECHELON), *map(str, arguments)],
            env={
                **os.environ,
                "ECHELON_DATA_DIR": str(self.data_dir),
                "OMP_NUM_THREADS": "1",
                **environment,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def in_force(self):
        """Return the id of the release that readers see."""
        pointer = self.data_dir / "current"
        return os.readlink(pointer).rsplit("/", 1)[-1] if pointer.is_symlink() else None

    def manifest(self):
        return json.loads((self.data_dir / "current" / "manifest.json").read_text())

    def query(self, sql):
        path = self.data_dir / "current" / "published.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def last_json(completed):
    return json.loads(completed.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def landed(sample_company):
    """The small sample company, landed and not refreshed."""
    return Company(sample_company)


@pytest.fixture(scope="session")
def released(landed, made_once):
    """The same company after its first refresh, and what the refresh printed."""

    return release_once(made_once, "released", landed)


@pytest.fixture(scope="session")
def tiny_landed(made_once):
    """The sample company with 300 customers: all its systems, a tenth of the work."""
    return Company(made_once("tiny_company", write_sample("tiny")))


@pytest.fixture(scope="session")
def tiny_released(tiny_landed, made_once):
    """The tiny company after its first refresh, and what the refresh printed."""
    return release_once(made_once, "tiny_released", tiny_landed)


def release_once(made_once, name, landed):
    """Refresh a copy of a company; return it and what the refresh printed."""

    def make(directory):
        company = copy_of(landed, directory)
        completed = company.run("refresh", "--json", ECHELON_KEEP_CANDIDATE="true")
        assert completed.returncode == 0, completed.stderr
        printed(directory).write_text(completed.stdout)

    directory = made_once(name, make)
    text = printed(directory).read_text().strip()
    return Company(directory), json.loads(text.splitlines()[-1])


@pytest.fixture(scope="session")
def growing(made_once):
    """A company of 120 customers after its first deliveries and refresh."""

    def make(directory):
        land_until(directory / "landing", MONTHS)
        completed = Company(directory).run("refresh", "--as-of", AS_OF)
        assert completed.returncode == 0, completed.stderr

    return Company(made_once("growing", make))


def printed(directory):
    """The file beside a company that keeps what its refresh printed."""
    return directory.with_suffix(".json")


@pytest.fixture
def another(tiny_released, tmp_path):
    """A copy of the tiny released company that a test may spoil."""
    return copy_of(tiny_released[0], tmp_path / "copy")


def copy_of(company, target):
    """Copy a data directory; hard links keep the copy of what never changes quick."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("landing", "releases"):
        if (company.data_dir / name).exists():
            shutil.copytree(
                company.data_dir / name, target / name, copy_function=os.link
            )
    # Linked, the log and the lock of one copy would be those of every copy.
    shutil.copytree(
        company.data_dir,
        target,
        symlinks=True,
        dirs_exist_ok=True,
        ignore=_left_out(company.data_dir),
    )
    return Company(target)


def _left_out(data_dir):
    top = shutil.ignore_patterns(
        "landing", "releases", "dagster", "candidates", ".refresh.*"
    )
    return lambda folder, names: top(folder, names) if Path(folder) == data_dir else ()
