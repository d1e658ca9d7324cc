"""Where may a release be made again?"""

import pytest

from echelon import rerun
from echelon.errors import EchelonError, ExitCode
from echelon.rebuild import rebuild
from echelon.release.store import current_release_id


@pytest.mark.parametrize("place", ["landing/erp/again", "again", "../link/again"])
def test_nothing_is_rebuilt_into_the_data_directory(two, monkeypatch, place):
    monkeypatch.setattr(rerun, "PROJECT_DIR", two.project_dir)
    (two.data_dir.parent / "link").symlink_to(two.data_dir)
    out = two.data_dir / place
    with pytest.raises(EchelonError) as refusal:
        rebuild(two.data_dir, current_release_id(two.data_dir), out)
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert refusal.value.fault.code == "out_inside"
    assert not out.exists()
