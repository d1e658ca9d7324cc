"""Which date does a refresh stand at when nobody names one?"""

from datetime import date
from pathlib import Path

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault

ORDER_TABLE = "erp__order_lines"


def latest_business_date(landing_dir: Path) -> date:
    """Return the date of the latest order that has landed.

    Unreadable order dates are passed over: the loader quarantines those rows.

    Args:
        landing_dir: Directory of the deliveries.

    Raises:
        EchelonError: ``INPUT_REJECTED`` if no order line with a date has landed.
    """
    dates = [
        found
        for path in sorted(landing_dir.glob(f"erp/*/{ORDER_TABLE}.*"))
        if (found := _latest_in(path)) is not None
    ]
    if not dates:
        raise EchelonError(
            ExitCode.INPUT_REJECTED,
            Fault(
                code="no_order_lines",
                message="no order line with a date has landed",
                file=str(landing_dir / "erp" / "<delivery>" / f"{ORDER_TABLE}.csv"),
                column="ordered_at",
                hint="land a delivery (docs/mapping.md) or write the sample company",
            ),
        )
    return max(dates)


def _latest_in(path: Path) -> date | None:
    reader = (
        "read_parquet(?)"
        if path.suffix == ".parquet"
        else "read_csv(?, all_varchar=true)"
    )
    try:
        with duckdb.connect() as connection:
            row = connection.execute(
                f"select max(try_cast(ordered_at as timestamp)) from {reader}",
                [str(path)],
            ).fetchall()[0]
    except duckdb.Error:
        return None  # a file that cannot be read is the loader's to name
    return None if row[0] is None else row[0].date()
