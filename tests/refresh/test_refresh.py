"""The whole, through the commands of the README."""

import shutil
import signal
from itertools import chain

import duckdb
import pytest

from benchmarks.accuracy import measure_accuracy
from echelon import rerun
from tests.refresh.conftest import copy_of, last_json

DESIGNED_COLUMNS = {
    "core.dim_customers": "customer_id customer_name parent_customer_id country_code "
    "is_strategic first_order_date",
    "core.dim_customer_identifiers": "source_system source_customer_id valid_from_date "
    "customer_id match_rule match_probability valid_to_date",
    "core.dim_products": "product_id abc_class xyz_class demand_class lifecycle_stage "
    "temperature_class",
    "core.dim_segments": "model_version segment_code segment_name definition "
    "customer_count",
    "core.fct_order_lines": "order_id line_no customer_id product_id order_date "
    "ordered_qty net_amount_base_ccy cogs_amount_base_ccy segment_code",
    "core.fct_shipments": "shipment_id freight_amount_base_ccy freight_status "
    "is_on_time",
    "core.fct_segment_assignments": "customer_id valid_from_date recorded_at "
    "segment_code model_version assigned_by reason valid_to_date",
    "core.fct_cost_to_serve": "fiscal_period cost_pool_code order_id line_no "
    "customer_id product_id activity_code allocated_amount_base_ccy behaviour",
    "finance.rpt_gl_reconciliation_by_cost_pool_month": "fiscal_period cost_pool_code "
    "gl_amount_base_ccy allocated_amount_base_ccy unused_capacity_amount_base_ccy "
    "sustaining_amount_base_ccy excluded_amount_base_ccy unallocated_amount_base_ccy "
    "quarantined_amount_base_ccy variance_amount_base_ccy",
    "finance.rpt_profitability_by_customer_month": "customer_id fiscal_period "
    "gross_sales_amount_base_ccy discounts_amount_base_ccy net_sales_amount_base_ccy "
    "cogs_amount_base_ccy gross_margin_amount_base_ccy cost_to_serve_amount_base_ccy "
    "contribution_amount_base_ccy",
    "finance.rpt_whale_curve_by_customer": "customer_id contribution_amount_base_ccy "
    "cumulative_contribution_amount_base_ccy cumulative_ratio",
    "governance.rpt_gate_results": "rows_examined passed detail",
    "features.ftr_customers": "customer_id as_of_date",
    "features.ftr_products": "product_id as_of_date",
}


def test_a_refresh_publishes_with_every_gate_passed(released):
    company, report = released
    assert report["exit_code"] == 0
    assert company.in_force() == report["release_id"]
    assert report["gates"].get("failed", 0) == 0
    assert report["gates"].get("not applicable", 0) == 0
    assert report["gates"]["passed"] >= 15


def test_every_cost_pool_ties_to_the_ledger(released):
    company, report = released
    assert report["tie_out"]["checked_count"] > 100
    assert report["tie_out"]["variance_count"] == 0
    (unexplained,) = company.query(
        """
        select count(*) from finance.rpt_gl_reconciliation_by_cost_pool_month
        where gl_amount_base_ccy <> allocated_amount_base_ccy
            + unused_capacity_amount_base_ccy + sustaining_amount_base_ccy
            + excluded_amount_base_ccy + unallocated_amount_base_ccy
            + quarantined_amount_base_ccy
        """
    )
    assert unexplained == (0,)


def test_the_reconciliation_adds_up_to_the_landed_journals(released):
    company, _ = released
    journals = next(company.data_dir.glob("landing/gl/*/gl__journal_lines.*"))
    accounts = next(company.data_dir.glob("landing/gl/*/gl__accounts.*"))
    with duckdb.connect() as connection:
        expected = connection.execute(
            f"""
            select sum(journal_lines.base_amount::decimal(18, 2))
            from '{journals}' as journal_lines
            inner join read_csv('{accounts}', all_varchar = true) as accounts
                on accounts.account_id = journal_lines.account_id::varchar
            where accounts.account_type in ('revenue', 'cogs', 'expense')
            """
        ).fetchall()
    reconciled = company.query(
        """
        select sum(gl_amount_base_ccy)
        from finance.rpt_gl_reconciliation_by_cost_pool_month
        """
    )
    assert reconciled == expected


@pytest.mark.parametrize("table", DESIGNED_COLUMNS)
def test_published_tables_have_the_columns_others_rely_on(released, table):
    company, _ = released
    schema, name = table.split(".")
    columns = {
        row[0]
        for row in company.query(
            f"""
            select column_name from duckdb_columns()
            where schema_name = '{schema}' and table_name = '{name}'
            """
        )
    }
    assert set(DESIGNED_COLUMNS[table].split()) <= columns


def test_segments_and_costs_come_close_to_the_truth(released):
    company, _ = released
    accuracy = measure_accuracy(
        company.data_dir / "current" / "published.duckdb", company.data_dir / "truth"
    )
    assert accuracy.adjusted_rand_index >= 0.9
    assert accuracy.costed_count > 300
    assert accuracy.median_cost_error_ratio <= 0.05
    assert accuracy.cost_rank_correlation >= 0.95
    assert accuracy.unprofitable_precision >= 0.9
    assert accuracy.unprofitable_recall >= 0.9
    assert accuracy.variance_count == 0


def test_the_same_inputs_are_nothing_new(another):
    before = another.in_force()
    completed = another.run("refresh")
    assert completed.returncode == 10
    assert "nothing new" in completed.stderr
    assert another.in_force() == before


