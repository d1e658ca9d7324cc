"""Is a release lost or wrong after a kill, a full disk, too little memory or damage?

One JSON line per trial, then a summary; the exit code is 1 if any trial failed. A trial
is made again by its number: ``python -m benchmarks.faults --only 17``.

A trial copies a small company that has releases, strikes one refresh of it, and asks:
is what readers are served whole; is every acknowledged release there; does the next
refresh succeed unaided; does it hold the very tables that an undisturbed one makes?
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.fault_trials import Trial

IN_NAMESPACE = "ECHELON_FAULTS_IN_NAMESPACE"
RANDOM_KILLS, DISK_POINTS, MEMORY_POINTS, WRITERS, RACES = 100, 40, 20, 6, 3
KINDS = ("step", "moment", "disk", "memory", "addresses", "race", "pointer", "file")
COMPANIES = ("protocol", "whole")


def all_trials(seed: int) -> list["Trial"]:
    """List the trials of a seed, always the same."""
    from benchmarks.fault_points import (
        FILE_DAMAGES,
        FILES,
        LATER_STEPS,
        POINTER_DAMAGES,
        RETIRING_STEPS,
        STEPS,
    )
    from benchmarks.fault_trials import BASES, Trial

    _, one, rolled_back = BASES
    drawn: list[tuple[str, str, str]] = []
    for step in STEPS:
        bases = (one, rolled_back, one) if step in LATER_STEPS else BASES
        drawn += [("step", step, base) for base in bases]
    drawn += [("step", step, rolled_back) for step in RETIRING_STEPS for _ in BASES]
    draw = random.Random(seed)
    moments = [f"{draw.random():.4f}" for _ in range(RANDOM_KILLS)]
    drawn += _over_bases("moment", moments, BASES)
    drawn += _over_bases("disk", _shares(DISK_POINTS), BASES)
    drawn += _over_bases("memory", _shares(MEMORY_POINTS), BASES)
    drawn += _over_bases("addresses", _shares(MEMORY_POINTS), BASES)
    drawn += [("race", str(WRITERS), base) for base in BASES for _ in range(RACES)]
    drawn += [("pointer", how, rolled_back) for how in POINTER_DAMAGES]
    drawn += [
        ("file", f"{whose}: {name}: {how}", rolled_back)
        for whose in ("in force", "older")
        for name in FILES
        for how in FILE_DAMAGES
    ]
    return [
        Trial(number, *what, seed=seed * 1_000 + number)
        for number, what in enumerate(drawn)
    ]


def main() -> None:
    """Run the trials and print a line for each."""
    options = _options()
    if IN_NAMESPACE not in os.environ:
        # The full disks are small file systems in memory that nobody else sees.
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        this = [sys.executable, "-m", "benchmarks.faults", *sys.argv[1:]]
        environment = {**os.environ, IN_NAMESPACE: "1"}
        os.execvpe("unshare", ["unshare", *as_root, "--mount", *this], environment)
    # One thread before the fork: numerical libraries start theirs when imported.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    started = time.monotonic()
    trials = [
        trial
        for kind, _, every in (one.partition(":") for one in options.kinds)
        for trial in [t for t in all_trials(options.seed) if t.kind == kind][
            :: int(every or 1)
        ]
        if options.only in {None, trial.number}
    ]
    root = Path(tempfile.mkdtemp(prefix="echelon-faults-"))
    try:
        lines = _run(options, trials, root)
    finally:
        for mounted in root.iterdir():
            subprocess.run(["umount", "--lazy", str(mounted)], check=False)
        shutil.rmtree(root)
    _summarise(lines, len(trials), time.monotonic() - started)


def _run(
    options: argparse.Namespace, trials: Sequence["Trial"], root: Path
) -> list[dict[str, Any]]:
    from benchmarks.fault_company import PROTOCOL, WHOLE
    from benchmarks.fault_trials import Worker, make_bases, mount

    company = PROTOCOL
    if options.company == "whole":
        import dagster_project.definitions
        import dagster_project.run  # noqa: F401 -- once, before any fork

        company = WHOLE
    bases = make_bases(company, mount(root / "bases"))
    count = options.workers
    return _in_parallel(
        [
            lambda n=n: Worker(company, bases, root / f"{n}").run_all(trials[n::count])
            for n in range(count)
        ]
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, help="the number of one trial")
    parser.add_argument(
        "--kinds",
        nargs="+",
        type=_kind,
        default=KINDS,
        metavar="KIND[:N]",
        help=f"every N-th trial of these kinds: {', '.join(KINDS)}",
    )
    parser.add_argument(
        "--company",
        choices=COMPANIES,
        default="protocol",
        help="protocol: a release of few tables; whole: all of `echelon refresh`",
    )
    return parser.parse_args()


def _kind(text: str) -> str:
    """Refuse a kind there is none of: no trial is no success."""
    kind, _, every = text.partition(":")
    if kind not in KINDS or not (every or "1").isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not KIND or KIND:N")
    return text


def _over_bases(
    kind: str, points: Sequence[str], bases: Sequence[str]
) -> list[tuple[str, str, str]]:
    return [(kind, point, bases[i % len(bases)]) for i, point in enumerate(points)]


def _shares(count: int) -> list[str]:
    return [f"{(i + 0.5) / count:.4f}" for i in range(count)]


def _in_parallel(shares: Sequence[Callable[[], None]]) -> list[dict[str, Any]]:
    """Run each share in a child; print and collect the lines they write."""
    reading, writing = os.pipe()
    for share in shares:
        if os.fork() == 0:
            os.close(reading)
            os.dup2(writing, 1)
            code = 1
            try:
                share()
                code = 0
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
    os.close(writing)
    lines = []
    with os.fdopen(reading, encoding="utf-8") as stream:
        for line in stream:
            print(line, end="", flush=True)
            lines.append(json.loads(line))
    for _ in shares:
        os.wait()
    return lines


def _summarise(lines: list[dict[str, Any]], expected: int, seconds: float) -> None:
    """Print a line per kind; end with 1 if a trial failed or did not run."""
    passed = Counter(line["kind"] for line in lines if line["ok"])
    for kind, count in Counter(line["kind"] for line in lines).items():
        print(f"{kind:<10}{passed[kind]:>4} of {count}", file=sys.stderr)
    total = sum(passed.values())
    print(f"{total} of {expected} trials, {seconds:.0f} s", file=sys.stderr)
    if total != expected:
        sys.exit(1)


if __name__ == "__main__":
    main()
