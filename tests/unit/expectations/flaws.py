"""A warehouse of three order lines, and one flaw at a time that a gate must find."""

# Two customers: C1 bought for 70.00 and 20.00, C2 for 10.00. One pool of 9.00
# holds 6.00 for C1, 2.00 for C2 and 1.00 of idle capacity. A correction replaced one
# customer.
WAREHOUSE = """
create schema raw; create schema intermediate; create schema features;
create schema policy; create schema segmentation; create schema core;
create schema finance; create schema governance; create schema identity;

create table raw.refresh_parameters as
select date '2025-12-31' as as_of_date, 'r2' as release_id;
create table core.fct_segmentation_reviews as
select * from (values
    ('r1', 3, date '2025-11-30', 'attributes: line_count 0.30'),
    ('r2', 1, null, 'nothing')
) as t(release_id, red_sign_count, over_limit_since_date, drifted);
create table raw.erp__customers as select unnest(['A1', 'A2']) as customer_id;
create table raw.erp__products as select 'P1' as product_id;
create table raw.erp__order_lines as
select * from (values
    ('O1', 1, 'A1', timestamp '2025-12-01 08:00:00'),
    ('O1', 2, 'A1', timestamp '2025-12-01 08:00:00'),
    ('O2', 1, 'A2', timestamp '2025-12-30 23:00:00')
) as t(order_id, line_no, sold_to_id, ordered_at);
create table raw.erp__exchange_rates as select 'USD' as from_currency_code, 1.1 as rate;
create table intermediate.int_exchange_rates_quoted as
select * from (values
    ('USD', date '2025-12-01', 'average', 0.90::decimal(28, 12)),
    ('USD', date '2025-12-02', 'average', 1.80),
    ('USD', date '2025-12-03', 'average', 0.90),
    ('JPY', date '2025-12-01', 'average', 0.006)
) as t(currency_code, rate_date, rate_type, base_ccy_per_local_ccy);
create table policy.policy_line_statuses as
select * from (values
    ('Cancelled ', true, date '1900-01-01'), ('shipped', false, date '1900-01-01'),
    ('annulled', true, date '2026-01-01')
) as t(line_status, is_void, valid_from);
create table raw.deliveries as
select * from (values
    ('erp-1', 'erp__customers', 3, 1, 0, 0, date '2025-11-30'),
    ('erp-2', 'erp__customers', 1, 0, 1, 0, '2025-12-31'),
    ('erp-1', 'erp__order_lines', 3, 0, 0, 0, '2025-12-31'),
    ('policy-1', 'policy_settings', 2, 0, 0, 0, '2025-12-31')
) as t(delivery_id, table_name, row_count, quarantined_row_count,
       superseded_row_count, corrected_row_count, period_end_date);
create table raw.quarantined_rows as
select * from (values
    ('erp__customers', 'erp-1', 'c.csv', 4), ('erp__customers', 'erp-1', 'c.csv', 4)
) as t(table_name, delivery_id, source_file, source_line);
create table raw.table_availability as
select * from (values
    ('erp__customers', true, null, 2, 0, 0),
    ('erp__order_lines', true, null, 3, 0, 0),
    ('erp__charges', false, 'not kept', 0, 0, 0), ('gl__accounts', true, null, 1, 0, 0),
    ('gl__journal_lines', true, null, 3, 0, 0),
    ('erp__exchange_rates', true, null, 1, 0, 0),
    ('gl__trial_balances', true, null, 2, 0, 0),
    ('tms__freight_charges', true, null, 1, 0, 0)
) as t(table_name, is_available, unavailable_reason, row_count, later_row_count,
       later_quarantined_row_count);
create table raw.erp__charges as select 'revenue' as direction;
create table raw.gl__accounts as
select * from (values ('6110', 'expense'), ('1000', 'asset'))
    as t(account_id, account_type);
create table raw.gl__journal_lines as
select * from (values
    ('DE01', 'J2', '1000', 2.00::decimal(18, 2), 'USD', 1.80::decimal(18, 2),
     '2025-12'),
    ('DE01', 'J1', '6110', 9.00, 'EUR', null, '2025-12'),
    ('DE01', 'J1', '1000', -9.00, 'EUR', null, '2025-12'),
    ('DE01', 'J2', '1000', -1.80, 'EUR', -1.80, '2025-12')
) as t(entity_code, journal_id, account_id, amount, currency_code, base_amount,
       fiscal_period);

create table intermediate.int_missing_exchange_rates (
    table_name varchar, currency_code varchar, calendar_date date
);
create table intermediate.int_order_lines_converted as
select *, 2::decimal(18, 4) as ordered_qty, 'EA' as uom,
    2::decimal(18, 4) as base_qty
from (values
    ('O1', 1, 'C1', '2025-12', 70.00::decimal(18, 2), 70.00::decimal(18, 2), 40.00,
     'sale', true, false, 'shipped'),
    ('O1', 2, 'C1', '2025-12', 20.00, 20.00, 10.00, 'sale', true, false, 'cancelled'),
    ('O2', 1, 'C2', '2025-12', 10.00, 10.00, null, 'sale', true, false, null)
) as t(order_id, line_no, customer_id, fiscal_period, net_amount_local_ccy,
       net_amount_base_ccy, cogs_amount_base_ccy, document_type, is_net_sales,
       is_return, line_status);
create table intermediate.int_ledger_lines_mapped as
select
    'general_ledger' as ledger_code, 'DE01' as entity_code,
    '2025-12' as fiscal_period, 'freight' as cost_pool_code, '6110' as account_id,
    9.00::decimal(18, 2) as amount_base_ccy;

-- C1 has the accounts a, b and c (c until now of C3, which was merged), C2 has d.
create table raw.previous_customer_identifiers as
select
    'erp' as source_system, *, date '2024-01-01' as valid_from_date,
    timestamp '2025-01-01 00:00:00' as recorded_at
from (values ('a', 'C1'), ('b', 'C1'), ('c', 'C3'))
    as t(source_customer_id, customer_id);
create table intermediate.int_identity_records_unioned as
select * from (values
    ('erp:a', 'DE 1'), ('erp:b', 'de1'), ('erp:c', ''), ('erp:d', 'DE2')
) as t(identifier_key, tax_id);
-- VAT numbers of two countries may be one customer's: a and b.
create table identity.vetoes as
select * from (values
    ('erp:a', 'tax DE', '1'), ('erp:a', 'duns', '7'), ('erp:b', 'tax GB', '3'),
    ('erp:b', 'duns', '7'), ('erp:c', 'tax DE', '9'), ('erp:d', 'tax DE', '2')
) as t(identifier_key, kind, value);
create table intermediate.int_identity_decisions_in_force as
select * from (values
    ('must_merge', 'erp:a', 'erp:c'), ('never_merge', 'erp:a', 'erp:d')
) as t(decision, from_key, to_key);
create table identity.clusters as
select * from (values
    ('erp:a', 'erp:a', 'declared_key'), ('erp:b', 'erp:a', 'declared_key'),
    ('erp:c', 'erp:a', 'model'), ('erp:d', 'erp:d', 'self')
) as t(identifier_key, cluster_key, match_rule);
create table identity.customer_ids as
select * from (values
    ('erp:a', 'C1'), ('erp:b', 'C1'), ('erp:c', 'C1'), ('erp:d', 'C2')
) as t(identifier_key, customer_id);
create table identity.events as
select * from (values
    ('merged', 'C3', 'C1', 1, 'steward'), ('created', null, 'C2', 1, 'first seen')
) as t(event_type, from_customer_id, to_customer_id, identifier_count, cause);

create table features.ftr_customers as
select
    customer_id, date '2025-12-31' as as_of_date, 0.5::double as otif_ratio,
    -0.1::double as gross_margin_ratio, 30::bigint as recency_days,
    false as is_excluded, false as is_imputed_otif_ratio
from (values ('C1'), ('C2')) as t(customer_id);
create table policy.policy_imputation as
select * from (values
    ('otif_ratio', 0.4::double, date '2000-01-01'),
    ('otif_ratio', 0.9::double, date '2026-01-01')
) as t(attribute, max_missing_ratio, valid_from);
create table intermediate.int_attribute_admissions as
select * from (values
    ('otif_ratio', 'reporting', true, null),
    ('rush_order_ratio', 'segmentation', true, null),
    ('return_line_ratio', 'segmentation', true, null),
    ('line_count_per_order', 'segmentation', true, null),
    ('unit_count_per_line', 'segmentation', false, 'no owner')
) as t(attribute, attribute_use, is_admitted, refusal_reason);

create table policy.policy_thresholds as
select * from (values
    ('unallocated_limit_ratio', 0.05::decimal(18, 6), date '1900-01-01'),
    ('assignment_churn_limit_ratio', 0.2, date '1900-01-01')
) as t(name, value, valid_from);

create table segmentation.models as
select
    'M1' as model_version, 'kmeans' as algorithm, 2::bigint as segment_count,
    0.8::double as mean_jaccard, 0.9::double as window_ari, false as is_reused,
    'in_force' as approval_status,
    '["rush_order_ratio", "return_line_ratio"]' as feature_names;
-- Two segments net 20 - 8 = 12, a third would earn 3 and cost 4.
create table segmentation.candidates as
select * from (values
    (2::bigint, 20.0::double, 8.0::double), (3, 23.0, 12.0)
) as t(segment_count, benefit_amount_base_ccy, running_cost_amount_base_ccy);
create table segmentation.segments as
select * from (values
    ('M1', 'S01', 'Frequent', 'orders weekly', 0.8, 0.95),
    ('M1', 'S02', 'Rare', 'orders yearly', 0.8, 0.95),
    ('M1', 'EXC', 'Exceptional', 'out of range', null, null)
) as t(model_version, segment_code, segment_name, definition, mean_jaccard,
       label_fidelity_ratio);
create table segmentation.assignments as
select * from (values
    ('C1', 'S01', 'S01 is the nearest segment', 'guard', 'G1', 'M1', 'S01', false),
    ('C2', 'S02', 'S02 is the nearest segment', 'override', 'O1', 'M1', 'S02', false)
) as t(customer_id, segment_code, reason, assigned_by, decider_id, model_version,
       previous_segment_code, has_moved);
create table segmentation.guard_hits as
select
    'C1' as customer_id, 'G1' as guard_id, 'S02' as wanted_segment_code,
    'S01' as allowed_segment_code, true as is_feasible;
create table intermediate.int_segment_overrides_judged as
select
    'O1' as override_id, 'C2' as customer_id, 'S02' as segment_code,
    'in_force' as override_status;

create table core.fct_order_lines as from intermediate.int_order_lines_converted;
create table core.fct_cost_pools as
select
    'DE01' as entity_code, '2025-12' as fiscal_period,
    'freight' as cost_pool_code, 'allocate' as treatment,
    8.00::decimal(18, 2) as allocatable_amount_base_ccy,
    0.00::decimal(18, 2) as unallocated_amount_base_ccy;
create table finance.rpt_ledger_completeness_by_account_month as
select
    'DE01' as entity_code, *, '2025-12' as fiscal_period,
    0.00::decimal(18, 2) as gap_amount_local_ccy, 'complete' as completeness_status
from (values ('6110', 'expense'), ('1000', 'asset')) as t(account_id, account_type);
create table finance.rpt_cost_to_serve_by_customer_pool_month as
select * from (values
    ('C1', '2025-12', 6.00::decimal(18, 2)), ('C2', '2025-12', 2.00)
) as t(customer_id, fiscal_period, allocated_amount_base_ccy);
create table finance.rpt_profitability_by_customer_month as
select * from (values
    ('C1', '2025-12', 'after_cogs', 90.00::decimal(18, 2), 50.00::decimal(18, 2),
     6.00::decimal(18, 2), 34.00::decimal(18, 2)),
    ('C2', '2025-12', 'after_cogs', 10.00, null, 2.00, null)
) as t(customer_id, fiscal_period, contribution_basis, net_sales_amount_base_ccy,
       cogs_amount_base_ccy, cost_to_serve_amount_base_ccy,
       contribution_amount_base_ccy);
create table finance.rpt_whale_curve_by_customer as
select customer_id, contribution_basis, cost_to_serve_amount_base_ccy
from finance.rpt_profitability_by_customer_month;
create table finance.rpt_gl_reconciliation_by_cost_pool_month as
select
    'DE01' as entity_code, '2025-12' as fiscal_period, 'freight' as cost_pool_code,
    9.00::decimal(18, 2) as gl_amount_base_ccy,
    8.00::decimal(18, 2) as allocated_amount_base_ccy,
    1.00::decimal(18, 2) as unused_capacity_amount_base_ccy,
    0.00::decimal(18, 2) as sustaining_amount_base_ccy,
    0.00::decimal(18, 2) as excluded_amount_base_ccy,
    0.00::decimal(18, 2) as unallocated_amount_base_ccy,
    0.00::decimal(18, 2) as quarantined_amount_base_ccy,
    0.00::decimal(18, 2) as variance_amount_base_ccy;
create table governance.rpt_mart_availability as
select
    'core' as schema_name, 'fct_order_lines' as mart_name,
    'available' as availability_status;
"""

