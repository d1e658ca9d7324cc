"""A backup holds whole releases only and comes back byte for byte."""

import json
import os
import sys
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from echelon.audit import read_events
from echelon.errors import EchelonError, ExitCode
from echelon.hashing import sha256_of_file, sha256_of_record
from echelon.release import archive as archive_module
from echelon.release.archive import back_up
from echelon.release.backup_records import read_backups, records_dir
from echelon.release.doctor import examine
from echelon.release.drill import drill
from echelon.release.pins import pin
from echelon.release.restore import restore
from echelon.release.rollback import rollback
from echelon.release.store import current_release_id, list_releases, release_in_force
from echelon.release.verify import verify
from tests.unit.release.conftest import tiny_company

YEARS = 3653


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "archive"


@pytest.fixture
def elsewhere(tmp_path):
    return tmp_path / "elsewhere"


def ids(data_dir):
    return [release.release_id for release in list_releases(data_dir)]


def names(archive):
    return list(read_backups(archive).records)


def ask(data_dir):
    path = data_dir / "requests" / "C-0123456789ab.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text("{}")
    return path.relative_to(data_dir).as_posix()


def bytes_of(data_dir, *parts):
    return {
        path.relative_to(data_dir).as_posix(): sha256_of_file(path)
        for part in parts or ("landing", "releases", "requests")
        for path in (data_dir / part).rglob("*")
        if path.is_file()
    }


def test_backup_comes_back_on_an_empty_machine_byte_for_byte(two, archive, elsewhere):
    company = two
    first, second = ids(company.data_dir)
    (company.data_dir / "candidates" / "under_way").mkdir()
    ask(company.data_dir)
    report = back_up(company.data_dir, archive, YEARS)
    assert report.releases == [first, second]
    restored = restore(archive, elsewhere)
    assert (restored.current, restored.releases) == (second, [first, second])
    assert bytes_of(elsewhere) == bytes_of(company.data_dir)
    assert not (elsewhere / "candidates").exists()
    assert [event.event for event in read_events(elsewhere)] == [
        *["announced", "published"] * 2,
        "restored",
    ]
    assert rollback(elsewhere, first).is_current


def test_second_backup_copies_only_what_is_new(two, archive):
    company = two
    first = back_up(company.data_dir, archive, YEARS)
    # A file that lies in several places is kept once.
    kept = list((archive / "files").glob("*/*"))
    assert (
        first.copied_files == len(kept) == len({*bytes_of(archive, "files").values()})
    )
    again = back_up(company.data_dir, archive, YEARS)
    # The log alone: it tells of the first backup.
    assert (again.files, again.copied_files) == (first.files, 1)


def test_older_release_comes_back_from_the_backup_that_holds_it(
    two, archive, elsewhere
):
    first, _ = ids(two.data_dir)
    back_up(two.data_dir, archive, YEARS)
    assert restore(archive, elsewhere, first).current == first
    assert verify(elsewhere).release_id == first


def test_damaged_release_is_not_backed_up(two, archive):
    company, release = two, list_releases(two.data_dir)[0]
    release.database.chmod(0o644)
    release.database.write_bytes(b"")
    with pytest.raises(EchelonError) as refusal:
        back_up(company.data_dir, archive, YEARS)
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert names(archive) == []


def _lose(data_dir, name):
    (data_dir / "landing" / name).unlink()


def _change(data_dir, name):
    (data_dir / "landing" / name).write_text("account_id\n")


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (_lose, "gl/gl-0001/gl__journal_lines.csv"),
        (_change, "gl/gl-0001/gl__accounts.csv"),
        (_lose, "gl/gl-0001/manifest.json"),
    ],
    ids=["gone", "changed", "no_longer_complete"],
)
def test_release_without_what_it_was_made_of_is_not_backed_up(
    two, archive, elsewhere, spoil, name
):
    sound = back_up(two.data_dir, archive, YEARS).backup
    spoil(two.data_dir, name)
    with pytest.raises(EchelonError, match=r"landing/gl/gl-0001") as refusal:
        back_up(two.data_dir, archive, YEARS)
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert refusal.value.fault.code == "delivery_damaged"
    assert restore(archive, elsewhere).backup == sound


def _flip_a_byte(archive):
    path = max((archive / "files").glob("*/*"), key=lambda p: p.stat().st_size)
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _leave_a_file_out_of_the_record(archive):
    [path] = records_dir(archive).glob("*.json")
    record = json.loads(path.read_text())
    record["files"].popitem()
    path.write_text(json.dumps(record))


def _lose_a_file(archive):
    max((archive / "files").glob("*/*"), key=lambda p: p.stat().st_size).unlink()


