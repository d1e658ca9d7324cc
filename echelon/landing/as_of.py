"""Which date does a refresh stand at when nobody names one?"""

from datetime import date
from pathlib import Path

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault

ORDER_TABLE = "erp__order_lines"
# The columns the staging models cut at the as-of date (macro `until_as_of`).
EVENT_COLUMNS = {
    ORDER_TABLE: "ordered_at",
    "erp__invoice_lines": "posting_date",
    "erp__charges": "charged_on",
    "erp__receivables": "posting_date",
    "crm__service_cases": "opened_at",
    "crm__activities": "occurred_at",
    "wms__tasks": "started_at",
    "wms__inventory_balances": "balance_date",
    "wms__return_lines": "received_at",
    "tms__shipments": "shipped_at",
    "tms__freight_charges": "invoiced_on",
    "gl__journal_lines": "posting_date",
}


def latest_business_date(landing_dir: Path) -> date:
    """Return the date of the latest event that has landed: nothing lies after it.

    Unreadable dates are passed over: the loader quarantines those rows.

    Args:
        landing_dir: Directory of the deliveries.

    Raises:
        EchelonError: ``INPUT_REJECTED`` if no order line with a date has landed.
    """
    latest = {
        table: max(dates)
        for table, column in EVENT_COLUMNS.items()
        if (dates := _latest_dates(landing_dir, table, column))
    }
    if ORDER_TABLE not in latest:
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
    return max(latest.values())


def _latest_dates(landing_dir: Path, table: str, column: str) -> list[date]:
    system = table.split("__", maxsplit=1)[0]
    return [
        found
        for path in sorted(landing_dir.glob(f"{system}/*/{table}.*"))
        if (found := _latest_in(path, column)) is not None
    ]


def _latest_in(path: Path, column: str) -> date | None:
    reader = (
        "read_parquet(?)"
        if path.suffix == ".parquet"
        else "read_csv(?, all_varchar=true)"
    )
    try:
        with duckdb.connect() as connection:
            row = connection.execute(
                f"select max(try_cast({column} as timestamp)) from {reader}",
                [str(path)],
            ).fetchall()[0]
    except duckdb.Error:
        return None  # a file that cannot be read is the loader's to name
    return None if row[0] is None else row[0].date()
