"""Each gate has a clean frame that passes and one corruption per expectation."""

from importlib import import_module

import pandas as pd
import pytest

from expectations.gate import run_gate
from expectations.register import GATES

BETWEEN = "column_values_to_be_between"
NOT_NULL = "column_values_to_not_be_null"
UNIQUE = "column_values_to_be_unique"
COLUMNS = "table_columns_to_match_set"
GL = "rpt_gl_reconciliation_by_cost_pool_month"
PROFIT = "rpt_profitability_by_customer_month"

CLEAN = {
    "required_tables": {
        "table_name": ["erp__customers", "erp__products", "erp__order_lines"],
        "examined_row_count": [10, 5, 100],
        "null_key_count": [0, 0, 0],
    },
    "deliveries_accounted": {
        "table_name": ["erp__customers"],
        "examined_row_count": [10],
        "unlisted_row_count": [0],
        "invented_row_count": [0],
        "lost_row_count": [0],
    },
    "order_dates": {
        "examined_row_count": [100],
        "undated_row_count": [0],
        "oldest_order_age_days": [730],
    },
    "order_freshness": {"examined_row_count": [100], "newest_order_age_days": [1]},
    "quarantine_share": {
        "table_name": ["erp__customers"],
        "examined_row_count": [1000],
        "quarantined_ratio": [0.002],
    },
    "ledger_balance": {
        "entity_code": ["DE01"],
        "examined_row_count": [40],
        "unbalanced_journal_count": [0],
    },
    "ledger_completeness": {
        "entity_code": ["DE01"],
        "examined_row_count": [40],
        "incomplete_count": [0],
        "first_case": [None],
    },
    "trial_balance_tie": {
        "entity_code": ["DE01"],
        "examined_row_count": [40],
        "untied_balance_count": [0],
        "uncompared_count": [0],
        "first_case": [None],
    },
    "customer_ids": {
        "examined_row_count": [10],
        "repeated_identifier_count": [0],
        "customerless_identifier_count": [0],
        "lost_identifier_count": [0],
        "unknown_identifier_count": [0],
        "divided_cluster_count": [0],
    },
    "events": {
        "examined_row_count": [10],
        "silent_change_count": [0],
        "untrue_event_count": [0],
        "reused_id_count": [0],
        "unannounced_id_count": [0],
        "causeless_event_count": [0],
    },
    "clusters": {
        "examined_row_count": [10],
        "conflicting_cluster_count": [0],
        "broken_decision_count": [0],
    },
    "exchange_rates": {"examined_row_count": [100], "missing_rate_count": [0]},
    "order_lines_converted": {
        "examined_row_count": [100],
        "lost_row_count": [0],
        "unresolved_customer_count": [0],
        "unplaced_period_count": [0],
        "unconverted_amount_count": [0],
        "unclassified_line_count": [0],
    },
    "ftr_customers": {
        "examined_row_count": [10],
        "repeated_customer_count": [0],
        "missing_customer_count": [0],
        "misdated_row_count": [0],
    },
    "ftr_customers_ranges": {
        "attribute": ["otif_ratio"],
        "examined_row_count": [10],
        "nonfinite_count": [0],
        "negative_count": [0],
        "above_one_count": [0],
    },
    "ftr_customers_imputation": {
        "attribute": ["otif_ratio"],
        "examined_row_count": [10],
        "excess_imputed_ratio": [-0.4],
    },
    "order_units": {"examined_row_count": [100], "unconverted_line_count": [0]},
    "attribute_admissions": {
        "examined_row_count": [31],
        "unadmitted_feature_count": [0],
        "admitted_attribute_count": [11],
    },
    "assignments": {
        "examined_row_count": [10],
        "repeated_customer_count": [0],
        "unassigned_customer_count": [0],
        "unknown_customer_count": [0],
        "unknown_segment_count": [0],
        "nameless_decider_count": [0],
        "unheeded_guard_count": [0],
        "unheeded_override_count": [0],
        "excess_move_count": [0],
    },
    "segments": {
        "segment_code": ["S01", "S02"],
        "segment_name": ["Frequent", "Rare"],
        "definition": ["orders weekly", "orders yearly"],
        "segment_count": [2, 2],
        "stray_count": [0, 0],
        "member_count": [6, 4],
        "examined_row_count": [6, 4],
    },
    "max_segments_justified": {
        "segment_count": [5],
        "examined_row_count": [8],
        "unvalued_count": [0],
        "unjustified_segment_count": [0],
    },
    "models": {
        "model_version": ["M1"],
        "mean_jaccard": [0.8],
        "window_ari": [0.9],
        "fresh_label_fidelity_ratio": [0.95],
        "untested_count": [0],
        "uncounted_label_count": [0],
        "segment_difference_count": [0],
        "unexplained_customer_count": [0],
        "examined_row_count": [10],
    },
    "segment_quality": {
        "segment_code": ["S01", "S02"],
        "mean_jaccard": [0.8, 0.75],
        "label_fidelity_ratio": [0.95, 0.9],
        "window_ari": [0.9, 0.9],
        "segment_count": [2, 2],
        "member_count": [60, 10],
        "examined_row_count": [60, 10],
    },
    "fct_order_lines": {
        "fiscal_period": ["2025-12"],
        "examined_row_count": [100],
        "lost_row_count": [0],
        "net_difference_cents": [0],
        "cogs_difference_cents": [0],
        "customerless_line_count": [0],
    },
    GL: {
        "entity_code": ["DE01"],
        "fiscal_period": ["2025-12"],
        "examined_row_count": [12],
        "lowest_variance_cents": [0],
        "highest_variance_cents": [0],
        "untied_pool_count": [0],
    },
    "ledger_coverage": {
        "entity_code": ["DE01"],
        "examined_row_count": [40],
        "lost_line_count": [0],
        "unmapped_line_count": [0],
        "unreconciled_pool_count": [0],
        "ledger_difference_cents": [0],
    },
    "allocated_costs": {
        "fiscal_period": ["2025-12"],
        "examined_row_count": [12],
        "customer_pool_difference_cents": [0],
        "customer_month_difference_cents": [0],
    },
    "unallocated_costs": {
        "entity_code": ["DE01"],
        "examined_row_count": [12],
        "over_limit_count": [0],
        "undriven_pool_count": [0],
    },
    PROFIT: {
        "contribution_basis": ["after_cogs"],
        "examined_row_count": [10],
        "untied_row_count": [0],
        "missing_from_curve_count": [0],
        "curve_difference_cents": [0],
    },
    "model_fit": {"red_sign_count": [1], "over_limit_count": [0]},
    "rpt_mart_availability": {
        "mart_name": ["fct_order_lines", "rpt_forecast_accuracy"],
        "availability_status": ["available", "not available: no planning system"],
        "unbuilt_count": [0, 0],
    },
}

