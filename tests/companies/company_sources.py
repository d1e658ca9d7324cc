"""Where the raw files of the real companies are."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHARED_DATA = Path(os.environ.get("ECHELON_SHARED_DATA", ROOT.parent / "shared/data"))
SOURCES = {"adventureworks": "adventureworks", "scms": "scms_delivery_history"}


def source_of(company: str) -> Path:
    """Where the raw files of a company are."""
    return SHARED_DATA / SOURCES[company]
