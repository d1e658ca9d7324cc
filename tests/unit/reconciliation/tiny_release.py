"""A release of a few rows, small enough to reconcile by hand."""

from datetime import date

import duckdb

from echelon.reconciliation.report import Released

CMD = "=cmd|' /C calc'!A0"
# Entity, period, pool, treatment, booked, allocated, unused, sustaining, excluded,
# unallocated; what is left is the variance.
LINES = [
    ("E1", "2025-01", "freight", "allocate", "90.10", "90.10", "0", "0", "0", "0"),
    ("E1", "2025-02", "freight", "allocate", "100.10", "100.10", "0", "0", "0", "0"),
    ("E1", "2025-02", "picking", "allocate", "33.33", "25.00", "8.33", "0", "0", "0"),
    ("E1", "2025-02", "rent", "sustaining", "7.07", "0", "0", "7.07", "0", "0"),
    ("E1", "2025-02", "revenue", "excluded", "-300.20", "0", "0", "0", "-300.20", "0"),
    ("E2", "2025-02", "freight", "allocate", "0.30", "0.20", "0", "0", "0", "0.10"),
    ("E2", "2025-03", "freight", "allocate", "5.00", "5.00", "0", "0", "0", "0"),
]
CLOSED = [("E1", "2025-01"), ("E1", "2025-02"), ("E2", "2025-02")]
TABLES = """
    create schema core; create schema finance; create schema governance;
    create table governance.dim_releases as
        select 'R' as release_id, 'EUR' as base_currency_code;
    create table governance.rpt_mart_availability as
        select 'finance' as schema_name,
            'rpt_ledger_completeness_by_account_month' as mart_name,
            false as is_available,
            'not available: gl__trial_balances (kept on paper)' as availability_status;
    create table governance.rpt_quarantined_rows (
        table_name varchar, source_file varchar, source_line bigint,
        column_name varchar, error_code varchar, entity_code varchar,
        fiscal_period varchar, amount_local_ccy decimal(18, 2));
    create table finance.dim_fiscal_periods (
        entity_code varchar, fiscal_period varchar, starts_on_date date,
        ends_on_date date, period_status varchar, closed_at timestamp,
        is_closed boolean);
    create table finance.fct_ledger_lines (
        entity_code varchar, fiscal_period varchar, cost_pool_code varchar,
        account_id varchar);
    create table finance.dim_cost_pool_rules (
        cost_pool_code varchar, account_pattern varchar, cost_center_pattern varchar,
        entity_pattern varchar, valid_from_date date, valid_to_date date,
        treatment varchar, behaviour varchar, reason varchar, approved_by varchar);
    create table finance.rpt_activity_rates_by_cost_pool_month as
        select 'E1' as entity_code, '2025-02' as fiscal_period,
            'picking' as cost_pool_code, 400.0 as practical_capacity_minutes,
            300.0 as used_capacity_minutes, null::varchar as unallocated_reason;
    create table finance.rpt_ledger_completeness_by_account_month (
        entity_code varchar, account_id varchar, fiscal_period varchar,
        account_name varchar, account_type varchar, local_currency_code varchar,
        journal_line_count bigint, movement_amount_local_ccy decimal(18, 2),
        journal_amount_local_ccy decimal(18, 2), gap_amount_local_ccy decimal(18, 2),
        completeness_status varchar);
    create table finance.rpt_subledger_reconciliation_by_item_month as
        select 'freight' as subledger_code, 'E1' as entity_code,
            '2025-02' as fiscal_period, 'amount_differs' as reconciling_reason,
            'J1' as item_code, 'EUR' as local_currency_code, 1 as document_count,
            100.10::decimal(18, 2) as ledger_amount_local_ccy,
            99.90::decimal(18, 2) as subledger_amount_local_ccy,
            100.10::decimal(18, 2) as ledger_amount_base_ccy,
            99.90::decimal(18, 2) as subledger_amount_base_ccy,
            0.20::decimal(18, 2) as difference_amount_base_ccy;
    create table finance.rpt_translation_differences_by_cost_pool_month as
        select 'E2' as entity_code, '2025-02' as fiscal_period,
            'freight' as cost_pool_code, 'GBP' as local_currency_code,
            0.25::decimal(18, 2) as amount_local_ccy,
            1.16::decimal(28, 12) as base_ccy_per_local_ccy,
            0.30::decimal(18, 2) as posted_amount_base_ccy,
            0.29::decimal(18, 2) as closing_amount_base_ccy,
            0.01::decimal(18, 2) as translation_difference_base_ccy;
    create table finance.rpt_gl_reconciliation_by_cost_pool_month (
        entity_code varchar, fiscal_period varchar, cost_pool_code varchar,
        cost_pool_name varchar, treatment varchar, reason varchar,
        gl_amount_base_ccy decimal(18, 2), allocated_amount_base_ccy decimal(18, 2),
        unused_capacity_amount_base_ccy decimal(18, 2),
        sustaining_amount_base_ccy decimal(18, 2),
        excluded_amount_base_ccy decimal(18, 2),
        unallocated_amount_base_ccy decimal(18, 2),
        quarantined_amount_base_ccy decimal(18, 2),
        variance_amount_base_ccy decimal(18, 2));
    create table core.dim_segments as
        select 'S01' as segment_code, 'Large' as segment_name, true as is_current;
    create table core.dim_customer_segments as
        select 'C1' as customer_id, 'S01' as segment_code, true as is_current;
    create view finance.fct_cost_destinations as
        select entity_code, fiscal_period, cost_pool_code,
            unnest(['customer', 'unused_capacity', 'sustaining', 'unallocated'])
                as destination_code,
            unnest(['move', null, null, null]) as activity_code,
            unnest(['C1', null, null, null]) as customer_id,
            unnest([
                allocated_amount_base_ccy, unused_capacity_amount_base_ccy,
                sustaining_amount_base_ccy, unallocated_amount_base_ccy
            ]) as amount_base_ccy
        from finance.rpt_gl_reconciliation_by_cost_pool_month;
"""


def write_release(path, lines=LINES, closed=CLOSED, changes=""):
    """Write the published file of a release; ``changes`` are statements run last."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
        for entity, period, pool, treatment, *amounts in lines:
            name = CMD if pool == "rent" else pool.title()
            connection.execute(
                "insert into finance.rpt_gl_reconciliation_by_cost_pool_month"
                " select ?, ?, ?, ?, ?, 'because', ?, ?, ?, ?, ?, ?, 0, 0",
                [entity, period, pool, name, treatment, *amounts],
            )
            connection.execute(
                "insert into finance.fct_ledger_lines values (?, ?, ?, '4000')",
                [entity, period, pool],
            )
        connection.execute(
            "update finance.rpt_gl_reconciliation_by_cost_pool_month"
            " set variance_amount_base_ccy = gl_amount_base_ccy"
            " - allocated_amount_base_ccy - unused_capacity_amount_base_ccy"
            " - sustaining_amount_base_ccy - excluded_amount_base_ccy"
            " - unallocated_amount_base_ccy"
        )
        for entity, period in closed:
            connection.execute(
                "insert into finance.dim_fiscal_periods values"
                " (?, ?, '2025-02-01', '2025-02-28', 'closed', '2025-03-05', true)",
                [entity, period],
            )
        for statement in filter(None, changes.split(";")):
            connection.execute(statement)
    return path


def released(path, previous=None):
    """Name a published file as the release ``R``."""
    proof = {"proof_sha256": "f" * 64, "pools": 6, "ties": {"sums": 12}}
    return Released(
        "R", date(2025, 3, 31), path, proof, "P" if previous else None, previous
    )