# (gate, column, value put into its first row, expectation that must trip)
VALUE_CORRUPTIONS = [
    ("required_tables", "table_name", "erp__forecasts", "distinct_values_to_equal_set"),
    ("required_tables", "examined_row_count", 0, BETWEEN),
    ("required_tables", "null_key_count", 1, BETWEEN),
    ("deliveries_accounted", "unlisted_row_count", 1, BETWEEN),
    ("deliveries_accounted", "invented_row_count", 1, BETWEEN),
    ("deliveries_accounted", "lost_row_count", 1, BETWEEN),
    ("order_dates", "undated_row_count", 1, BETWEEN),
    ("order_dates", "oldest_order_age_days", 40 * 365 + 1, BETWEEN),
    ("order_freshness", "newest_order_age_days", 46, BETWEEN),
    ("order_freshness", "newest_order_age_days", -1, BETWEEN),
    ("quarantine_share", "quarantined_ratio", 0.0021, BETWEEN),
    ("ledger_balance", "unbalanced_journal_count", 1, BETWEEN),
    ("ledger_completeness", "incomplete_count", 1, BETWEEN),
    ("trial_balance_tie", "untied_balance_count", 1, BETWEEN),
    ("trial_balance_tie", "uncompared_count", 1, BETWEEN),
    ("customer_ids", "repeated_identifier_count", 1, BETWEEN),
    ("customer_ids", "customerless_identifier_count", 1, BETWEEN),
    ("customer_ids", "lost_identifier_count", 1, BETWEEN),
    ("customer_ids", "unknown_identifier_count", 1, BETWEEN),
    ("customer_ids", "divided_cluster_count", 1, BETWEEN),
    ("events", "silent_change_count", 1, BETWEEN),
    ("events", "untrue_event_count", 1, BETWEEN),
    ("events", "reused_id_count", 1, BETWEEN),
    ("events", "unannounced_id_count", 1, BETWEEN),
    ("events", "causeless_event_count", 1, BETWEEN),
    ("clusters", "conflicting_cluster_count", 1, BETWEEN),
    ("clusters", "broken_decision_count", 1, BETWEEN),
    ("exchange_rates", "missing_rate_count", 1, BETWEEN),
    ("order_lines_converted", "lost_row_count", -1, BETWEEN),
    ("order_lines_converted", "unresolved_customer_count", 1, BETWEEN),
    ("order_lines_converted", "unplaced_period_count", 1, BETWEEN),
    ("order_lines_converted", "unconverted_amount_count", 1, BETWEEN),
    ("order_lines_converted", "unclassified_line_count", 1, BETWEEN),
    ("ftr_customers", "repeated_customer_count", 1, BETWEEN),
    ("ftr_customers", "missing_customer_count", 1, BETWEEN),
    ("ftr_customers", "misdated_row_count", 1, BETWEEN),
    ("ftr_customers_ranges", "nonfinite_count", 1, BETWEEN),
    ("ftr_customers_ranges", "negative_count", 1, BETWEEN),
    ("ftr_customers_ranges", "above_one_count", 1, BETWEEN),
    ("ftr_customers_imputation", "excess_imputed_ratio", 0.01, BETWEEN),
    ("order_units", "unconverted_line_count", 1, BETWEEN),
    ("attribute_admissions", "unadmitted_feature_count", 1, BETWEEN),
    ("attribute_admissions", "admitted_attribute_count", 2, BETWEEN),
    ("assignments", "repeated_customer_count", 1, BETWEEN),
    ("assignments", "unassigned_customer_count", 1, BETWEEN),
    ("assignments", "unknown_customer_count", 1, BETWEEN),
    ("assignments", "unknown_segment_count", 1, BETWEEN),
    ("assignments", "nameless_decider_count", 1, BETWEEN),
    ("assignments", "unheeded_guard_count", 1, BETWEEN),
    ("assignments", "unheeded_override_count", 1, BETWEEN),
    ("assignments", "excess_move_count", 1, BETWEEN),
    ("segments", "segment_code", "S02", UNIQUE),
    ("segments", "segment_name", None, NOT_NULL),
    ("segments", "definition", None, NOT_NULL),
    ("segments", "segment_count", 1, BETWEEN),
    ("segments", "segment_count", 13, BETWEEN),
    ("segments", "stray_count", 1, BETWEEN),
    ("segments", "member_count", 1, BETWEEN),
    ("max_segments_justified", "unvalued_count", 1, BETWEEN),
    ("max_segments_justified", "unjustified_segment_count", 1, BETWEEN),
    ("models", "untested_count", 1, BETWEEN),
    ("models", "mean_jaccard", 0.59, BETWEEN),
    ("models", "window_ari", 0.49, BETWEEN),
    ("models", "uncounted_label_count", 1, BETWEEN),
    ("models", "segment_difference_count", 1, BETWEEN),
    ("models", "unexplained_customer_count", 1, BETWEEN),
    ("models", "fresh_label_fidelity_ratio", 0.79, BETWEEN),
    ("segment_quality", "mean_jaccard", 0.74, BETWEEN),
    ("segment_quality", "label_fidelity_ratio", 0.89, BETWEEN),
    ("segment_quality", "window_ari", 0.74, BETWEEN),
    ("segment_quality", "segment_count", 0, BETWEEN),
    ("segment_quality", "member_count", 9, BETWEEN),
    ("fct_order_lines", "lost_row_count", 1, BETWEEN),
    ("fct_order_lines", "net_difference_cents", -1, BETWEEN),
    ("fct_order_lines", "cogs_difference_cents", 1, BETWEEN),
    ("fct_order_lines", "customerless_line_count", 1, BETWEEN),
    (GL, "lowest_variance_cents", -1, BETWEEN),
    (GL, "highest_variance_cents", 1, BETWEEN),
    (GL, "untied_pool_count", 1, BETWEEN),
    ("ledger_coverage", "lost_line_count", 1, BETWEEN),
    ("ledger_coverage", "unmapped_line_count", 1, BETWEEN),
    ("ledger_coverage", "unreconciled_pool_count", 1, BETWEEN),
    ("ledger_coverage", "ledger_difference_cents", 1, BETWEEN),
    ("allocated_costs", "customer_pool_difference_cents", 1, BETWEEN),
    ("allocated_costs", "customer_month_difference_cents", 1, BETWEEN),
    ("model_fit", "over_limit_count", 1, BETWEEN),
    ("unallocated_costs", "over_limit_count", 1, BETWEEN),
    ("unallocated_costs", "undriven_pool_count", 1, BETWEEN),
    (PROFIT, "untied_row_count", 1, BETWEEN),
    (PROFIT, "missing_from_curve_count", 1, BETWEEN),
    (PROFIT, "curve_difference_cents", 1, BETWEEN),
    ("rpt_mart_availability", "mart_name", None, NOT_NULL),
    ("rpt_mart_availability", "unbuilt_count", 1, BETWEEN),
    ("rpt_mart_availability", "mart_name", "rpt_forecast_accuracy", UNIQUE),
    ("rpt_mart_availability", "availability_status", None, NOT_NULL),
    ("rpt_mart_availability", "availability_status", "not available: ", "match_regex"),
]

