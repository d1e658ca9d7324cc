"""A decision lands if, and only if, the audit log names it."""

import os

import pytest

from echelon.audit import read_events, seal_log
from echelon.decisions.landing import PolicyDecision, decision_lock, land_decision
from echelon.errors import EchelonError, ExitCode
from echelon.release.doctor import examine
from echelon.release.interrupted_decisions import decision_dir, scratch_dir
from echelon.release.recovery import heal
from echelon.release.verify import verify
from echelon.sealing import write_key

ROW = {"setting_name": "label", "setting_value": "a"}
DECISION = PolicyDecision("setting_decided", {"policy_settings": [ROW]}, {})


def land(company):
    return land_decision(company.data_dir, company.project_dir, DECISION)


def landed(company):
    policy = company.data_dir / "landing" / "policy"
    return sorted(path.name for path in policy.glob("*"))


def kill_before_it_lands(company):
    """Leave what a kill between the log's line and the rename leaves."""
    path = land(company)
    path.rename(scratch_dir(company.data_dir, path.name))
    return path


def events(company):
    return [event.event for event in read_events(company.data_dir)]


def test_a_decision_killed_after_it_was_entered_is_landed_by_the_next_refresh(two):
    path = kill_before_it_lands(two)
    with pytest.raises(EchelonError, match="the next refresh heals") as found:
        verify(two.data_dir)
    assert found.value.fault.code == "decision_changed"
    assert [one.code for one in examine(two.data_dir)] == ["decision_unlanded"]
    assert [one.code for one in heal(two.data_dir)] == ["decision_unlanded"]
    assert landed(two) == [path.name]
    assert events(two)[-2:] == ["setting_decided", "repaired"]
    assert verify(two.data_dir).decisions == 1


def test_a_decision_killed_before_it_was_entered_never_was(two):
    scratch = scratch_dir(two.data_dir, "tiny-decisions-0")
    scratch.mkdir(parents=True)
    (scratch / "policy_settings.csv").write_text("setting_name\n")
    assert [one.code for one in heal(two.data_dir)] == ["decision_unentered"]
    assert landed(two) == []


def test_a_decision_edited_after_it_was_entered_does_not_land(two):
    path = kill_before_it_lands(two)
    file = scratch_dir(two.data_dir, path.name) / "policy_settings.csv"
    file.chmod(0o644)
    file.write_text("setting_name,setting_value\nlabel,b\n")
    assert [one.code for one in heal(two.data_dir)] == ["decision_unentered"]
    assert landed(two) == []


def test_a_decision_tried_again_after_a_kill_lands_once(two):
    path = kill_before_it_lands(two)
    with pytest.raises(EchelonError, match="was decided already"):
        land(two)
    assert landed(two) == [path.name]


def _only_check(company, tmp_path, monkeypatch):
    write_key(tmp_path / "key")
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", str(tmp_path / "key"))
    seal_log(company.data_dir)
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", str(tmp_path / "key.pub"))


def _hold_another_key(company, tmp_path, monkeypatch):
    write_key(tmp_path / "key")
    monkeypatch.setenv("ECHELON_SIGNING_KEY_FILE", str(tmp_path / "key"))


def _lose_the_head(company, tmp_path, monkeypatch):
    head = tmp_path / "head" / "audit.head"
    head.parent.mkdir()
    monkeypatch.setenv("ECHELON_AUDIT_HEAD_FILE", str(head))
    seal_log(company.data_dir)
    (head.parent / ".audit.head.next").mkdir()


@pytest.mark.parametrize(
    ("spoil", "exit_code"),
    [
        (_only_check, ExitCode.CONFIGURATION),
        (_hold_another_key, ExitCode.INTEGRITY),
        (_lose_the_head, ExitCode.CONFIGURATION),
    ],
    ids=["public_key_only", "log_of_another_key", "head_unwritable"],
)
def test_a_decision_that_cannot_be_entered_does_not_land(
    two, tmp_path, monkeypatch, spoil, exit_code
):
    spoil(two, tmp_path, monkeypatch)
    before = events(two)
    with pytest.raises(EchelonError) as refusal:
        land(two)
    assert refusal.value.exit_code is exit_code
    assert (landed(two), events(two)) == ([], before)


def _add_a_directory(path):
    (path / "more").mkdir()


def _add_a_pipe(path):
    os.mkfifo(path / "more")


@pytest.mark.parametrize("spoil", [_add_a_directory, _add_a_pipe])
def test_a_decision_that_holds_more_than_files_was_changed(two, spoil):
    spoil(land(two))
    with pytest.raises(EchelonError) as found:
        verify(two.data_dir)
    assert found.value.fault.code == "decision_changed"
    assert found.value.exit_code is ExitCode.INTEGRITY


def test_who_decides_first_sees_what_the_one_before_him_decided(two):
    path = kill_before_it_lands(two)
    with decision_lock(two.data_dir):
        assert decision_dir(two.data_dir, path.name).is_dir()
