"""Does bad input ever come through? Every named case, its twin, and seeded damage.

Usage: ``python -m benchmarks.badinput [--mutations 2000] [--seed 0]``. One JSON line a
trial, a summary at the end; fails if any trial does.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.badinput.cases import catalogue
from benchmarks.badinput.harmless import harmless
from benchmarks.badinput.trials import (
    Record,
    summarise,
    try_case,
    try_harmless,
    try_mutation,
    try_unchecked,
)


def main() -> None:
    """Run all trials and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=2_000)
    parser.add_argument("--unchecked", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    started = time.monotonic()
    records = []
    for record in _records(given):
        records.append(record)
        print(json.dumps(record, ensure_ascii=True), flush=True)
    summary = summarise(records)
    summary["seconds"] = round(time.monotonic() - started)
    print(json.dumps(summary))
    sys.exit(0 if summary["passed"] else 1)


def _records(given: argparse.Namespace) -> Iterator[Record]:
    seeds = range(given.seed, given.seed + given.mutations)
    bare = range(given.seed, given.seed + given.unchecked)
    workers = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(try_case, catalogue(), chunksize=8)
        yield from pool.map(try_harmless, harmless(), chunksize=4)
        yield from pool.map(try_mutation, seeds, chunksize=25)
        yield from pool.map(try_unchecked, bare, chunksize=25)
    # Not at the top: the workers would start Dagster too.
    from benchmarks.badinput.refreshes import refreshed  # noqa: PLC0415

    yield from refreshed()


if __name__ == "__main__":
    main()