# (gate, what happens to the table as a whole, expectation that must trip)
TABLE_CORRUPTIONS = [
    *[
        (gate.name, lambda frame: frame.assign(more=1), COLUMNS)
        for gate in GATES
        if gate.schema == "raw"
    ],
    ("models", lambda frame: pd.concat([frame] * 2), "table_row_count_to_equal"),
]


def suite_of(name):
    gate = next(gate for gate in GATES if gate.name == name)
    return getattr(import_module(f"expectations.suites.{gate.schema}"), name)()


def corrupted(name, column, value):
    frame = pd.DataFrame(CLEAN[name]).astype({column: object})
    frame.loc[0, column] = value
    return frame


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_clean_frame_passes(gate):
    result = run_gate(suite_of(gate.name), pd.DataFrame(CLEAN[gate.name]))
    assert (result.gate, result.passed, result.warnings) == (gate.name, True, 0)
    assert result.detail == ""


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_empty_frame_fails(gate):
    result = run_gate(suite_of(gate.name), pd.DataFrame(CLEAN[gate.name]).head(0))
    assert not result.passed
    assert result.detail == "0 rows examined"


@pytest.mark.parametrize(
    ("name", "column", "value", "expectation"),
    VALUE_CORRUPTIONS,
    ids=[f"{name}-{column}-{value}" for name, column, value, _ in VALUE_CORRUPTIONS],
)
def test_corrupted_value_trips_its_expectation(name, column, value, expectation):
    result = run_gate(suite_of(name), corrupted(name, column, value))
    assert any(
        expectation in sentence and f"({column})" in sentence
        for sentence in result.detail.split("; ")
    )
    is_critical = next(gate for gate in GATES if gate.name == name).is_critical
    assert result.passed is not is_critical
    assert bool(result.critical_failures) is is_critical


