"""Reading the policy a release was made with."""

from datetime import UTC, date, datetime

import pytest

from echelon.errors import EchelonError
from echelon.release.policy import policy_in_force, threshold
from echelon.release.store import Release

ROWS = """name,value,valid_from
limit,1,2000-01-01
limit,2,2025-01-01
other,9,2000-01-01
limit,3,2026-01-01
"""


@pytest.fixture
def release(tmp_path):
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "policy_thresholds.csv").write_text(ROWS)
    now = datetime(2025, 12, 31, tzinfo=UTC)
    return Release("r", tmp_path, date(2025, 12, 31), now, None, True)


def test_of_each_rule_the_latest_row_begun_counts(release):
    rows = policy_in_force(release, "policy_thresholds", "name")
    assert [(row["name"], row["value"]) for row in rows] == [
        ("limit", "2"),
        ("other", "9"),
    ]
    assert threshold(release, "limit") == 2


def test_a_threshold_the_release_lacks_is_named_with_its_file(release):
    with pytest.raises(EchelonError, match=r"policy_thresholds\.csv: .* has no least"):
        threshold(release, "least")
