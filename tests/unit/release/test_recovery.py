"""What is damaged is named; what can be put right without loss is, and is logged."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from echelon.audit import append_event, audit_log_path, read_events
from echelon.errors import EchelonError, ExitCode
from echelon.hashing import sha256_of_file
from echelon.release.doctor import examine
from echelon.release.lock import HOLDER_NAME
from echelon.release.recovery import heal
from echelon.release.retention import remove_tree
from echelon.release.store import current_release_id, list_releases
from echelon.release.verify import verify


def ids(company):
    return [release.release_id for release in list_releases(company.data_dir)]


def found(company, repair=False):
    return [(one.code, one.is_repaired) for one in examine(company.data_dir, repair)]


def damage(path, content=b"{}"):
    path.parent.chmod(0o755)
    path.chmod(0o644)
    path.write_bytes(content)


def _remove(company, pointer):
    pointer.unlink()


def _dangle(company, pointer):
    pointer.unlink()
    pointer.symlink_to("releases/2020-01-01-000000000000")


def _turn_into_a_file(company, pointer):
    pointer.unlink()
    pointer.write_text("releases")


def _turn_into_a_copy(company, pointer):
    target = pointer.resolve()
    pointer.unlink()
    shutil.copytree(target, pointer)


def _lead_elsewhere(company, pointer):
    elsewhere = company.data_dir / "elsewhere" / pointer.resolve().name
    shutil.copytree(pointer.resolve(), elsewhere)
    pointer.unlink()
    pointer.symlink_to(elsewhere)


def _lead_into_itself(company, pointer):
    pointer.unlink()
    pointer.symlink_to("current")


@pytest.mark.parametrize(
    "spoil",
    [
        _remove,
        _dangle,
        _turn_into_a_file,
        _turn_into_a_copy,
        _lead_elsewhere,
        _lead_into_itself,
    ],
)
def test_damaged_pointer_is_put_back_by_the_next_writer(two, spoil):
    spoil(two, two.data_dir / "current")
    assert [one.code for one in heal(two.data_dir)] == ["pointer_damaged"]
    assert current_release_id(two.data_dir) == ids(two)[-1]
    last = read_events(two.data_dir)[-1]
    assert (last.event, last.details["code"]) == ("repaired", "pointer_damaged")
    assert verify(two.data_dir).release_id == ids(two)[-1]
    assert found(two) == []


def test_interrupted_rollback_is_entered_as_one(two):
    first, second = ids(two)
    _point(two, first)
    assert found(two) == [("rollback_unentered", False)]
    assert [one.code for one in heal(two.data_dir)] == ["rollback_unentered"]
    last = read_events(two.data_dir)[-1]
    assert (last.event, last.release_id) == ("rolled_back", first)
    assert last.details["from"] == second


def test_line_of_the_log_without_an_end_is_cut_off(two):
    with audit_log_path(two.data_dir).open("ab") as log:
        log.write(b'{"at": "2026-')
    assert found(two) == [("audit_tail_torn", False)]
    assert found(two, repair=True) == [("audit_tail_torn", True)]
    assert found(two) == []
    assert [event.event for event in read_events(two.data_dir)] == [
        *["announced", "published"] * 2,
        "repaired",
    ]


def test_lost_log_stops_every_writer_and_loses_no_release(two):
    before = ids(two)
    audit_log_path(two.data_dir).unlink()
    with pytest.raises(EchelonError, match="audit events that are gone") as refusal:
        heal(two.data_dir)
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert found(two, repair=True)[0] == ("audit_log_cut", False)
    assert {path.name for path in (two.data_dir / "releases").iterdir()} == {*before}


def test_the_first_release_is_not_taken_for_a_planted_one_when_the_log_is_lost(company):
    company.release()
    before = ids(company)
    audit_log_path(company.data_dir).unlink()
    assert found(company, repair=True)[0] == ("audit_log_cut", False)
    assert {path.name for path in (company.data_dir / "releases").iterdir()} == {
        *before
    }


@pytest.mark.parametrize("files", [None, [], {"a.csv": None}, {"a.csv": {}}, {"a": []}])
def test_unknown_directory_among_the_releases_is_set_aside(two, files):
    manifest = json.loads((two.data_dir / "current" / "manifest.json").read_text())
    stray = two.data_dir / "releases" / "notes"
    stray.mkdir()
    del manifest["files"]
    if files is not None:
        manifest["files"] = files
    (stray / "manifest.json").write_text(json.dumps(manifest))
    assert found(two) == [("release_unknown", False)]
    assert found(two, repair=True) == [("release_unknown", True)]
    assert (two.data_dir / "damaged" / "notes").is_dir()
    assert found(two) == []


@pytest.mark.parametrize(
    ("event", "is_left"), [("retired", False), ("set_aside", True)]
)
def test_release_that_was_about_to_leave_leaves(two, event, is_left):
    first, second = ids(two)
    append_event(two.data_dir, event, first, {})
    assert found(two) == [("retirement_unfinished", False)]
    assert [one.code for one in heal(two.data_dir)] == ["retirement_unfinished"]
    assert [path.name for path in (two.data_dir / "releases").iterdir()] == [second]
    assert (two.data_dir / "damaged" / first).is_dir() == is_left


def test_damaged_release_in_force_is_replaced_by_the_newest_sound_one(two):
    first, second = ids(two)
    damage(two.data_dir / "releases" / second / "published.duckdb")
    assert found(two) == [("release_damaged", False)]
    assert found(two, repair=True) == [("release_damaged", True)]
    assert current_release_id(two.data_dir) == first
    assert ids(two) == [first]
    assert (two.data_dir / "damaged" / second / "manifest.json").is_file()
    assert verify(two.data_dir).release_id == first
    assert two.release().release_id == second
    assert found(two) == []


@pytest.mark.parametrize(
    "content",
    [b"{}", b"[]", b"\xff", b'{"as_of_date": 1}', b"[" * 200_000],
    ids=["empty", "list", "binary", "number", "deep"],
)
def test_damaged_manifest_of_an_older_release_stops_nobody(two, content):
    first, second = ids(two)
    damage(two.data_dir / "releases" / first / "manifest.json", content)
    two.deliver("erp-0003")
    third = two.release().release_id
    assert current_release_id(two.data_dir) == third
    assert found(two, repair=True) == [("release_damaged", True)]
    assert ids(two) == [second, third]


def test_damaged_manifest_of_the_release_in_force_stops_the_refresh(two):
    manifest = two.data_dir / "current" / "manifest.json"
    record = json.loads(manifest.read_text())
    del record["inputs"]
    damage(manifest.resolve(), json.dumps(record).encode())
    two.deliver("erp-0003")
    with pytest.raises(EchelonError) as refusal:
        two.candidate()
    assert refusal.value.exit_code is ExitCode.INTEGRITY


def forbid(monkeypatch, file):
    """Refuse to open a file, as to an account without the right to; root has it."""

    def refuse(path, *arguments, open_file=Path.open, **options):
        if path == file:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return open_file(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)


def test_delivery_that_cannot_be_read_hides_no_other_finding(two, monkeypatch):
    gl = two.data_dir / "landing/gl/gl-0001"
    forbid(monkeypatch, gl / "gl__accounts.csv")
    (gl / "gl__journal_lines.csv").unlink()
    codes = [("file_unreadable", False), ("delivery_damaged", False)]
    assert found(two, repair=True) == codes


def test_delivery_whose_manifest_cannot_be_read_is_not_well(two, monkeypatch):
    forbid(monkeypatch, two.data_dir / "landing/gl/gl-0001/manifest.json")
    assert found(two) == [("file_unreadable", False)]


def test_file_that_cannot_be_read_hides_no_other_finding(two, monkeypatch):
    first, second = ids(two)
    page = two.data_dir / "releases" / first / "gates.html"
    forbid(monkeypatch, page)
    damage(two.data_dir / "releases" / second / "published.duckdb")
    unread, damaged = examine(two.data_dir, repair=True)
    assert unread.line().startswith(f"file_unreadable: {page} cannot be read:")
    assert (damaged.code, damaged.is_repaired) == ("release_damaged", False)
    assert current_release_id(two.data_dir) == second


def test_only_release_damaged_asks_for_a_backup(company):
    company.release()
    damage((company.data_dir / "current" / "published.duckdb").resolve())
    [finding] = examine(company.data_dir, repair=True)
    assert not finding.is_repaired
    assert "echelon restore" in finding.line()


def test_lost_release_and_changed_delivery_are_named(two):
    first, _ = ids(two)
    remove_tree(two.data_dir / "releases" / first)
    (two.data_dir / "landing/gl/gl-0001/gl__accounts.csv").write_text("a\n")
    assert found(two, repair=True) == [
        ("release_lost", False),
        ("delivery_damaged", False),
    ]


def test_candidate_of_a_published_release_goes_unless_it_is_kept(two):
    _, second = ids(two)
    left = two.data_dir / "candidates" / second
    left.mkdir()
    (left / "candidate.json").write_text("{}")
    (left / ".kept").touch()
    assert found(two) == []
    (left / ".kept").unlink()
    assert found(two, repair=True) == [("candidate_left", True)]
    refused = left.with_name("2026-01-31-000000000000")
    left.mkdir(parents=True)
    left.rename(refused)
    (refused / "candidate.json").write_text("{}")
    assert found(two) == []


@pytest.mark.parametrize(
    "holder", ['{"pid": 99999999999999999999}', '{"pid": 1e400}', "[" * 200_000, "[]"]
)
def test_holder_that_is_no_process_is_named(two, holder):
    (two.data_dir / HOLDER_NAME).write_text(holder)
    assert found(two) == [("writer_killed", False)]


def test_manifest_that_names_no_countable_event_is_no_cut_log(two):
    _, planted = _planted(two)
    path = two.data_dir / "releases" / planted / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["audit_log"]["events"] = float("inf")
    damage(path, json.dumps(manifest).encode())
    assert heal(two.data_dir)[0].subject == planted


def test_publication_entered_without_its_manifest_vouches_for_none(two):
    _, second = ids(two)
    append_event(two.data_dir, "published", second, {})
    with pytest.raises(EchelonError) as finding:
        verify(two.data_dir)
    assert finding.value.fault.code == "manifest_changed"


def test_leftovers_of_a_killed_refresh_are_named_and_removed(two):
    left = two.data_dir / "candidates" / "2026-01-31-abc"
    left.mkdir()
    (two.data_dir / ".current.next").symlink_to("releases/none")
    gone = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(gone, 0)
    (two.data_dir / HOLDER_NAME).write_text(json.dumps({"pid": gone}))
    expected = ["writer_killed", "candidate_left", "pointer_unswapped"]
    assert found(two) == [(code, False) for code in expected]
    (two.data_dir / HOLDER_NAME).write_text(json.dumps({"pid": gone}))
    assert found(two, repair=True) == [(code, True) for code in expected]
    assert found(two) == []
    repaired = [e for e in read_events(two.data_dir) if e.event == "repaired"]
    assert [event.details["code"] for event in repaired] == expected


def _point(company, release_id):
    pointer = company.data_dir / "current"
    pointer.unlink()
    pointer.symlink_to(f"releases/{release_id}")


def _planted(company, name=None):
    """A whole release like the one in force, made by nobody, and the pointer to it."""
    model = (company.data_dir / "current").resolve()
    planted = model.with_name(name or f"{model.name[:-4]}beef")
    shutil.copytree(model, planted)
    path = planted / "manifest.json"
    manifest = {**json.loads(path.read_text()), "previous_release_id": model.name}
    damage(path, json.dumps(manifest).encode())
    _point(company, planted.name)
    return model.name, planted.name


def test_a_planted_release_is_named_and_taken_out_of_service(two):
    former, planted = _planted(two)
    assert found(two)[0] == ("release_unannounced", False)
    repaired = heal(two.data_dir)
    assert [one.code for one in repaired] == ["release_unannounced", "pointer_damaged"]
    assert repaired[0].subject == planted
    assert current_release_id(two.data_dir) == former
    assert (two.data_dir / "damaged" / planted).is_dir()
    last = read_events(two.data_dir)[-2:]
    assert [(event.event, event.release_id) for event in last] == [
        ("set_aside", planted),
        ("repaired", former),
    ]
    assert verify(two.data_dir).release_id == former
    assert found(two) == []


def test_a_planted_release_that_is_not_in_force_is_kept_as_evidence(two):
    former, planted = _planted(two)
    _point(two, former)
    assert [one.code for one in heal(two.data_dir)] == ["release_unknown"]
    assert (two.data_dir / "damaged" / planted).is_dir()


def test_a_planted_manifest_that_names_no_event_is_no_cut_log(two):
    former, planted = _planted(two)
    path = two.data_dir / "releases" / planted / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["audit_log"]
    damage(path, json.dumps(manifest).encode())
    assert heal(two.data_dir)[0].subject == planted
    assert current_release_id(two.data_dir) == former


def test_a_release_announced_with_another_manifest_was_not_announced(two):
    former, planted = _planted(two)
    details = {"manifest_sha256": "0" * 64}
    append_event(two.data_dir, "announced", planted, details)
    assert found(two)[0] == ("release_unannounced", False)
    assert heal(two.data_dir)[0].subject == planted
    assert current_release_id(two.data_dir) == former


@pytest.mark.parametrize("event", ["retired", "set_aside"])
def test_a_release_planted_under_an_id_that_has_left_is_no_rollback(two, event):
    first, second = ids(two)
    append_event(two.data_dir, event, first, {})
    remove_tree(two.data_dir / "releases" / first)
    _planted(two, first)
    assert found(two)[0] == ("release_unannounced", False)
    repaired = heal(two.data_dir)
    assert [one.code for one in repaired] == ["release_unannounced", "pointer_damaged"]
    assert current_release_id(two.data_dir) == second
    assert (two.data_dir / "damaged" / first).is_dir()
    assert ids(two) == [second]
    assert verify(two.data_dir).release_id == second
    assert found(two) == []


@pytest.mark.parametrize("file", ["manifest.json", "published.duckdb"])
def test_what_is_planted_under_a_retired_id_and_not_in_force_is_evidence(two, file):
    """Retention would remove the release that was retired; this is another one."""
    first, second = ids(two)
    append_event(two.data_dir, "retired", first, {})
    path = two.data_dir / "releases" / first / file
    damage(path, path.read_bytes() + b"\n")
    assert found(two) == [("release_unknown", False)]
    assert [one.code for one in heal(two.data_dir)] == ["release_unknown"]
    assert (two.data_dir / "damaged" / first / file).is_file()
    last = read_events(two.data_dir)[-1]
    assert (last.event, last.release_id) == ("set_aside", first)
    assert current_release_id(two.data_dir) == second
    assert found(two) == []


def test_a_kept_release_with_another_manifest_is_no_rollback(two):
    first, second = ids(two)
    path = two.data_dir / "releases" / first / "manifest.json"
    manifest = {**json.loads(path.read_text()), "base_currency_code": "USD"}
    damage(path, json.dumps(manifest).encode())
    _point(two, first)
    assert heal(two.data_dir)[0].code == "release_unannounced"
    assert current_release_id(two.data_dir) == second


def test_a_copy_of_an_announced_release_does_not_come_into_force_later(two):
    """It was announced, never entered, and another release was made since."""
    first, second = ids(two)
    copy = two.data_dir / "kept elsewhere"
    shutil.copytree(two.data_dir / "releases" / first, copy)
    late = f"{first[:-4]}beef"
    digest = sha256_of_file(copy / "manifest.json")
    append_event(two.data_dir, "announced", late, {"manifest_sha256": digest})
    copy.rename(two.data_dir / "releases" / late)
    _point(two, late)
    assert heal(two.data_dir)[0].code == "release_unannounced"
    assert current_release_id(two.data_dir) == second
