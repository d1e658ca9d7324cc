"""A refresh as of a date knows what the deliveries of that date knew, and no more."""

import duckdb
import pytest

from tests.refresh.conftest import Company
from tests.refresh.growing_company import AS_OF, MONTHS, land_until

# What says which deliveries and rows were read differs by what was delivered.
OF_THE_DELIVERIES = {
    "governance.dim_releases",
    "governance.rpt_control_results",
    "governance.rpt_gate_results",
    "raw.table_availability",
}


@pytest.fixture(scope="module")
def both(growing, tmp_path_factory):
    """The company as it stood then, and looked back upon from two months later."""
    later = Company(tmp_path_factory.mktemp("later"))
    land_until(later.data_dir / "landing", [*MONTHS, "2026-01", "2026-02"])
    completed = later.run("refresh", "--as-of", AS_OF)
    assert completed.returncode == 0, completed.stderr
    return [
        company.data_dir / "current" / "published.duckdb"
        for company in (growing, later)
    ]


def test_looking_back_gives_what_was_known_then(both):
    then, later = both
    with duckdb.connect() as connection:
        connection.execute(f"attach '{then.resolve()}' as known (read_only)")
        connection.execute(f"attach '{later.resolve()}' as seen (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'known' order by 1"
        ).fetchall()
        differing = [
            table
            for (table,) in tables
            if table not in OF_THE_DELIVERIES
            and connection.execute(
                f"""
                select count(*) from (
                    (select columns(lambda c: c <> 'release_id') from known.{table}
                    except all
                    select columns(lambda c: c <> 'release_id') from seen.{table})
                    union all
                    (select columns(lambda c: c <> 'release_id') from seen.{table}
                    except all
                    select columns(lambda c: c <> 'release_id') from known.{table})
                )
                """
            ).fetchall()
            != [(0,)]
        ]
    assert len(tables) > 20
    assert differing == []


def test_what_was_left_out_is_counted(both):
    _, later = both
    with duckdb.connect(str(later), read_only=True) as connection:
        (months,) = connection.execute(
            "select count(distinct date_trunc('month', order_date))"
            " from core.fct_order_lines"
        ).fetchall()
    assert months == (len(MONTHS),)