@pytest.mark.parametrize(
    ("name", "corrupt", "expectation"),
    TABLE_CORRUPTIONS,
    ids=[f"{name}-{expectation}" for name, _, expectation in TABLE_CORRUPTIONS],
)
def test_corrupted_table_trips_its_expectation(name, corrupt, expectation):
    result = run_gate(suite_of(name), corrupt(pd.DataFrame(CLEAN[name])))
    assert not result.passed
    assert expectation in result.detail


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_every_expectation_has_a_corruption_that_trips_it(gate):
    tripped = {
        (expectation, column)
        for name, column, _, expectation in VALUE_CORRUPTIONS
        if name == gate.name
    } | {
        (expectation, None)
        for name, _, expectation in TABLE_CORRUPTIONS
        if name == gate.name
    }
    for expectation in suite_of(gate.name).expectations:
        column = getattr(expectation, "column", None)
        assert any(
            short in expectation.expectation_type and column == of_column
            for short, of_column in tripped
        ), f"{expectation.expectation_type} ({column}) is not tested"


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_missing_column_never_passes_unnoticed(gate):
    suite = suite_of(gate.name)
    columns = [e.column for e in suite.expectations if hasattr(e, "column")]
    frame = pd.DataFrame(CLEAN[gate.name]).drop(columns=columns[-1])
    result = run_gate(suite, frame)
    assert result.critical_failures + result.warnings > 0
