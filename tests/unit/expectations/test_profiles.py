"""The profile queries on a warehouse of three order lines, and one flaw at a time."""

import duckdb
import pytest

from expectations.gate import examine
from expectations.register import GATES
from tests.unit.expectations.flaws import FLAWS, GL, WAREHOUSE

# Segments of one customer each are too small for a release; the warehouse is tiny.
TINY = {"segments", "segment_quality"}


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        connection.execute(WAREHOUSE)
        yield connection


def find(name):
    return next(gate for gate in GATES if gate.name == name)


@pytest.mark.parametrize(
    "gate",
    [gate for gate in GATES if gate.name not in TINY],
    ids=lambda gate: gate.name,
)
def test_sound_warehouse_passes(warehouse, gate):
    # One row in four of the tiny customer file is set aside.
    if gate.name == "quarantine_share":
        warehouse.execute("update raw.deliveries set row_count = 1000")
    result = examine(gate, warehouse)
    assert (result.passed, result.detail) == (True, "")
    assert result.rows_examined > 0


@pytest.mark.parametrize(
    ("name", "flaw", "column"), FLAWS, ids=[f"{name}-{col}" for name, _, col in FLAWS]
)
def test_flaw_in_the_warehouse_trips_its_gate(warehouse, name, flaw, column):
    warehouse.execute(flaw)
    gate = find(name)
    result = examine(gate, warehouse)
    assert f": {column} {'must' if gate.is_critical else 'should'} " in result.detail
    assert result.passed is not gate.is_critical


def test_what_drifted_is_named_and_stops_nothing(warehouse):
    warehouse.execute(
        "update core.fct_segmentation_reviews"
        " set over_limit_since_date = '2025-12-31',"
        " drifted = 'attributes: order_count 0.41'"
        " where release_id = 'r2'"
    )
    result = examine(find("model_fit"), warehouse)
    assert (result.passed, result.warnings, result.rows_examined) == (True, 1, 1)
    assert result.detail.endswith("first: attributes: order_count 0.41")


def test_missing_rate_is_named(warehouse):
    warehouse.execute(
        "insert into intermediate.int_missing_exchange_rates values"
        " ('erp__charges', 'USD', '2025-12-02'), ('erp__charges', 'GBP', '2025-12-03')"
    )
    detail = examine(find("exchange_rates"), warehouse).detail
    assert detail.endswith("first: GBP on 2025-12-03 in erp__charges")


def test_account_without_a_pool_is_named(warehouse):
    warehouse.execute(
        "update intermediate.int_ledger_lines_mapped set cost_pool_code = null"
    )
    detail = examine(find("ledger_coverage"), warehouse).detail
    assert detail.endswith("first: account 6110")


def test_a_bad_day_is_not_hidden_by_the_good_days_before_it(warehouse):
    warehouse.execute("update raw.deliveries set row_count = 1000000")
    warehouse.execute(
        "update raw.deliveries set row_count = 10, quarantined_row_count = 1"
        " where delivery_id = 'erp-2'"
    )
    result = examine(find("quarantine_share"), warehouse)
    assert (result.passed, result.warnings) == (True, 1)
    assert result.detail.endswith("first: erp__customers of erp-2")


def test_rate_that_doubles_is_no_jump_and_one_a_hundredfold_is_named(warehouse):
    assert examine(find("exchange_rate_jumps"), warehouse).warnings == 0
    warehouse.execute(
        "insert into intermediate.int_exchange_rates_quoted"
        " values ('JPY', '2025-12-02', 'average', 0.6)"
    )
    detail = examine(find("exchange_rate_jumps"), warehouse).detail
    assert detail.endswith("first: JPY on 2025-12-02, average")


def test_status_that_policy_does_not_list_is_named(warehouse):
    warehouse.execute(
        "update intermediate.int_order_lines_converted set line_status = 'storno'"
    )
    detail = examine(find("order_lines_plausible"), warehouse).detail
    assert detail.endswith("first: status storno")


def test_segments_are_counted_without_exceptions(warehouse):
    rows = warehouse.execute(find("segments").profile_sql).fetchall()
    assert [(row[0], row[3], row[5]) for row in rows] == [("S01", 2, 1), ("S02", 2, 1)]
    assert ": member_count " in examine(find("segments"), warehouse).detail


@pytest.mark.parametrize(
    ("approval", "is_passed"),
    [
        ("3, '2025-01-01'", True),
        ("2, '2025-01-01'", False),
        ("3, '2026-01-01'", False),
    ],
)
def test_segment_that_does_not_pay_needs_a_signed_row_in_force(
    warehouse, approval, is_passed
):
    warehouse.execute("update segmentation.models set segment_count = 3")
    warehouse.execute(
        "insert into policy.policy_thresholds values"
        f" ('segmentation_approved_segment_count', {approval})"
    )
    assert examine(find("max_segments_justified"), warehouse).passed is is_passed


def test_model_without_segments_needs_no_justification(warehouse):
    warehouse.execute(WITHOUT_SEGMENTS)
    warehouse.execute("delete from segmentation.candidates")
    assert examine(find("max_segments_justified"), warehouse).passed


WITHOUT_SEGMENTS = """
update segmentation.models
set algorithm = 'none', segment_count = 0, mean_jaccard = null, window_ari = null;
delete from segmentation.segments;
insert into segmentation.segments values
('M1', 'UNC', 'Unclassified', 'No segments were formed.', null, 1.0);
update segmentation.assignments
set segment_code = 'UNC', reason = 'too few customers to segment: 2 of at least 30';
"""


