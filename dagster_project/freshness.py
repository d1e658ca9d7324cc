"""How old is the newest input of each source on the as-of date?"""

from collections.abc import Iterator

import dagster as dg
import duckdb

from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource

# The table that shows whether a source is still delivering.
PULSE = {
    "erp": "erp__order_lines",
    "crm": "crm__service_cases",
    "wms": "wms__tasks",
    "tms": "tms__shipments",
    "gl": "gl__journal_lines",
}
MAX_AGE_SETTING = "input_max_age_days"


@dg.multi_asset_check(
    name="source_freshness",
    specs=[
        dg.AssetCheckSpec(
            name=f"{system}_freshness",
            asset=["raw", table],
            description=f"The newest input of {system.upper()} is recent enough.",
        )
        for system, table in PULSE.items()
    ],
    pool="warehouse",
)
def source_freshness(refresh: RefreshResource) -> Iterator[dg.AssetCheckResult]:
    """Warn, without blocking, about each source whose newest input is too old."""
    with reported_faults(), refresh.connect() as connection:
        rows = {table: _age(connection, table) for table in PULSE.values()}
    most = _max_age_days(refresh)
    for system, table in PULSE.items():
        age, input_as_of, reason = rows[table]
        yield dg.AssetCheckResult(
            asset_key=["raw", table],
            check_name=f"{system}_freshness",
            passed=age is None or age <= most,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"not available: {reason}"
            if age is None
            else f"input as of {input_as_of}, {age} days before the as-of date",
            metadata={"input_as_of": str(input_as_of), "max_age_days": most},
        )


def _age(
    connection: duckdb.DuckDBPyConnection, table: str
) -> tuple[int | None, str | None, str]:
    return connection.execute(
        """
        select
            case
                when availability.input_as_of_date is not null
                    then greatest(
                        parameters.as_of_date - availability.input_as_of_date, 0
                    )
            end,
            cast(availability.input_as_of_date as varchar),
            coalesce(availability.unavailable_reason, 'no dated row')
        from raw.table_availability as availability
        cross join raw.refresh_parameters as parameters
        where availability.table_name = ?
        """,
        [table],
    ).fetchall()[0]


def _max_age_days(refresh: RefreshResource) -> int:
    """Read the policy from the candidate's seeds: dbt has not loaded them yet."""
    path = refresh.candidate.seeds_dir / "policy" / "policy_thresholds.csv"
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select value::integer from read_csv(?) where name = ?",
            [str(path), MAX_AGE_SETTING],
        ).fetchall()
    return int(rows[0][0])
