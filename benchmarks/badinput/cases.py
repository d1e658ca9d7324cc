"""The catalogue: every named case, by name."""

from benchmarks.badinput import (
    cases_deliveries,
    cases_files,
    cases_manifest,
    cases_promises,
    cases_values,
)
from benchmarks.badinput.case import Case


def catalogue() -> dict[str, Case]:
    """Return every case by its name.

    Raises:
        ValueError: If two cases have one name.
    """
    listed = (
        *cases_manifest.CASES,
        *cases_promises.CASES,
        *cases_files.CASES,
        *cases_values.CASES,
        *cases_deliveries.CASES,
    )
    found: dict[str, Case] = {}
    for case in listed:
        if case.name in found:
            raise ValueError(f"two cases are called {case.name}")
        found[case.name] = case
    return found
