"""What goes is what nobody needs: not in force, not pinned, not open, not followed."""

import subprocess
import sys

import pytest

from echelon.audit import read_events
from echelon.errors import EchelonError, ExitCode
from echelon.release.pins import pin, pinned_ids, unpin
from echelon.release.retention import clean_releases
from echelon.release.rollback import rollback
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


def test_unknown_release_cannot_be_pinned(four):
    with pytest.raises(EchelonError) as refusal:
        pin(four.data_dir, "2020-01-01-abc", "audit")
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
