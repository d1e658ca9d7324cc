"""What goes is what nobody needs: not in force, not pinned, not open, not followed."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from echelon.audit import read_events
from echelon.errors import EchelonError, ExitCode
from echelon.release.pins import pin, pinned_ids, unpin
from echelon.release.publish import publish
from echelon.release.recovery import heal
from echelon.release.retention import clean_leftovers, clean_releases
from echelon.release.rollback import rollback
from echelon.release.staging import PublishOptions
from echelon.release.store import list_releases

READ = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.read()
"""


def ids(company):
    return [release.release_id for release in list_releases(company.data_dir)]


def test_the_newest_stay_with_what_they_were_made_from(four):
    first, *others = ids(four)
    assert clean_releases(four.data_dir, 2) == [first]
    assert ids(four) == others
    last = read_events(four.data_dir)[-1]
    assert (last.event, last.release_id) == ("retired", first)
    assert not (four.data_dir / "releases" / first).exists()


def test_the_release_in_force_stays_however_old(four):
    first, second, third, fourth = ids(four)
    rollback(four.data_dir, first)
    assert clean_releases(four.data_dir, 1) == [second]
    assert ids(four) == [first, third, fourth]


def test_pinned_release_stays_until_it_is_unpinned(four):
    first, second, *_ = ids(four)
    pin(four.data_dir, first, "audit 2026")
    assert pinned_ids(four.data_dir) == {first}
    assert clean_releases(four.data_dir, 1) == [second]
    with pytest.raises(EchelonError) as refusal:
        pin(four.data_dir, first, "again")
    assert refusal.value.exit_code is ExitCode.NOTHING_NEW
    unpin(four.data_dir, first, "audit closed")
    assert clean_releases(four.data_dir, 1) == [first]
    assert [event.event for event in read_events(four.data_dir)][8:] == [
        "pinned",
        "retired",
        "unpinned",
        "retired",
    ]


def test_release_somebody_has_open_stays_until_it_is_closed(four):
    first = list_releases(four.data_dir)[0]
    with subprocess.Popen(
        [sys.executable, "-c", READ, str(first.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout.readline() == "open\n"
        assert clean_releases(four.data_dir, 2) == []
        reader.stdin.close()
    assert clean_releases(four.data_dir, 2) == [first.release_id]


@pytest.mark.parametrize("place", ["releases", "candidates"])
def test_what_cannot_be_removed_is_left_to_the_next_refresh(
    four, place, monkeypatch, caplog
):
    first, second, *_ = ids(four)
    name = {"releases": first, "candidates": "left"}[place]
    nailed_down = four.data_dir / place / name
    nailed_down.mkdir(exist_ok=True)

    def refuse(path, mode, chmod=os.chmod, **options):
        if Path(path).is_relative_to(nailed_down):
            raise PermissionError(errno.EPERM, "not permitted", str(path))
        return chmod(path, mode, **options)

    monkeypatch.setattr(os, "chmod", refuse)
    four.deliver("erp-0005")
    candidate = four.candidate()
    four.examine(candidate)
    options = PublishOptions(keep_releases=3)
    assert publish(candidate, four.register, options).is_current
    assert f"{nailed_down} cannot be removed: [Errno 1] not permitted" in caplog.text
    assert nailed_down.is_dir()
    monkeypatch.undo()
    assert [one.code for one in heal(four.data_dir)] == []
    clean_releases(four.data_dir, 3)
    clean_leftovers(four.data_dir)
    assert not nailed_down.exists()
    assert ids(four)[0] == second


def test_unknown_release_cannot_be_pinned(four):
    with pytest.raises(EchelonError) as refusal:
        pin(four.data_dir, "2020-01-01-abc", "audit")
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
