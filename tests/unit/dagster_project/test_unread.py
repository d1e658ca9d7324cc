"""What waits for its manifest is told, to the command line and to whoever is told."""

import dagster as dg

from dagster_project.resources.refresh import RefreshResource
from dagster_project.unread import unread_landings


def test_what_lies_unread_is_named_as_a_warning(tmp_path, monkeypatch):
    monkeypatch.setenv("ECHELON_DATA_DIR", str(tmp_path))
    for number in range(1, 8):
        (tmp_path / f"landing/gl/gl-000{number}").mkdir(parents=True)
    found = unread_landings(RefreshResource())
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found.description == (
        "gl/gl-0001 has no manifest.json; gl/gl-0002 has no manifest.json;"
        " gl/gl-0003 has no manifest.json; gl/gl-0004 has no manifest.json;"
        " gl/gl-0005 has no manifest.json; and 2 more"
    )


def test_nothing_unread_is_nothing_to_tell(tmp_path, monkeypatch):
    monkeypatch.setenv("ECHELON_DATA_DIR", str(tmp_path))
    (tmp_path / "landing" / "gl").mkdir(parents=True)
    assert unread_landings(RefreshResource()).passed
