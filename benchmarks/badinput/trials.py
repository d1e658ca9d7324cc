"""One trial of each kind: what was done, what came of it, and whether that is right."""

from collections import Counter
from dataclasses import asdict
from functools import cache
from typing import Any

from benchmarks.badinput.cases import catalogue
from benchmarks.badinput.company import good_company
from benchmarks.badinput.harmless import harmless
from benchmarks.badinput.mutations import mutate
from benchmarks.badinput.trial import Content, is_silent, try_landing

Record = dict[str, Any]
_CRASHED = 70
_LEAST_CASES = 150


def try_case(name: str) -> Record:
    """Load a named case, and once more without the check that must find it.

    Args:
        name: Name in the catalogue.

    Returns:
        The trial; it passed if the verdict is as expected and that of the twin is not.
    """
    case = catalogue()[name]
    landing = good_company()
    case.change(landing)
    found = try_landing(landing, connect=case.connect).verdict
    twin = try_landing(landing, case.expected.code, case.connect).verdict
    return {
        "trial": "case",
        "name": name,
        "seed": 0,
        "expected": asdict(case.expected),
        "found": asdict(found),
        "without_the_check": asdict(twin),
        "passed": found == case.expected and twin.code != case.expected.code,
    }


def try_harmless(name: str) -> Record:
    """Load a delivery that is written otherwise and says the same.

    Args:
        name: Name in ``harmless``.

    Returns:
        The trial; it passed if the content is that of the good company.
    """
    landing = good_company()
    harmless()[name](landing)
    outcome = try_landing(landing)
    return {
        "trial": "harmless",
        "name": name,
        "seed": 0,
        "found": asdict(outcome.verdict),
        "passed": outcome.content is not None and not is_silent(_clean(), outcome),
    }


def try_mutation(seed: int) -> Record:
    """Damage the good company and load it.

    Args:
        seed: Decides the damage.

    Returns:
        The trial; it passed if the content is the good company's, or the damage was
        refused or set aside at a place.
    """
    return _damaged(seed, keeps_checksums=True)


def try_unchecked(seed: int) -> Record:
    """Damage the good company as if its source gave rows and totals only.

    It passes unless it crashes: how much comes through is what it measures.
    """
    return _damaged(seed, keeps_checksums=False)


def _damaged(seed: int, *, keeps_checksums: bool) -> Record:
    landing = good_company()
    if not keeps_checksums:
        for manifest in landing.manifests.values():
            manifest.pop("seal")
            for entry in manifest["tables"].values():
                entry["control_totals"].pop("*")
    damage, file = mutate(seed, landing)
    outcome = try_landing(landing)
    verdict = outcome.verdict
    silent = is_silent(_clean(), outcome)
    named = verdict.code is None or verdict.has_place
    return {
        "trial": "mutation" if keeps_checksums else "mutation without checksums",
        "name": damage,
        "file": file,
        "seed": seed,
        "found": asdict(verdict),
        "silent": silent,
        "passed": verdict.exit_code != _CRASHED
        and named
        and not (silent and keeps_checksums),
    }


@cache
def _clean() -> Content:
    content = try_landing(good_company()).content
    if content is None:
        raise ValueError("the good company does not load")
    return content


def summarise(records: list[Record]) -> Record:
    """Count the trials: how many of each kind passed, and what they ended in.

    Args:
        records: All trials.

    Returns:
        One JSON-ready record; ``passed`` is true if every trial passed.
    """
    kinds = Counter(record["trial"] for record in records)
    failed = [record for record in records if not record["passed"]]
    endings = Counter(
        "equal or other content" if code is None else code
        for record in records
        if record["trial"] == "mutation"
        for code in [record["found"]["code"]]
    )
    silent = Counter(record["trial"] for record in records if record.get("silent"))
    return {
        "trial": "summary",
        "trials": dict(kinds),
        "failed": [(record["trial"], record["name"]) for record in failed],
        "silent": dict(silent),
        "mutations_ended_in": dict(endings.most_common()),
        "passed": not failed and kinds["case"] >= _LEAST_CASES,
    }