def _forge(archive, edit):
    """Write the newest record anew under the hash that it then has."""
    path = records_dir(archive) / f"{names(archive)[-1]}.json"
    record = json.loads(path.read_text())
    edit(record)
    path.unlink()
    name = f"{record.get('made_at')}-{sha256_of_record(record)[:12]}.json"
    (records_dir(archive) / name).write_text(json.dumps(record))


def _lead_out(archive):
    def edit(record):
        record["files"]["../../outside.txt"] = record["files"].pop("audit/audit.jsonl")

    _forge(archive, edit)


def _be_the_pointer(archive):
    def edit(record):
        record["files"]["current/x"] = record["files"].pop("audit/audit.jsonl")

    _forge(archive, edit)


def _name_no_files(archive):
    _forge(archive, lambda record: record.pop("files"))


@pytest.mark.parametrize(
    "spoil",
    [
        _flip_a_byte,
        _lose_a_file,
        _leave_a_file_out_of_the_record,
        _lead_out,
        _be_the_pointer,
        _name_no_files,
    ],
)
def test_damaged_backup_puts_nothing_in_force(two, archive, elsewhere, spoil):
    back_up(two.data_dir, archive, YEARS)
    spoil(archive)
    with pytest.raises(EchelonError) as refusal:
        restore(archive, elsewhere)
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert refusal.value.fault.code == "backup_damaged"
    assert current_release_id(elsewhere) is None
    assert not (elsewhere.parent / "outside.txt").exists()


@pytest.mark.parametrize("spoil", [_flip_a_byte, _lose_a_file])
def test_the_next_backup_makes_a_damaged_archive_whole(two, archive, elsewhere, spoil):
    back_up(two.data_dir, archive, YEARS)
    spoil(archive)
    back_up(two.data_dir, archive, YEARS)
    assert restore(archive, elsewhere).releases == ids(two.data_dir)


def test_an_archive_in_the_data_directory_is_refused(two):
    with pytest.raises(EchelonError) as refusal:
        back_up(two.data_dir, two.data_dir / "backup", YEARS)
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert refusal.value.fault.code == "archive_inside"


def test_an_archive_of_another_data_directory_is_refused(two, archive, tmp_path):
    own = back_up(two.data_dir, archive, YEARS).backup
    another = tiny_company(tmp_path / "another")
    another.release()
    with pytest.raises(EchelonError, match="of another data directory") as refusal:
        back_up(another.data_dir, archive, YEARS)
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert names(archive) == [own]


def test_a_restored_data_directory_goes_on_with_its_archive(two, archive, elsewhere):
    back_up(two.data_dir, archive, YEARS)
    restore(archive, elsewhere)
    newest = back_up(elsewhere, archive, YEARS).backup
    assert names(archive)[-1] == newest


def test_restore_never_writes_over_anything(two, archive):
    company, release = two, list_releases(two.data_dir)[-1]
    back_up(company.data_dir, archive, YEARS)
    with pytest.raises(EchelonError, match="is here already") as refusal:
        restore(archive, company.data_dir)
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert current_release_id(company.data_dir) == release.release_id


def test_backups_past_their_retention_go_except_what_is_pinned(two, archive):
    company, first = two, ids(two.data_dir)[0]
    old = back_up(company.data_dir, archive, YEARS).backup
    assert back_up(company.data_dir, archive, 0).removed_backups == [old]
    pin(company.data_dir, first, "audit 2026")
    assert back_up(company.data_dir, archive, 0).removed_backups == []
    assert len(names(archive)) == 2


def _cut_short(archive, name):
    path = records_dir(archive) / f"{name}.json"
    path.write_text(path.read_text()[:100])
    return path


def _add_a_stray(archive, _):
    path = records_dir(archive) / "._x.json"
    path.write_bytes(b"\x00\x05\x16\x07")
    return path


@pytest.mark.parametrize("spoil", [_cut_short, _add_a_stray])
def test_a_file_that_is_no_record_is_named_and_passed_over(
    two, archive, elsewhere, spoil
):
    first = back_up(two.data_dir, archive, YEARS).backup
    stray = spoil(archive, first)
    report = back_up(two.data_dir, archive, 0)
    assert report.passed_over == [stray.name]
    # What a damaged record needs is not known, so nothing goes.
    assert (report.removed_backups, stray.exists()) == ([], True)
    assert read_events(two.data_dir)[-1].details == {"backup": report.backup}
    restored = restore(archive, elsewhere)
    assert (restored.backup, restored.passed_over) == (report.backup, [stray.name])


