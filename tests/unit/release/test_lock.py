import os
import subprocess
import sys

import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.release.candidate import open_candidate
from echelon.release.lock import HOLDER_NAME, refresh_lock

HOLD = """
import sys
from pathlib import Path
from echelon.release.lock import refresh_lock
with refresh_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_second_refresh_is_told_who_holds_the_lock(company):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(company.data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(EchelonError, match=f"process {holder.pid} ") as refusal:
            open_candidate(company.data_dir, company.inputs())
        assert refusal.value.exit_code is ExitCode.BUSY
        holder.stdin.close()
        holder.wait()
    assert open_candidate(company.data_dir, company.inputs())


def test_lock_can_be_taken_again_inside_the_process_that_holds_it(company):
    with refresh_lock(company.data_dir), refresh_lock(company.data_dir):
        assert open_candidate(company.data_dir, company.inputs())


@pytest.mark.parametrize("target", ["gone", "gl-0001"])
def test_lock_that_is_a_link_is_refused(company, target):
    (company.data_dir / ".refresh.lock").symlink_to(target)
    with (
        pytest.raises(EchelonError, match="the lock is a link") as refusal,
        refresh_lock(company.data_dir),
    ):
        pass
    assert refusal.value.exit_code is ExitCode.CONFIGURATION


def test_nothing_is_written_where_a_linked_holder_leads(company):
    elsewhere = company.data_dir.parent / "notes"
    elsewhere.write_text("mine")
    (company.data_dir / HOLDER_NAME).symlink_to(elsewhere)
    with refresh_lock(company.data_dir):
        assert not (company.data_dir / HOLDER_NAME).is_symlink()
    assert elsewhere.read_text() == "mine"