def test_an_earlier_date_than_the_release_in_force_is_refused(another):
    before = another.in_force()
    completed = another.run("refresh", "--as-of", "2025-11-30", "--json")
    assert completed.returncode == 30, completed.stderr
    assert last_json(completed)["code"] == "as_of_before_release"
    assert another.in_force() == before


KNOWN_ON = """
    select segment_code from core.fct_segment_assignments
    where customer_id = '{customer}' and recorded_at <= '{known_on}'
        and valid_from_date <= '{day}'
    qualify row_number() over (
        order by valid_from_date desc, recorded_at desc
    ) = 1 and coalesce(valid_to_date > '{day}', true)
"""
CORRECTION = {
    "--to": "S01",
    "--since": "2025-12-31",
    "--until": "2026-12-31",
    "--requested-by": "ann",
    "--reason": "wrong",
}


@pytest.fixture(scope="module")
def corrected(tiny_released, tmp_path_factory):
    """The company two days on, a segment corrected; the customer, the id before."""
    company = copy_of(
        tiny_released[0], tmp_path_factory.mktemp("corrected") / "company"
    )
    before = company.in_force()
    ((customer,),) = company.query(
        "select min(customer_id) from governance.rpt_assignment_reasons_by_customer"
        " where segment_code = 'S02' and assigned_by = 'model'"
    )
    asked = company.run(
        "reclassify", customer, "--confirm", "--json", *chain(*CORRECTION.items())
    )
    change = last_json(asked)["change_id"]
    agree = ("approve", change, "--reason", "seen", "--by")
    assert company.run(*agree, "ann").returncode == 60
    assert company.run(*agree, "bob").returncode == 0
    completed = company.run("refresh", "--as-of", "2026-01-02", "--json")
    assert completed.returncode == 0, completed.stderr
    assert last_json(completed)["release_id"] == company.in_force() != before
    return company, customer, before


def test_a_correction_of_a_segment_changes_no_cost(corrected):
    taken_over = corrected[0].manifest()["taken_over"]
    assert taken_over["activities"] == taken_over["of_activities"] > 0
    assert taken_over["periods"] == taken_over["of_periods"] == 24


def test_it_is_the_same_release_when_made_elsewhere_with_all_costs_computed(corrected):
    company = corrected[0]
    manifest = company.manifest()
    completed = company.run_apart(
        *("rebuild", manifest["release_id"], "--verify", "--json"),
        ECHELON_THREADS="1",
        TZ="Asia/Tokyo",
    )
    assert completed.returncode == 0, completed.stderr
    made = last_json(completed)
    assert made["is_equal"]
    assert made["rebuilt_id"] == manifest["release_id"]
    assert made["tables"] == len(manifest["tables"])


def test_what_other_code_made_is_told_by_that_code(corrected, tmp_path, monkeypatch):
    company = corrected[0]
    (tmp_path / "requirements.lock").write_text("other==1\n")
    monkeypatch.setattr(rerun, "PROJECT_DIR", tmp_path)
    completed = company.run("rebuild", company.in_force(), "--verify", "--json")
    assert completed.returncode == 30
    refused = last_json(completed)
    assert refused["code"] == "base_not_repeatable"
    assert refused["message"].endswith(" was made of other libraries")


def test_a_later_date_keeps_the_segments_but_one_that_a_person_corrects(corrected):
    company, customer, _ = corrected
    is_reused = company.query(
        "select distinct is_reused from governance.rpt_segment_stability"
    )
    assert is_reused == [(True,)]
    moved = company.query(
        "select count(*) from governance.rpt_assignment_reasons_by_customer"
        " where has_moved"
    )
    assert moved == [(0,)]
    # Of the last day of 2025 we thought S02 then, and think S01 now.
    for known_on, code in (("2025-12-31", "S02"), ("2026-01-31", "S01")):
        asked = KNOWN_ON.format(customer=customer, known_on=known_on, day="2025-12-31")
        assert company.query(asked) == [(code,)]
    explained = last_json(company.run("explain", customer, "--json"))
    assert explained["assignment"]["assigned_by"] == "override"
    assert explained["is_replayed"]


def test_rollback_and_verify_work_on_a_release(corrected, tmp_path):
    company = copy_of(corrected[0], tmp_path / "copy")
    before = corrected[2]

    assert company.run("rollback", before).returncode == 0

    assert company.in_force() == before
    assert company.run("verify").returncode == 0


def test_status_repeats_what_the_refresh_said(released):
    company, report = released
    completed = company.run("status", "--json")
    assert completed.returncode == 0, completed.stderr
    status = last_json(completed)
    assert status["segments"] == report["segments"]
    assert status["tie_out"] == report["tie_out"]


def test_without_a_delivery_the_refresh_says_what_to_land(tmp_path, tiny_landed):
    empty = copy_of(tiny_landed, tmp_path / "empty")
    shutil.rmtree(empty.data_dir / "landing" / "erp")
    completed = empty.run("refresh")
    assert completed.returncode == 20
    assert "erp__order_lines" in completed.stderr


def test_ctrl_c_stops_a_refresh_without_a_word_of_defects(tmp_path, tiny_landed):
    company = copy_of(tiny_landed, tmp_path / "stopped")
    with company.start("refresh") as process:
        while "loading" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        complained = process.communicate()[1]
    assert process.returncode == 130
    assert complained.splitlines()[-1].startswith("error: stopped by a signal (")
    assert company.in_force() is None
