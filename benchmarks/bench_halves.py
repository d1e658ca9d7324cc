"""Would either half of the time alone have drawn the same segments?"""

import argparse
import csv
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.accuracy import measure_accuracy
from benchmarks.bench_refresh import SEED, watch
from echelon.config import PROJECT_DIR
from models_ml.artefact import from_artefact
from models_ml.config import SegmentationConfig
from models_ml.features import CUSTOMER_FEATURES, INDIRECT_FEATURES
from models_ml.fitting import refit_clusters
from models_ml.stability import matched_labels
from models_ml.windows import config_of

# The sample company has 24 months; nobody's true group changes in them.
HALVES = {"feature_window_months": "12", "window_shift_months": "12"}
# What is promised of the halves.
LEAST_SHARE = 0.85
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


def shared_membership(published: Path) -> tuple[float, int]:
    """Count who is in the same segment when each half is segmented by itself.

    Segments of the halves are paired one to one so that most customers stay.

    Args:
        published: ``published.duckdb`` of a release whose windows are the halves.

    Returns:
        Their share, and how many customers are in a segment in both halves.
    """
    artefact = published.parent / "artefacts" / "segment_model.json"
    model = from_artefact(json.loads(artefact.read_text(encoding="utf-8")))
    with duckdb.connect(str(published), read_only=True) as connection:
        earlier = connection.execute(
            "select * from features.ftr_customers_earlier_window"
            " where not is_excluded order by customer_id"
        ).df()
        now = connection.execute(
            "select customer_id, model_segment_code"
            " from governance.rpt_assignment_reasons_by_customer"
        ).df()
    config = replace(
        SegmentationConfig(),
        features=(*CUSTOMER_FEATURES, *INDIRECT_FEATURES),
        seed=int(model.config["seed"]),
    )
    fitted = refit_clusters(earlier, config_of(model, config), len(model.segments))
    then = earlier.loc[fitted.regular, ["customer_id"]].assign(then=fitted.labels)
    now = now[now["model_segment_code"].isin(model.codes)]
    common = then.merge(now, on="customer_id", validate="one_to_one")
    codes = common["model_segment_code"].to_numpy(dtype=str)
    later = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    labels = common["then"].to_numpy(dtype=np.int64)
    pairs = matched_labels(later, labels, 0.0)
    expected = np.array([pairs.get(int(label), -1) for label in labels])
    return float((expected == later).mean()), len(common)


def bench(size: str, work_dir: Path) -> dict[str, float | int]:
    """Release the sample company from each half of its history and compare.

    Args:
        size: small, medium or large.
        work_dir: Empty directory.

    Returns:
        Share of the customers of both halves whose segment is the same, adjusted Rand
        index of the halves, and of the later half against the truth.
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
    share, common = shared_membership(published)
    truth = measure_accuracy(published, data_dir / "truth")
    return {
        "segment_count": int(count),
        "common_customer_count": common,
        "halves_same_segment_ratio": round(share, 3),
        "halves_rand_index": round(float(halves), 3),
        "later_half_against_truth_rand_index": round(truth.adjusted_rand_index, 3),
        "account_count": truth.segmented_count,
    }


def main() -> None:
    """Print the agreement of the halves as JSON; less than promised is a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="small", choices=("small", "medium", "large"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        measured = bench(arguments.size, Path(directory))
    print(json.dumps(measured, indent=2))
    if measured["halves_same_segment_ratio"] < LEAST_SHARE:
        sys.exit(f"fewer than {LEAST_SHARE:.0%} are in the same segment in both halves")


if __name__ == "__main__":
    main()
