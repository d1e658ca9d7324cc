"""Does the refresh itself say what the loader says? A few cases, end to end."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.badinput.cases import catalogue
from benchmarks.badinput.company import good_company
from benchmarks.badinput.trial import Verdict
from dagster_project.run import run_refresh
from echelon.cli import prepare_dagster_home
from echelon.config import export_settings, load_settings
from echelon.errors import EchelonError

NAMES = (
    "altered on its way: one byte",
    "erp__customers: Latin-1",
    "seal: period changed",
    "promise broken: amounts of two rows swapped",
    "erp__order_lines: two of 120 rows bad, days",
    "ledger: a cent too many",
    "hold: erp__order_lines.net_amount times 1000",
)


def refreshed() -> Iterator[dict[str, Any]]:
    """Refresh from each of the named cases by the job's own function.

    Yields:
        One trial a case; it passed if the refresh ends as the load alone does.
    """
    for name in NAMES:
        case = catalogue()[name]
        landing = good_company()
        case.change(landing)
        with tempfile.TemporaryDirectory() as root:
            landing.write(Path(root))
            settings = load_settings().model_copy(update={"data_dir": Path(root)})
            export_settings(settings)
            prepare_dagster_home(settings)
            found = Verdict(0)
            try:
                with redirect_stdout(io.StringIO()):
                    run_refresh(settings, {}, lambda _: None)
            except EchelonError as error:
                place = error.fault.file, error.fault.line, error.fault.column
                found = Verdict(int(error.exit_code), error.fault.code, *place)
        yield {
            "trial": "refresh",
            "name": name,
            "seed": 0,
            "expected": asdict(case.expected),
            "found": asdict(found),
            "passed": found == case.expected,
        }
