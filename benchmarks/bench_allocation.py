"""What does allocating ten pools to every order line cost, beside Polars and pandas?"""

import argparse
import importlib.util
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import duckdb
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.allocation_engines import ENGINES
from benchmarks.allocation_sql import (
    BEFORE,
    DRIVER_COUNT,
    MODELS,
    MONTH_END,
    PERIODS,
    WHOLE,
    count_at_month_end,
    is_month_end_whole,
    take_compiled,
)
from benchmarks.bench_refresh import watch

POOL_COUNT = 10
PERIOD_COUNT = len(PERIODS)
LINES_PER_ORDER = 4
LINES_PER_CUSTOMER = 100
DBT_DIR = Path(__file__).parents[1] / "dbt_project"


def write_inputs(line_count: int, work_dir: Path) -> None:
    """Write order lines with driver quantities, and pools in cents, as Parquet.

    Lines run by customer, order and line, as cost objects do; an order has one period.
    """
    orders = f"(i // {LINES_PER_ORDER})"
    quantities = ", ".join(
        f"((1 + hash(i * {DRIVER_COUNT} + {number}) % 1000) * 10000)::bigint"
        f" as driver_{number}"
        for number in range(DRIVER_COUNT)
    )
    period = "printf('%d-%02d', 2024 + {0} // 12, 1 + {0} % 12)"
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(
            f"""
            copy (
                select i + 1 as cost_object_key,
                    printf('C%07d', i // {LINES_PER_CUSTOMER}) as customer_id,
                    printf('O%09d', {orders}) as order_id,
                    i % {LINES_PER_ORDER} + 1 as line_no,
                    {period.format(f"(hash({orders}) % {PERIOD_COUNT})::bigint")}
                        as fiscal_period,
                    {quantities}
                from range({line_count}) as numbers (i)
            ) to '{work_dir}/lines.parquet'
            """
        )
        connection.execute(
            f"""
            copy (
                select 'pool_' || pool as cost_pool_code,
                    'driver_' || (pool % {DRIVER_COUNT}) as driver_code,
                    {period.format("month")} as fiscal_period,
                    100000000 + pool * 1234567 + month * 89 as pool_cents
                from range({POOL_COUNT}) as pools (pool),
                    range({PERIOD_COUNT}) as months (month)
            ) to '{work_dir}/pools.parquet'
            """
        )


def compile_models(work_dir: Path) -> None:
    """Let dbt compile the models that the benchmark runs."""
    names = [path.rsplit("/", 1)[-1] for path, _ in MODELS]
    subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "--quiet",
            "compile",
            "--no-introspect",
            "--select",
            *names,
            "--project-dir",
            str(DBT_DIR),
            "--profiles-dir",
            str(DBT_DIR),
        ],
        env={
            **os.environ,
            "ECHELON_WAREHOUSE": str(work_dir / "warehouse.duckdb"),
            "DBT_TARGET_PATH": str(work_dir / "target"),
            "DBT_LOG_PATH": str(work_dir / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        },
        stdout=subprocess.DEVNULL,
        check=True,
    )
    take_compiled(work_dir / "target", work_dir)


def differing_rows(work_dir: Path, engine: str) -> int:
    """Count customers, periods and pools whose cents are not those of the SQL."""
    with duckdb.connect() as connection:
        (count,) = connection.execute(
            f"""
            select count(*) from read_parquet('{work_dir}/{WHOLE}.parquet') as one
            full join read_parquet('{work_dir}/{engine}.parquet') as other
                using (customer_id, fiscal_period, cost_pool_code)
            where one.cents is distinct from other.cents
            """
        ).fetchall()[0]
    return int(count)


def processor_seconds_of_children() -> float:
    """Add up the processor time of every child process that has ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def bench(line_count: int, work_dir: Path, engines: list[str]) -> None:
    """Write the inputs, run the engines one after the other, compare, print."""
    console = Console(width=110)
    write_inputs(line_count, work_dir)
    compile_models(work_dir)
    machine = (
        f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"
    )
    console.print(
        f"[bold]{line_count:,} order lines x {POOL_COUNT} pools x {PERIOD_COUNT}"
        f" periods[/bold], {DRIVER_COUNT} drivers: {machine},"
        f" Python {platform.python_version()}, {date.today()}"
    )
    table = Table(
        "engine", "seconds", "processor seconds", "peak GB", "rows unlike the SQL's"
    )
    do_agree, counts = True, None
    for engine in engines:
        if engine == "polars" and importlib.util.find_spec("polars") is None:
            table.add_row(engine, "not installed")
            continue
        module = "benchmarks.allocation_engines"
        before = processor_seconds_of_children()
        run = watch([sys.executable, "-m", module, engine, str(work_dir)], {})
        used = processor_seconds_of_children() - before
        is_apart = engine in (WHOLE, "trace", BEFORE)
        differing = 0 if is_apart else differing_rows(work_dir, engine)
        do_agree &= not differing
        if engine == MONTH_END:
            do_agree &= is_month_end_whole(work_dir)
            counts = count_at_month_end(work_dir)
        table.add_row(
            engine,
            f"{run.seconds:.1f}",
            f"{used:.1f}",
            f"{run.peak_gigabytes():.2f}",
            str(differing),
        )
        for step in filter(None, run.output.splitlines()):
            if step.startswith("{") and (model := json.loads(step))["seconds"] > 0:
                table.add_row(f"  {model['model']}", f"{model['seconds']:.1f}")
    console.print(table)
    if not do_agree:
        sys.exit("the engines do not agree in every row")
    if counts is not None:
        console.print(
            f"{counts.activities} of {counts.of_activities} activities taken over"
        )
        if not counts.activities:
            sys.exit("nothing was taken over at the month's end")


def main() -> None:
    """Run the benchmark of one size in a scratch directory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES))
    parser.add_argument("--work-dir", type=Path, help="kept afterwards when given")
    arguments = parser.parse_args()
    work_dir = arguments.work_dir or Path(tempfile.mkdtemp(prefix="echelon-bench-"))
    work_dir.mkdir(parents=True, exist_ok=True)
    try:
        bench(arguments.lines, work_dir.resolve(), arguments.engines)
    finally:
        if arguments.work_dir is None:
            shutil.rmtree(work_dir, ignore_errors=True)


if __name__ == "__main__":
    main()