@pytest.mark.parametrize("name", ["assignments", "segments", "models"])
def test_declared_lack_of_segments_passes(warehouse, name):
    warehouse.execute(WITHOUT_SEGMENTS)
    result = examine(find(name), warehouse)
    assert (result.passed, result.detail, result.rows_examined) == (True, "", 2)


def test_declared_lack_of_segments_is_reported(warehouse):
    warehouse.execute(WITHOUT_SEGMENTS)
    result = examine(find("segment_quality"), warehouse)
    assert (result.passed, result.warnings, result.rows_examined) == (True, 1, 2)
    assert ": segment_count " in result.detail


@pytest.mark.parametrize(
    ("name", "flaw", "detail"),
    [
        (
            "models",
            "update segmentation.assignments set reason = '' where customer_id = 'C1'",
            ": unexplained_customer_count ",
        ),
        (
            "models",
            "update segmentation.assignments set segment_code = 'EXC'"
            " where customer_id = 'C1'",
            ": unexplained_customer_count ",
        ),
        (
            "models",
            "update segmentation.models set algorithm = 'kmeans'",
            ": uncounted_label_count ",
        ),
        (
            "segments",
            "update segmentation.models set algorithm = 'kmeans'",
            "0 rows examined",
        ),
        (
            "segments",
            "update segmentation.assignments set segment_code = 'EXC'"
            " where customer_id = 'C1'",
            ": stray_count ",
        ),
        (
            "segments",
            "insert into segmentation.segments values"
            " ('M1', 'S01', 'Frequent', 'orders weekly', 0.8, 0.95)",
            ": stray_count ",
        ),
        ("segments", "delete from segmentation.segments", "0 rows examined"),
        (
            "assignments",
            "update segmentation.assignments set segment_code = 'S01'"
            " where customer_id = 'C1'",
            ": unknown_segment_count ",
        ),
        (
            "assignments",
            "delete from segmentation.assignments where customer_id = 'C1'",
            ": unassigned_customer_count ",
        ),
    ],
)
def test_flaw_without_segments_trips_its_gate(warehouse, name, flaw, detail):
    warehouse.execute(WITHOUT_SEGMENTS)
    warehouse.execute(flaw)
    result = examine(find(name), warehouse)
    assert not result.passed
    assert detail in result.detail


def test_lost_segments_of_a_model_are_refused(warehouse):
    warehouse.execute("delete from segmentation.segments")
    assert not examine(find("segments"), warehouse).passed
    assert ": uncounted_label_count " in examine(find("models"), warehouse).detail


def test_loose_labels_of_a_reused_model_are_only_reported(warehouse):
    warehouse.execute(
        "update segmentation.models set is_reused = true;"
        " update segmentation.segments set label_fidelity_ratio = 0.5"
        " where segment_code = 'S02'"
    )
    assert examine(find("models"), warehouse).passed
    quality = examine(find("segment_quality"), warehouse)
    assert ": label_fidelity_ratio " in quality.detail
    assert quality.passed


def test_quality_of_each_segment_is_profiled(warehouse):
    rows = warehouse.execute(find("segment_quality").profile_sql).fetchall()
    assert [row[0] for row in rows] == ["S01", "S02"]


@pytest.mark.parametrize("name", [GL, "ledger_coverage", "ledger_balance"])
def test_gate_whose_table_is_declared_absent_is_not_applicable(warehouse, name):
    warehouse.execute(
        "update raw.table_availability"
        " set is_available = false, unavailable_reason = 'no ledger'"
        " where table_name = 'gl__journal_lines'"
    )
    result = examine(find(name), warehouse)
    assert result.not_applicable_reason == "gl__journal_lines: no ledger"
    assert not result.passed


def test_gate_with_alternatives_applies_while_one_of_them_is_there(warehouse):
    gate = find("allocated_costs")
    warehouse.execute(
        "update raw.table_availability set is_available = false"
        " where table_name = 'gl__journal_lines'"
    )
    assert examine(gate, warehouse).passed
    warehouse.execute(
        "update raw.table_availability"
        " set is_available = false, unavailable_reason = 'not kept'"
    )
    assert "tms__freight_charges: not kept" in examine(gate, warehouse).detail


def test_company_whose_charges_are_all_revenue_has_no_cost_to_examine(warehouse):
    warehouse.execute(
        "update raw.table_availability set is_available = table_name = 'erp__charges'"
    )
    result = examine(find("allocated_costs"), warehouse)
    assert result.not_applicable_reason is not None
    assert "erp__charges: no row where direction = 'cost'" in result.detail
    warehouse.execute("update raw.erp__charges set direction = 'cost'")
    assert examine(find("allocated_costs"), warehouse).passed


def test_unallocated_pools_are_named(warehouse):
    warehouse.execute(
        "update core.fct_cost_pools set unallocated_amount_base_ccy = 4.00"
    )
    assert (
        "first: DE01 freight 50 %"
        in examine(find("unallocated_costs"), warehouse).detail
    )
    warehouse.execute(
        "update core.fct_cost_pools set unallocated_amount_base_ccy = 0.40"
    )
    assert not examine(find("unallocated_costs"), warehouse).warnings