GL = "rpt_gl_reconciliation_by_cost_pool_month"
PROFIT = "rpt_profitability_by_customer_month"

# (gate, flaw, column that must trip)
FLAWS = [
    ("required_tables", "delete from raw.erp__products", "examined_row_count"),
    (
        "required_tables",
        "update raw.erp__order_lines set sold_to_id = null where order_id = 'O2'",
        "null_key_count",
    ),
    (
        "deliveries_accounted",
        "delete from raw.quarantined_rows",
        "unlisted_row_count",
    ),
    (
        "deliveries_accounted",
        "update raw.table_availability set row_count = 4",
        "invented_row_count",
    ),
    (
        "deliveries_accounted",
        "update raw.table_availability set row_count = 2",
        "lost_row_count",
    ),
    (
        "deliveries_accounted",
        "update raw.deliveries set superseded_row_count = 0",
        "lost_row_count",
    ),
    (
        "order_dates",
        "update raw.erp__order_lines set ordered_at = null where line_no = 2",
        "undated_row_count",
    ),
    (
        "order_dates",
        "update raw.erp__order_lines set ordered_at = '1899-12-30' where line_no = 2",
        "oldest_order_age_days",
    ),
    (
        "order_freshness",
        "delete from raw.erp__order_lines where order_id = 'O2';"
        "update raw.refresh_parameters set as_of_date = '2026-01-31'",
        "newest_order_age_days",
    ),
    (
        "order_freshness",
        "update raw.deliveries set period_end_date = '2026-02-28'",
        "newest_order_age_days",
    ),
    (
        "quarantine_share",
        "update raw.deliveries set row_count = 100",
        "quarantined_ratio",
    ),
    (
        "ledger_balance",
        "update raw.gl__journal_lines set amount = 9.01 where account_id = '6110'",
        "unbalanced_journal_count",
    ),
    (
        "ledger_balance",
        "update raw.gl__journal_lines set base_amount = null where amount = 2.00",
        "unbalanced_journal_count",
    ),
    (
        "ledger_balance",
        "update raw.gl__journal_lines set base_amount ="
        " case when amount > 0 then 90 else -9 end where journal_id = 'J1'",
        "base_unbalanced_journal_count",
    ),
    (
        "ledger_completeness",
        "update finance.rpt_ledger_completeness_by_account_month"
        " set completeness_status = 'incomplete' where account_id = '6110'",
        "incomplete_count",
    ),
    (
        "trial_balance_tie",
        "update finance.rpt_ledger_completeness_by_account_month"
        " set completeness_status = 'incomplete' where account_id = '1000'",
        "untied_balance_count",
    ),
    (
        "trial_balance_tie",
        "update finance.rpt_ledger_completeness_by_account_month"
        " set completeness_status = 'other_currency' where account_id = '6110'",
        "uncompared_count",
    ),
    (
        "customer_ids",
        "insert into identity.customer_ids values ('erp:d', 'C1')",
        "repeated_identifier_count",
    ),
    (
        "customer_ids",
        "update identity.customer_ids set customer_id = null where customer_id = 'C2'",
        "customerless_identifier_count",
    ),
    (
        "customer_ids",
        "delete from identity.customer_ids where identifier_key = 'erp:d'",
        "lost_identifier_count",
    ),
    (
        "customer_ids",
        "insert into identity.customer_ids values ('erp:e', 'C4')",
        "unknown_identifier_count",
    ),
    (
        "customer_ids",
        "update identity.customer_ids set customer_id = 'C2'"
        " where identifier_key = 'erp:c'",
        "divided_cluster_count",
    ),
    (
        "events",
        "delete from identity.events where event_type = 'merged'",
        "silent_change_count",
    ),
    (
        "events",
        "update identity.events set identifier_count = 2 where event_type = 'merged'",
        "untrue_event_count",
    ),
    (
        "events",
        "update raw.previous_customer_identifiers set customer_id = 'C2'"
        " where source_customer_id = 'c'",
        "reused_id_count",
    ),
    (
        "events",
        "delete from identity.events where event_type = 'created'",
        "unannounced_id_count",
    ),
    ("events", "update identity.events set cause = null", "causeless_event_count"),
    (
        "clusters",
        "delete from intermediate.int_identity_decisions_in_force",
        "conflicting_cluster_count",
    ),
    (
        "clusters",
        "update intermediate.int_identity_decisions_in_force"
        " set decision = 'never_merge'",
        "broken_decision_count",
    ),
    (
        "exchange_rates",
        "insert into intermediate.int_missing_exchange_rates"
        " values ('erp__charges', 'GBP', '2025-12-03')",
        "missing_rate_count",
    ),
    (
        "order_lines_converted",
        "delete from intermediate.int_order_lines_converted where line_no = 2",
        "lost_row_count",
    ),
    (
        "order_lines_converted",
        "update intermediate.int_order_lines_converted set customer_id = null",
        "unresolved_customer_count",
    ),
    (
        "order_lines_converted",
        "update intermediate.int_order_lines_converted set fiscal_period = null",
        "unplaced_period_count",
    ),
    (
        "order_lines_converted",
        "update intermediate.int_order_lines_converted set net_amount_base_ccy = null",
        "unconverted_amount_count",
    ),
    (
        "order_lines_converted",
        "update intermediate.int_order_lines_converted set is_net_sales = null",
        "unclassified_line_count",
    ),
    (
        "ftr_customers",
        "insert into features.ftr_customers"
        " from features.ftr_customers where customer_id = 'C1'",
        "repeated_customer_count",
    ),
    (
        "ftr_customers",
        "delete from features.ftr_customers where customer_id = 'C2'",
        "missing_customer_count",
    ),
    (
        "ftr_customers",
        "update features.ftr_customers set as_of_date = null where customer_id = 'C2'",
        "misdated_row_count",
    ),
    (
        "ftr_customers_ranges",
        "update features.ftr_customers set otif_ratio = 1 / 0::double",
        "nonfinite_count",
    ),
    (
        "ftr_customers_ranges",
        "update features.ftr_customers set recency_days = -1",
        "negative_count",
    ),
    (
        "ftr_customers_ranges",
        "update features.ftr_customers set otif_ratio = 1.01",
        "above_one_count",
    ),
    (
        "ftr_customers_imputation",
        "update features.ftr_customers"
        " set is_imputed_otif_ratio = (customer_id = 'C1')",
        "excess_imputed_ratio",
    ),
    (
        "order_units",
        "update intermediate.int_order_lines_converted"
        " set base_qty = null where line_no = 2",
        "unconverted_line_count",
    ),
    (
        "order_lines_plausible",
        "update intermediate.int_order_lines_converted"
        " set line_status = 'annulled' where line_no = 2",
        "unlisted_status_count",
    ),
    (
        "order_lines_plausible",
        "update intermediate.int_order_lines_converted set is_return = (line_no = 2)",
        "positive_return_count",
    ),
    (
        "exchange_rate_jumps",
        "update intermediate.int_exchange_rates_quoted"
        " set base_ccy_per_local_ccy = 90 where rate_date = '2025-12-01'",
        "largest_step_ratio",
    ),
    (
        "attribute_admissions",
        "update segmentation.models set feature_names = '[\"unit_count_per_line\"]'",
        "unadmitted_feature_count",
    ),
    (
        "attribute_admissions",
        "update segmentation.models set feature_names = '[\"otif_ratio\"]'",
        "unadmitted_feature_count",
    ),
    (
        "attribute_admissions",
        "update intermediate.int_attribute_admissions set is_admitted = false"
        " where attribute = 'line_count_per_order'",
        "admitted_attribute_count",
    ),
    (
        "assignments",
        "insert into segmentation.assignments by name select 'C1' as customer_id,"
        " 'S01' as segment_code, 'nearest' as reason",
        "repeated_customer_count",
    ),
    (
        "assignments",
        "delete from segmentation.assignments where customer_id = 'C2'",
        "unassigned_customer_count",
    ),
    (
        "assignments",
        "insert into segmentation.assignments by name select 'C3' as customer_id,"
        " 'S02' as segment_code, 'nearest' as reason",
        "unknown_customer_count",
    ),
    (
        "assignments",
        "update segmentation.assignments set segment_code = null"
        " where customer_id = 'C2'",
        "unknown_segment_count",
    ),
    (
        "assignments",
        "update segmentation.assignments set decider_id = null",
        "nameless_decider_count",
    ),
    (
        "assignments",
        "update segmentation.assignments set segment_code = 'S02'"
        " where customer_id = 'C1'",
        "unheeded_guard_count",
    ),
    (
        "assignments",
        "update segmentation.assignments set segment_code = 'S01'"
        " where customer_id = 'C2'",
        "unheeded_override_count",
    ),
    (
        "assignments",
        "update segmentation.assignments set has_moved = true",
        "excess_move_count",
    ),
    (
        "max_segments_justified",
        "update segmentation.models set segment_count = 3",
        "unjustified_segment_count",
    ),
    (
        "max_segments_justified",
        "update segmentation.candidates set benefit_amount_base_ccy = null"
        " where segment_count = 3",
        "unvalued_count",
    ),
    (
        "max_segments_justified",
        "delete from segmentation.candidates",
        "unjustified_segment_count",
    ),
    (
        "models",
        "update segmentation.segments set label_fidelity_ratio = 0.5"
        " where segment_code = 'S02'",
        "fresh_label_fidelity_ratio",
    ),
    (
        "models",
        "update segmentation.segments set label_fidelity_ratio = null"
        " where segment_code = 'S02'",
        "uncounted_label_count",
    ),
    (
        "models",
        "update segmentation.models set mean_jaccard = null",
        "untested_count",
    ),
    (
        "models",
        "update segmentation.models set segment_count = 3",
        "segment_difference_count",
    ),
    (
        "fct_order_lines",
        "insert into core.fct_order_lines from core.fct_order_lines where line_no = 2",
        "lost_row_count",
    ),
    (
        "fct_order_lines",
        "update core.fct_order_lines set net_amount_base_ccy = 69.99 where line_no = 2",
        "net_difference_cents",
    ),
    (
        "fct_order_lines",
        "update core.fct_order_lines set cogs_amount_base_ccy = 0 where line_no = 2",
        "cogs_difference_cents",
    ),
    (
        "fct_order_lines",
        "update core.fct_order_lines set customer_id = null where order_id = 'O2'",
        "customerless_line_count",
    ),
    (
        GL,
        f"update finance.{GL} set variance_amount_base_ccy = -0.01",
        "lowest_variance_cents",
    ),
    (
        GL,
        f"update finance.{GL} set variance_amount_base_ccy = 0.01",
        "highest_variance_cents",
    ),
    (
        GL,
        f"update finance.{GL} set allocated_amount_base_ccy = 7.99",
        "untied_pool_count",
    ),
    (
        "ledger_coverage",
        "insert into raw.gl__journal_lines values"
        " ('DE01', 'J3', '6110', 1, 'EUR', 1, '2025-12')",
        "lost_line_count",
    ),
    (
        "ledger_coverage",
        "update intermediate.int_ledger_lines_mapped set cost_pool_code = null",
        "unmapped_line_count",
    ),
    (
        "ledger_coverage",
        f"update finance.{GL} set fiscal_period = '2025-11'",
        "unreconciled_pool_count",
    ),
    (
        "ledger_coverage",
        f"update finance.{GL} set gl_amount_base_ccy = 8.99",
        "ledger_difference_cents",
    ),
    (
        "allocated_costs",
        "update finance.rpt_cost_to_serve_by_customer_pool_month"
        " set allocated_amount_base_ccy = 5.99 where customer_id = 'C1'",
        "customer_pool_difference_cents",
    ),
    (
        "allocated_costs",
        f"update finance.{PROFIT} set cost_to_serve_amount_base_ccy = 2.01"
        " where customer_id = 'C2'",
        "customer_month_difference_cents",
    ),
    (
        "unallocated_costs",
        "update core.fct_cost_pools set unallocated_amount_base_ccy = 0.41",
        "over_limit_count",
    ),
    (
        "unallocated_costs",
        "update core.fct_cost_pools set unallocated_amount_base_ccy = 8.00",
        "undriven_pool_count",
    ),
    (
        PROFIT,
        f"update finance.{PROFIT} set contribution_amount_base_ccy = 34.01"
        " where customer_id = 'C1'",
        "untied_row_count",
    ),
    (
        PROFIT,
        "delete from finance.rpt_whale_curve_by_customer where customer_id = 'C2'",
        "missing_from_curve_count",
    ),
    (
        PROFIT,
        "update finance.rpt_whale_curve_by_customer"
        " set cost_to_serve_amount_base_ccy = 0",
        "curve_difference_cents",
    ),
    (
        "model_fit",
        "update core.fct_segmentation_reviews set over_limit_since_date = '2025-12-31'",
        "over_limit_count",
    ),
    (
        "rpt_mart_availability",
        "drop table core.fct_order_lines",
        "unbuilt_count",
    ),
]
