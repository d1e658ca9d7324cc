"""A company of two customers, released and small enough to see through."""

import json
from datetime import date

import duckdb
import pytest

TABLES = """
create schema core;
create table core.dim_customers as
select unnest(['C1', 'C2']) as customer_id;
create table core.dim_customer_identifiers as
select 'erp' as source_system, unnest(['A1', 'A2']) as source_customer_id;
create table core.dim_segments as
select unnest(['S01', 'S02', 'EXC']) as segment_code, true as is_current;
create table core.dim_customer_segments as
select * from (values
    ('C1', 'S01', date '2025-01-01', date '2025-06-01'),
    ('C1', 'S02', date '2025-06-01', null),
    ('C2', 'S02', date '2025-01-01', null)
) as t(customer_id, segment_code, valid_from_date, valid_to_date);
create table core.fct_segment_assignments as
select *, 'r2' as release_id from core.dim_customer_segments
where valid_from_date = date '2025-06-01';
create table core.fct_order_lines as
select * from (values
    ('C1', 'O1', date '2025-05-01', 'S01', 100.00::decimal(18, 2)),
    ('C1', 'O2', date '2025-07-01', 'S02', 40.00),
    ('C1', 'O2', date '2025-07-01', 'S02', 2.00),
    ('C1', 'O3', date '2025-08-01', 'S02', 8.00)
) as t(customer_id, order_id, order_date, segment_code, net_amount_base_ccy),
(select true as is_net_sales);
create table core.fct_cost_to_serve as
select * from (values
    ('C1', 'O1', 9.00::decimal(18, 2)), ('C1', 'O2', 5.00), ('C1', 'O3', 1.50)
) as t(customer_id, order_id, allocated_amount_base_ccy);
"""


@pytest.fixture
def data_dir(tmp_path):
    return released_company(tmp_path)


def released_company(tmp_path):
    """One delivery of the ERP has landed, release r2 of 2025-12-31 is in force."""
    delivery = tmp_path / "landing" / "erp" / "erp-0001"
    delivery.mkdir(parents=True)
    manifest = {"company": "tiny", "system": "erp", "sequence": 1, "period": "2025"}
    (delivery / "manifest.json").write_text(json.dumps(manifest))
    release = tmp_path / "releases" / "r2"
    release.mkdir(parents=True)
    with duckdb.connect(str(release / "published.duckdb")) as connection:
        connection.execute(TABLES)
    (release / "manifest.json").write_text(
        json.dumps(
            {
                "as_of_date": date(2025, 12, 31).isoformat(),
                "recorded_at": "2026-01-01T06:00:00",
                "previous_release_id": None,
                "files": {},
            }
        )
    )
    (tmp_path / "current").symlink_to("releases/r2")
    return tmp_path
