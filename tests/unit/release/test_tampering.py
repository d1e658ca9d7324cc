"""One attack of every kind; `make tamper` makes a thousand."""

import json

import pytest

from benchmarks.tampering import run
from benchmarks.tampering_attacks import ATTACKS
from echelon.sealing import HEAD_SETTING, KEY_SETTING

# What leaves the data directory as if it had never been otherwise.
CONSISTENT = ("everything_rewritten", "set_back", "log_event_appended")


@pytest.fixture
def summary(tmp_path, monkeypatch, capsys):
    for setting in (KEY_SETTING, HEAD_SETTING):
        monkeypatch.setenv(setting, "")  # put back by itself afterwards

    def of(without, kinds):
        missed = run(len(kinds), 11, without, tmp_path, kinds)
        return missed, json.loads(capsys.readouterr().out.splitlines()[-1])

    return of


def test_every_kind_of_tampering_is_found(summary):
    missed, found = summary(set(), tuple(ATTACKS))
    assert (missed, found["missed"]) == (0, {})
    assert found["found"] == found["kinds"] == len(ATTACKS)


def test_without_key_and_head_what_is_consistent_goes_unseen(summary):
    _, found = summary({"key", "head"}, (*CONSISTENT, "file_bit"))
    assert found["missed"] == dict.fromkeys(sorted(CONSISTENT), 1)
