"""What is installed is named by version and hash, and by no address."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("lock", sorted(path.name for path in ROOT.glob("*.lock")))
def test_every_locked_package_has_a_version_and_hashes(lock):
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    loose = [pin for pin in pins if not re.match(r"[\w.\[\],-]+==\S+ .*--hash=", pin)]
    assert (loose, len(pins) > 0) == ([], True)
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)


def test_the_development_lock_keeps_what_runs():
    def pins(lock):
        found = re.findall(
            r"^([\w.-]+)(?:\[.*\])?==(\S+)", (ROOT / lock).read_text(), re.M
        )
        return dict(found)

    runs, develops = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: develops[name] for name in runs if name in develops} == {
        name: runs[name] for name in runs if name in develops
    }
