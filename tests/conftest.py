"""Tests that share one released company run in one worker, which makes it once."""

from pathlib import Path

import pytest

SHARED = {"refresh", "companies"}


# First, because the scheduler reads the groups in the hook of the same name.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        room = Path(item.path).relative_to(Path(__file__).parent).parts[0]
        if room in SHARED:
            item.add_marker(pytest.mark.xdist_group(room))