def test_a_damaged_newest_record_leaves_the_one_before_it(two, archive, elsewhere):
    first = back_up(two.data_dir, archive, YEARS).backup
    newest = back_up(two.data_dir, archive, YEARS).backup
    _cut_short(archive, newest)
    with pytest.raises(EchelonError, match="no readable record") as refusal:
        restore(archive, elsewhere, backup=newest)
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert restore(archive, elsewhere).backup == first


def test_the_newest_backup_is_the_last_taken_whatever_the_clock_said(
    two, archive, elsewhere, monkeypatch
):
    class Ahead(datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + timedelta(days=5000)

    with monkeypatch.context() as wrong:
        wrong.setattr(archive_module, "datetime", Ahead)
        ahead = back_up(two.data_dir, archive, YEARS * 9).backup
    last = back_up(two.data_dir, archive, YEARS).backup
    assert ahead > last
    assert names(archive) == [ahead, last]
    assert restore(archive, elsewhere).backup == last


def _without_a_delivered_file(record):
    del record["files"]["landing/gl/gl-0001/gl__accounts.csv"]


def test_a_backup_that_cannot_be_restored_leaves_room_for_the_one_before(
    two, archive, elsewhere
):
    first = back_up(two.data_dir, archive, YEARS).backup
    back_up(two.data_dir, archive, YEARS)
    _forge(archive, _without_a_delivered_file)
    with pytest.raises(EchelonError, match=r"gl__accounts\.csv is gone") as refusal:
        restore(archive, elsewhere)
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert f"--backup {first}" in str(refusal.value.fault.hint)
    assert current_release_id(elsewhere) is None
    assert restore(archive, elsewhere, backup=first).backup == first


def test_a_restore_stopped_between_its_renames_is_finished_by_the_doctor(
    two, archive, elsewhere, monkeypatch
):
    back_up(two.data_dir, archive, YEARS)

    def rename(path, target):
        if path.name == "releases":
            raise KeyboardInterrupt
        return os.rename(path, target)

    with monkeypatch.context() as stopped:
        stopped.setattr(Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            restore(archive, elsewhere)
    for attempt in (partial(restore, archive), release_in_force):
        with pytest.raises(EchelonError, match=r"doctor --repair"):
            attempt(elsewhere)
    [finding] = examine(elsewhere, repair=True)
    assert (finding.code, finding.is_repaired) == ("restore_unfinished", True)
    assert bytes_of(elsewhere) == bytes_of(two.data_dir)
    assert verify(elsewhere).release_id == ids(two.data_dir)[-1]


def test_a_backup_is_restored_by_its_name(two, archive, elsewhere):
    first = back_up(two.data_dir, archive, YEARS).backup
    newest = back_up(two.data_dir, archive, YEARS).backup
    with pytest.raises(EchelonError, match=newest) as refusal:
        restore(archive, elsewhere, backup="another")
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert restore(archive, elsewhere, backup=first).backup == first


def test_drill_prints_what_came_back_how_soon_and_what_did_not(two, archive):
    company = two
    report = drill(company.data_dir, None, YEARS)
    assert (report.rpo_releases, report.unequal_files) == ([], [])
    assert report.restored.rto_seconds > 0
    back_up(company.data_dir, archive, YEARS)
    company.deliver("erp-0003")
    third = company.release().release_id
    assert drill(company.data_dir, archive, YEARS).rpo_releases == [third]


def test_drill_counts_what_came_after_the_backup(two, archive):
    back_up(two.data_dir, archive, YEARS)
    asked = ask(two.data_dir)
    landed = two.deliver("erp-0009").relative_to(two.data_dir).as_posix()
    report = drill(two.data_dir, archive, YEARS)
    assert report.rpo_releases == []
    assert report.unequal_files == [f"{landed}/manifest.json", asked]


def test_drill_removes_what_a_killed_one_left(two):
    left = two.data_dir.with_name(f".{two.data_dir.name}.drill")
    (left / "data" / "releases").mkdir(parents=True)
    (left / "data" / "releases" / "customers").write_text("canary")
    beside = {*two.data_dir.parent.iterdir()} - {left}
    assert drill(two.data_dir, None, YEARS).unequal_files == []
    assert {*two.data_dir.parent.iterdir()} == beside


def test_drill_says_that_its_restore_was_killed(two, tmp_path, monkeypatch):
    killed = tmp_path / "killed"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(killed))
    with pytest.raises(EchelonError, match="ended by signal 9") as refusal:
        drill(two.data_dir, None, YEARS)
    assert refusal.value.exit_code is ExitCode.RESOURCES
