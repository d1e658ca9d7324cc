"""What does clustering a million rows cost, and how well are known groups found?"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import psutil
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.bench_refresh import watch

SEED = 7
ATTRIBUTES = 12
GROUPS = 6


def write_customers(path: Path, count: int) -> None:
    """Write log-normal customers of six groups in twelve attributes.

    Args:
        path: Parquet file.
        count: Rows.
    """
    generator = np.random.default_rng(SEED)
    typical = generator.uniform(0, 6, (GROUPS, ATTRIBUTES))
    truth = generator.integers(0, GROUPS, count)
    values = np.exp(typical[truth] + generator.normal(0, 0.8, (count, ATTRIBUTES)))
    columns = {f"attribute_{at + 1}": values[:, at] for at in range(ATTRIBUTES)}
    table = pa.table({"customer_id": np.arange(count), **columns, "truth": truth})
    with duckdb.connect() as connection:
        connection.register("customers", table)
        connection.execute(f"copy customers to '{path}' (format parquet)").fetchall()


def bench(count: int) -> None:
    """Choose algorithm and number, fit, assign; then assign only, by the model."""
    console = Console(width=110)
    echelon = str(Path(sys.executable).with_name("echelon"))
    table = Table("rows", "step", "seconds", "peak GB", "algorithm", "k", "ARI")
    with tempfile.TemporaryDirectory(prefix="echelon-cluster-") as scratch:
        source = Path(scratch) / "customers.parquet"
        write_customers(source, count)
        command = [echelon, "cluster", "--json", "--label", "truth"]
        command += ["--input", str(source), "--model", str(Path(scratch) / "m.json")]
        for step in ("choice, fit and assignment", "assignment only"):
            out = Path(scratch) / "clusters.parquet"
            watched = watch([*command, "--out", str(out)], {})
            report = json.loads(watched.output.splitlines()[-1])
            table.add_row(
                f"{count:,}",
                step,
                f"{watched.seconds:.1f}",
                f"{watched.peak_gigabytes():.2f}",
                report["algorithm"],
                str(report["k"]),
                f"{report['scores']['adjusted_rand_index']:.3f}",
            )
    memory = psutil.virtual_memory().total / 1e9
    console.print(f"{psutil.cpu_count()} cores, {memory:.0f} GB, seed {SEED}")
    console.print(table)


def main() -> None:
    """Run the benchmark for one number of rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    bench(parser.parse_args().rows)


if __name__ == "__main__":
    main()
