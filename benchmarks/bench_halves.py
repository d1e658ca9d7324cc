"""Would either half of the time alone have drawn the same segments?"""

import argparse
import csv
import json
import sys
import tempfile
from pathlib import Path

import duckdb

from benchmarks.accuracy import measure_accuracy
from benchmarks.bench_refresh import SEED, watch
from echelon.config import PROJECT_DIR

# The sample company has 24 months; nobody's true group changes in them.
HALVES = {"feature_window_months": "12", "window_shift_months": "12"}
THRESHOLDS = PROJECT_DIR / "dbt_project" / "seeds" / "policy" / "policy_thresholds.csv"


def write_halves(policy_dir: Path) -> None:
    """Write the policy of thresholds with windows of half the history, end to end."""
    with THRESHOLDS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["value"] = HALVES.get(row["name"], row["value"])
    policy_dir.mkdir()
    target = policy_dir / THRESHOLDS.name
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def bench(size: str, work_dir: Path) -> dict[str, float | int]:
    """Release the sample company from each half of its history and compare.

    Args:
        size: small, medium or large.
        work_dir: Empty directory.

    Returns:
        Adjusted Rand index of the halves, and of the later half against the truth.
    """
    data_dir, policy_dir = work_dir / "data", work_dir / "policy"
    write_halves(policy_dir)
    echelon = str(Path(sys.executable).with_name("echelon"))
    environment = {"ECHELON_DATA_DIR": str(data_dir), "OMP_NUM_THREADS": "1"}
    sample = [echelon, "sample", "--size", size, "--seed", str(SEED), "--json"]
    watch(sample, environment)
    refresh = [echelon, "refresh", "--policy", str(policy_dir), "--json"]
    output = watch(refresh, environment).output
    published = Path(json.loads(output.splitlines()[-1])["published_path"])
    with duckdb.connect(str(published), read_only=True) as connection:
        halves, count = connection.execute(
            "select max(window_rand_index), count(distinct segment_code)"
            " from governance.rpt_segment_stability"
        ).fetchall()[0]
    truth = measure_accuracy(published, data_dir / "truth")
    return {
        "segment_count": int(count),
        "halves_rand_index": round(float(halves), 3),
        "later_half_against_truth_rand_index": round(truth.adjusted_rand_index, 3),
        "account_count": truth.segmented_count,
    }


def main() -> None:
    """Print the agreement of the halves as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="small", choices=("small", "medium", "large"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        print(json.dumps(bench(arguments.size, Path(directory)), indent=2))


if __name__ == "__main__":
    main()
