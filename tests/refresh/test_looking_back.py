"""A refresh as of a date knows what the deliveries of that date knew, and no more."""

import duckdb
import pytest

from tests.refresh.conftest import Company
from tests.refresh.growing_company import (
    MONTHS,
    customers,
    declare_absent,
    deliver,
    freight,
    order_lines,
    products,
)

AS_OF = "2025-12-31"
# What says which deliveries and rows were read differs by what was delivered.
OF_THE_DELIVERIES = {
    "governance.dim_releases",
    "governance.rpt_gate_results",
    "raw.table_availability",
}


def shipments(months, known_to):
    """One shipment a month, delivered on the third of the month after."""
    return [
        {
            "shipment_id": f"S-{month}",
            "entity_code": "E1",
            "shipped_at": f"{month}-28 08:00:00",
            "actual_delivery_date": f"{after}-03" if after <= known_to else "",
        }
        for month, after in zip(months, [*months[1:], "2026-12"], strict=True)
    ]


def hours(months):
    return [
        {
            "warehouse_id": "W1",
            "worker_group": "picking",
            "period": month,
            "paid_minutes": 6000,
            "practical_capacity_minutes": 5000,
        }
        for month in months
    ]


def company_until(data_dir, months):
    """Land the company with what its systems know at the end of the last month."""
    company = Company(data_dir)
    landing = data_dir / "landing"
    period = f"{months[0]}/{months[-1]}"
    undated = [
        {
            "carrier_invoice_id": f"I-{month}",
            "line_no": 1,
            "shipment_id": f"S-{month}",
            "entity_code": "E1",
            "charge_type": "base",
            "amount": 50,
            "currency_code": "EUR",
        }
        for month in months
    ]
    deliver(
        landing,
        "erp",
        1,
        period,
        erp__customers=customers(),
        erp__products=products(),
        erp__order_lines=order_lines(months),
        erp__charges=freight(months),
    )
    deliver(
        landing,
        "tms",
        1,
        period,
        tms__shipments=shipments(months, known_to=months[-1]),
        tms__freight_charges=undated,
    )
    deliver(landing, "wms", 1, period, wms__labor_hours=hours(months))
    declare_absent(landing, {"erp", "tms", "wms"})
    completed = company.run("refresh", "--as-of", AS_OF)
    assert completed.returncode == 0, completed.stderr
    return data_dir / "current" / "published.duckdb"


@pytest.fixture(scope="session")
def both(tmp_path_factory):
    """The company as it stood then, and looked back upon from two months later."""
    then = company_until(tmp_path_factory.mktemp("then"), MONTHS)
    later = [*MONTHS, "2026-01", "2026-02"]
    return then, company_until(tmp_path_factory.mktemp("later"), later)


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
