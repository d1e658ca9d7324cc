"""What does a refresh cost, stage by stage, beside the same SQL run bare?"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy import measure_accuracy

SEED = 7
FITS = ("identity", "segmentation")
SAMPLING_SECONDS = 0.25  # each sample walks all processes: 50 ms took a quarter core


@dataclass
class Watched:
    """A finished child process: its output, seconds and memory over time."""

    seconds: float
    output: str
    samples: list[tuple[float, float]] = field(default_factory=list)

    def peak_gigabytes(self, start: float = 0, end: float = float("inf")) -> float:
        """Peak resident memory between two moments (seconds since the epoch), in GB."""
        within = [size for moment, size in self.samples if start <= moment <= end]
        return max(within, default=0.0) / 1e9


def watch(command: list[str], environment: dict[str, str]) -> Watched:
    """Run a child process and sample its resident memory until it ends.

    Raises:
        RuntimeError: If the command fails; its last output lines are in the message.
    """
    started = time.time()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            command,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        samples: list[tuple[float, float]] = []
        sampler = threading.Thread(target=_sample, args=(process.pid, samples))
        sampler.start()
        code = process.wait()
        seconds = time.time() - started
        sampler.join()
        output.seek(0)
        text = output.read()
    if code != 0:
        tail = "\n".join(text.splitlines()[-20:])
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{tail}")
    return Watched(seconds, text, samples)


def _sample(pid: int, samples: list[tuple[float, float]]) -> None:
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            family = [process, *process.children(recursive=True)]
            size = sum(member.memory_info().rss for member in family)
            samples.append((time.time(), float(size)))
            time.sleep(SAMPLING_SECONDS)
    except psutil.NoSuchProcess:
        return


def bench(size: str, work_dir: Path) -> None:
    """Generate, refresh, run the floor, compare, print."""
    console = Console(width=110)
    echelon = str(Path(sys.executable).with_name("echelon"))
    environment = {"ECHELON_DATA_DIR": str(work_dir), "ECHELON_KEEP_CANDIDATE": "true"}
    command = [echelon, "sample", "--size", size, "--seed", str(SEED)]
    sample = watch([*command, "--out", str(work_dir)], environment)
    refresh = watch([echelon, "refresh", "--json"], environment)
    report = json.loads(refresh.output.splitlines()[-1])
    floor_command = [sys.executable, "-m", "benchmarks.floor", report["candidate_dir"]]
    floor = watch(floor_command, environment)
    floor_stages = json.loads(floor.output.splitlines()[-1])

    machine = (
        f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"
    )
    console.print(
        f"[bold]{size}[/bold], seed {SEED}: {machine}, "
        f"Python {platform.python_version()}, {date.today()}"
    )
    table = Table("stage", "seconds", "peak GB", "floor seconds", "ratio")
    table.add_row(
        "sample", f"{sample.seconds:.1f}", f"{sample.peak_gigabytes():.2f}", "", ""
    )
    for stage in report["stages"]:
        peak = refresh.peak_gigabytes(stage["started_at"], stage["ended_at"])
        seconds = stage["ended_at"] - stage["started_at"]
        bare = floor_stages.get(stage["name"])
        table.add_row(
            stage["name"],
            f"{seconds:.1f}",
            f"{peak:.2f}",
            f"{bare:.1f}" if bare else "",
            f"{seconds / bare:.2f}" if bare else "",
        )
    fits = sum(
        stage["ended_at"] - stage["started_at"]
        for stage in report["stages"]
        if stage["name"] in FITS
    )
    bare_total = sum(floor_stages.values())
    table.add_row(
        "refresh in all",
        f"{refresh.seconds:.1f}",
        f"{refresh.peak_gigabytes():.2f}",
        f"{bare_total:.1f}",
        f"{refresh.seconds / bare_total:.2f}",
    )
    table.add_row(
        "refresh without the fits",
        f"{refresh.seconds - fits:.1f}",
        "",
        f"{bare_total:.1f}",
        f"{(refresh.seconds - fits) / bare_total:.2f}",
    )
    console.print(table)

    accuracy = measure_accuracy(Path(report["published_path"]), work_dir / "truth")
    console.print(
        f"adjusted Rand index {accuracy.adjusted_rand_index:.3f} "
        f"over {accuracy.segmented_count:,} accounts; "
        f"median cost-to-serve error {accuracy.median_cost_error_ratio:.2%} "
        f"(rank correlation {accuracy.cost_rank_correlation:.4f}) "
        f"over {accuracy.costed_count:,} customers; unprofitable customers found with "
        f"precision {accuracy.unprofitable_precision:.3f}, "
        f"recall {accuracy.unprofitable_recall:.3f}; "
        f"{accuracy.variance_count} ledger variances"
    )


def main() -> None:
    """Run the benchmark of one size in a scratch directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="small", choices=["small", "medium", "large"])
    parser.add_argument("--work-dir", type=Path, help="kept afterwards when given")
    arguments = parser.parse_args()
    work_dir = arguments.work_dir or Path(tempfile.mkdtemp(prefix="echelon-bench-"))
    try:
        bench(arguments.size, work_dir.resolve())
    finally:
        if arguments.work_dir is None:
            shutil.rmtree(work_dir, ignore_errors=True)


if __name__ == "__main__":
    main()
