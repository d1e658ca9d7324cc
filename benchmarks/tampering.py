"""Is every tampering with audit log, manifest or release found by verify?

On copies of a tiny company with three releases, a rollback and a decision: one attack
a trial, drawn from the seed, then ``verify`` of the release it is about. An attack that
leaves the data directory consistent can only be found by what lies outside of it; with
``--without key`` or ``--without head`` the same attacks show what each of them finds.
One JSON line a trial, then one that sums up; ends with 1 unless all were found and
every untouched copy was sound.
"""

import argparse
import json
import os
import random
import shutil
import stat
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.tampering_attacks import ATTACKS
from benchmarks.tampering_target import Target
from echelon.decisions.landing import PolicyDecision, land_decision
from echelon.errors import EchelonError, ExitCode
from echelon.release.rollback import rollback
from echelon.release.verify import verify
from echelon.sealing import HEAD_SETTING, KEY_SETTING, write_key
from tests.unit.release.conftest import tiny_company

TRIALS = 1000
SOUND_EVERY = 25


def run(
    trials: int,
    seed: int,
    without: set[str],
    directory: Path,
    kinds: Sequence[str] = tuple(ATTACKS),
) -> int:
    """Try so many attacks and print what became of each.

    Args:
        trials: Number of attacks, the kinds in turn.
        seed: Decides where each attack strikes.
        without: ``key``, ``head`` or both, to be left out while verifying.
        directory: Empty directory for the company and its copies.
        kinds: Which attacks, each in its turn.

    Returns:
        Number of attacks not found, and of sound copies refused.
    """
    os.environ[KEY_SETTING] = os.environ[HEAD_SETTING] = ""
    write_key(directory / "key.pem")
    kept_apart = {
        "key": (KEY_SETTING, directory / "key.pem"),
        "head": (HEAD_SETTING, directory / "audit.head"),
    }
    for setting, path in kept_apart.values():
        os.environ[setting] = str(path)
    base, former = _make(directory)
    for name in without:
        os.environ[kept_apart[name][0]] = ""
    missed: Counter[str] = Counter()
    started = time.monotonic()
    for trial in range(trials):
        if trial % SOUND_EVERY == 0:
            sound = _try(base, former, "untouched", seed + trial)
            missed["untouched"] += sound["code"] is not None
            print(json.dumps({"trial": trial, **sound}))
        kind = kinds[trial % len(kinds)]
        attack = _try(base, former, kind, seed * trials + trial)
        missed[kind] += attack["exit_code"] != ExitCode.INTEGRITY
        print(json.dumps({"trial": trial, **attack}), flush=True)
    lost = {kind: count for kind, count in sorted(missed.items()) if count}
    found = trials - sum(missed[kind] for kind in kinds)
    summary = {
        "suite": "tampering",
        "seed": seed,
        "kinds": len(kinds),
        "found": found,
        "trials": trials,
        "missed": lost,
        "without": sorted(without),
        "seconds": round(time.monotonic() - started, 1),
    }
    print(json.dumps(summary))
    return sum(lost.values())


def _make(directory: Path) -> tuple[Path, Path]:
    """Make the company, and a copy of it as it was before its last release."""
    company = tiny_company(directory)
    first = company.release().release_id
    row = {"setting_name": "label", "setting_value": "a"}
    decision = PolicyDecision("setting_decided", {"policy_settings": [row]}, {})
    land_decision(company.data_dir, company.project_dir, decision)
    company.release()
    rollback(company.data_dir, first)
    former = directory / "former"
    shutil.copytree(company.data_dir, former, symlinks=True)
    company.deliver("erp-0002")
    company.release()
    return company.data_dir, former


def _try(base: Path, former: Path, kind: str, seed: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(dir=base.parent) as name:
        target = Target(Path(name) / "data", former, random.Random(seed))
        shutil.copytree(base, target.data_dir, symlinks=True)
        for folder, _, files in os.walk(target.data_dir):
            for path in (folder, *(os.path.join(folder, file) for file in files)):
                if not os.path.islink(path):
                    os.chmod(path, os.stat(path).st_mode | stat.S_IWUSR)
        place = ATTACKS[kind](target) if kind in ATTACKS else ""
        exit_code, code = ExitCode.PUBLISHED, None
        try:
            verify(target.data_dir, target.release_id)
        except EchelonError as error:
            exit_code, code = error.exit_code, error.fault.code
        except Exception as error:  # a crash is no finding
            exit_code, code = ExitCode.INTERNAL, type(error).__name__
    return {
        "seed": seed,
        "kind": kind,
        "place": place,
        "exit_code": int(exit_code),
        "code": code,
    }


def main() -> None:
    """Run the trials of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--without", choices=("key", "head"), nargs="*", default=(), help="verify so"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tampering-") as name:
        missed = run(
            options.trials, options.seed, set(options.without), Path(name).resolve()
        )
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
