"""A refresh in a directory of its own is the release's, and nobody's business."""

import json
import os
import sys

import pytest

from echelon import rerun
from echelon.config import load_settings
from echelon.release.store import find_release

RECORDER = """#!{python}
import json, os, sys
with open({record!r}, "w") as stream:
    json.dump([sys.argv[1:], dict(os.environ)], stream)
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Refresh apart a release made with the seed 5; return the call for it."""
    directory = tmp_path / "data" / "releases" / "R1"
    directory.mkdir(parents=True)
    manifest = {
        "as_of_date": "2025-12-31",
        "recorded_at": "2025-12-31T00:00:00",
        "previous_release_id": None,
        "files": {},
        "seed": 5,
    }
    (directory / "manifest.json").write_text(json.dumps(manifest))
    recorder, record = tmp_path / "recorder", tmp_path / "record.json"
    recorder.write_text(RECORDER.format(python=sys.executable, record=str(record)))
    recorder.chmod(0o700)
    monkeypatch.setattr(rerun.sys, "executable", str(recorder))
    monkeypatch.setenv("ECHELON_NOTIFY_WEBHOOK_URL", "https://example.com/hook")
    (tmp_path / "echelon.toml").write_text(
        "notify_slack_url = 'https://example.com/slack'\n"
        "notify_email_to = 'steering@example.com'\n"
    )
    monkeypatch.setenv("ECHELON_SETTINGS_FILE", str(tmp_path / "echelon.toml"))
    release = find_release(tmp_path / "data", "R1")
    rerun.refresh_apart(tmp_path / "scratch", release, tmp_path / "policy")
    return json.loads(record.read_text())


def test_what_is_refreshed_apart_tells_nobody(asked, monkeypatch):
    monkeypatch.setattr(os, "environ", asked[1])
    settings = load_settings()
    assert settings.notify_webhook_url is None
    assert settings.notify_slack_url is None
    assert not settings.notify_email_to


def test_what_is_refreshed_apart_has_the_seed_of_its_release(asked):
    arguments = asked[0]
    assert arguments[arguments.index("--seed") + 1] == "5"
