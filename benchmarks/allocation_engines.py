"""The same allocation three times: the project's SQL, Polars, and pandas with NumPy.

Each engine reads order lines with their driver quantities and pools in cents from
Parquet, allocates every pool to order lines by cascade rounding, adds the cents up by
customer, period and pool, and refuses to end where a pool lacks a cent. What the SQL
leaves is then traced, a customer back and a journal forward; and its last period is
allocated once more after a run without it, the others taken over from there.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.allocation_sql import (
    BEFORE,
    DRIVER_COUNT,
    MONTH_END,
    WHOLE,
    run_before,
    run_month_end,
    run_sql,
    warehouse_of,
)
from echelon.release.reader import open_database
from echelon.trace import CUSTOMER_STEPS, DESTINATIONS, POSTINGS

TRACED = {"customer": "C0000333", "period": "2025-06"}


def run_trace(work_dir: Path) -> None:
    """Ask for one customer's month and one journal, as `echelon trace` does."""
    journal = {"journal": "pool_3-2025-06-0"}
    place = {"entity": "E1", "period": TRACED["period"], "pool": "pool_3"}
    with open_database(warehouse_of(work_dir, WHOLE)) as connection:
        started = time.perf_counter()
        for _, query in CUSTOMER_STEPS.values():
            connection.execute(query, TRACED).fetchall()
        between = time.perf_counter()
        connection.execute(POSTINGS, journal).fetchall()
        connection.execute(DESTINATIONS, journal | place).fetchall()
        ended = time.perf_counter()
    for name, seconds in (
        ("customer", between - started),
        ("journal", ended - between),
    ):
        print(json.dumps({"model": f"trace {name}", "seconds": round(seconds, 1)}))


def run_polars(work_dir: Path) -> None:
    """Allocate pool by pool with Polars; the quotient is guessed as in the SQL."""
    import polars as pl

    lines = pl.read_parquet(work_dir / "lines.parquet").sort("cost_object_key")
    pools = pl.read_parquet(work_dir / "pools.parquet")
    for number in range(DRIVER_COUNT):
        quantity = pl.col(f"driver_{number}")
        lines = lines.with_columns(
            quantity.cum_sum().over("fiscal_period").alias(f"running_{number}"),
            quantity.sum().over("fiscal_period").alias(f"total_{number}"),
        )
    parts = []
    for (code, driver), own in pools.group_by(["cost_pool_code", "driver_code"]):
        number = str(driver).rsplit("_", 1)[-1]
        cents, total = pl.col("pool_cents"), pl.col(f"total_{number}")

        def rounded_up(
            quantity: pl.Expr, cents: pl.Expr = cents, total: pl.Expr = total
        ) -> pl.Expr:
            guess = (cents.cast(pl.Float64) * quantity / total).round().cast(pl.Int64)
            return guess + (cents * quantity - guess * total > 0).cast(pl.Int64)

        running = pl.col(f"running_{number}")
        before = running - pl.col(f"driver_{number}")
        allocated = (
            lines.join(own.select("fiscal_period", "pool_cents"), on="fiscal_period")
            .with_columns(cents=rounded_up(running) - rounded_up(before))
            .group_by("customer_id", "fiscal_period")
            .agg(pl.col("cents").sum())
            .with_columns(cost_pool_code=pl.lit(code))
        )
        _refuse_unless_whole(
            allocated.group_by("fiscal_period").agg(pl.col("cents").sum()).rows(),
            own.select("fiscal_period", "pool_cents").rows(),
        )
        parts.append(allocated)
    pl.concat(parts).write_parquet(work_dir / "polars.parquet")


def run_pandas(work_dir: Path) -> None:
    """Allocate pool by pool with pandas and NumPy, products wrapping in 64 bits."""
    import numpy as np
    import pandas as pd

    lines = pd.read_parquet(work_dir / "lines.parquet")
    lines = lines.sort_values("cost_object_key", ignore_index=True)
    pools = pd.read_parquet(work_dir / "pools.parquet")
    periods, period_names = pd.factorize(lines["fiscal_period"], sort=True)
    customers, customer_names = pd.factorize(lines["customer_id"], sort=True)
    group = customers.astype(np.int64) * len(period_names) + periods
    parts = []
    for (code, driver), own in pools.groupby(["cost_pool_code", "driver_code"]):
        quantity = lines[driver].to_numpy()
        running = lines[driver].groupby(periods).cumsum().to_numpy()
        totals = np.zeros(len(period_names), dtype=np.int64)
        np.add.at(totals, periods, quantity)
        total = totals[periods]
        by_period = own.set_index("fiscal_period")["pool_cents"]
        cents = by_period.reindex(period_names).to_numpy()[periods]
        shares = np.zeros(len(lines), dtype=np.int64)
        for sign, reached in ((1, running), (-1, running - quantity)):
            guess = np.rint(cents.astype(float) * reached / total).astype(np.int64)
            shares += sign * (guess + (cents * reached - guess * total > 0))
        summed = pd.Series(shares).groupby(group).sum()
        allocated = pd.DataFrame(
            {
                "customer_id": customer_names[summed.index // len(period_names)],
                "fiscal_period": period_names[summed.index % len(period_names)],
                "cost_pool_code": code,
                "cents": summed.to_numpy(),
            }
        )
        _refuse_unless_whole(
            allocated.groupby("fiscal_period")["cents"].sum().items(),
            by_period.items(),
        )
        parts.append(allocated)
    pd.concat(parts).to_parquet(work_dir / "pandas.parquet")


def _refuse_unless_whole(
    found: Iterator[tuple[str, int]] | list[tuple[str, int]],
    expected: Iterator[tuple[str, int]] | list[tuple[str, int]],
) -> None:
    if dict(found) != dict(expected):
        raise ValueError("a pool is not allocated to the cent")


ENGINES: dict[str, Callable[[Path], None]] = {
    WHOLE: run_sql,
    "trace": run_trace,
    BEFORE: run_before,
    MONTH_END: run_month_end,
    "polars": run_polars,
    "pandas": run_pandas,
}


if __name__ == "__main__":
    ENGINES[sys.argv[1]](Path(sys.argv[2]))
