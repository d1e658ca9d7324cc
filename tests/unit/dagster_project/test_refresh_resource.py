"""A release names the code that made it: no other may work on its candidate."""

import pytest
from pydantic import ValidationError

from dagster_project.resources import refresh
from echelon.errors import EchelonError, ExitCode
from echelon.release.candidate import open_candidate
from tests.unit.release.conftest import tiny_company


@pytest.fixture
def company(tmp_path, monkeypatch):
    """A company whose project is not the one that was loaded here."""
    made = tiny_company(tmp_path)
    monkeypatch.setenv("ECHELON_DATA_DIR", str(made.data_dir))
    return made


def test_project_edited_since_it_was_loaded_opens_no_candidate(company, monkeypatch):
    kept = open_candidate(company.data_dir, company.inputs()).directory
    monkeypatch.setattr(refresh, "PROJECT_DIR", company.project_dir)
    resource = refresh.RefreshResource(as_of="2025-12-31")
    with pytest.raises(EchelonError) as refusal:
        resource.open_candidate()
    assert refusal.value.exit_code is ExitCode.BUSY
    assert refusal.value.fault.code == "project_changed"
    assert list(kept.parent.iterdir()) == [kept]


def test_project_edited_since_a_candidate_was_opened_does_not_go_on_with_it(company):
    open_candidate(company.data_dir, company.inputs())
    with pytest.raises(EchelonError) as refusal:
        _ = refresh.RefreshResource().candidate
    assert refusal.value.fault.code == "project_changed"


@pytest.mark.parametrize("seed", [-1, 2**31])
def test_seed_that_no_fit_can_start_from_is_refused(seed):
    with pytest.raises(ValidationError, match="seed"):
        refresh.RefreshResource(seed=seed)
