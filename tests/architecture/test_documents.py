"""The documents say what the code says."""

import re
from pathlib import Path

import pytest

from echelon.errors import ExitCode
from echelon.landing.checks import describe_checks

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_runbook_lists_every_check_of_a_delivery():
    assert describe_checks() in RUNBOOK


def test_the_runbook_lists_every_exit_code():
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", RUNBOOK, re.M)}
    assert listed == {int(code) for code in ExitCode}


@pytest.mark.parametrize("guarantee", re.findall(r"`(tests/[\w/.:]+)`", README))
def test_each_guarantee_names_a_test_that_exists(guarantee):
    path, _, name = guarantee.partition("::")
    assert (ROOT / path).exists()
    if name:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_the_readme_stays_within_its_size():
    assert len(README.splitlines()) <= 120
