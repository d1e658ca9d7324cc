"""Is a changed cent found wherever it is, and every cent traced both ways?"""

import json
import random
import shutil
from decimal import Decimal

import duckdb
import pytest

from echelon.release.content import current_catalog, read_content
from echelon.release.tie_out import EVERY_TIE, Sheet, compare

# What each is not the sum of: a rate, an average, a share of a pool that others share,
# a balance that no journal of the extract explains.
FOLLOWS_FROM_NO_SUM = {
    "core.fct_cost_activities.assignable_amount_base_ccy",
    "core.fct_cost_activities.standard_rate_base_ccy",
    "finance.rpt_activity_rates_by_cost_pool_month.activity_rate_base_ccy_per_unit",
    "finance.rpt_activity_rates_by_cost_pool_month.standard_rate_base_ccy",
    "finance.rpt_cost_to_serve_by_customer.cost_to_serve_per_order_amount_base_ccy",
    "finance.rpt_cost_to_serve_by_customer_pool_month.avoidable_amount_base_ccy",
    # By another method than the published one, and the least over all of them.
    "finance.rpt_cost_to_serve_by_holder_method.avoidable_alone_amount_base_ccy",
    "finance.rpt_cost_to_serve_by_holder_method.cost_to_serve_amount_base_ccy",
    "finance.rpt_cost_to_serve_by_holder_method.incremental_amount_base_ccy",
    "finance.rpt_cross_subsidy_by_holder.least_incremental_amount_base_ccy",
    "finance.rpt_cross_subsidy_by_holder.least_stand_alone_amount_base_ccy",
    "finance.rpt_cross_subsidy_by_holder.least_surplus_amount_base_ccy",
    "finance.rpt_cross_subsidy_by_holder.robust_amount_base_ccy",
    # A part of an excess, and months that policy chooses.
    "finance.rpt_unprofitable_customers.worth_amount_base_ccy",
    "finance.rpt_premium_service_by_customer.asked_contribution_amount_base_ccy",
    "finance.rpt_premium_service_by_customer.contribution_amount_base_ccy",
    "finance.rpt_premium_service_by_customer.net_sales_amount_base_ccy",
    "finance.rpt_cost_to_serve_by_segment_month.cost_to_serve_per_order_amount_base_ccy",
    "finance.rpt_ledger_completeness_by_account_month.closing_amount_local_ccy",
    "finance.rpt_ledger_completeness_by_account_month.opening_amount_local_ccy",
    "finance.rpt_freight_by_segment_lane_month.freight_base_ccy_per_kg",
    "finance.rpt_freight_anomalies.excess_amount_base_ccy",
    "finance.rpt_freight_anomalies.freight_base_ccy_per_kg",
    "finance.rpt_freight_anomalies.norm_base_ccy_per_kg",
    "finance.rpt_freight_anomalies.norm_deviation_base_ccy_per_kg",
    "finance.rpt_freight_anomalies.should_cost_amount_base_ccy",
    "finance.rpt_planned_costs_by_segment_month.plan_method_amount_base_ccy",
    "finance.rpt_planned_costs_by_segment_month.rate_base_ccy_per_driver",
    # The landed journals have it: compared by the proof, not within the release.
    "finance.fct_ledger_lines.amount_local_ccy",
    "finance.fct_ledger_lines.base_ccy_per_local_ccy",
    "finance.rpt_subledger_reconciliation_by_item_month.ledger_amount_local_ccy",
    "finance.rpt_subledger_reconciliation_by_item_month.subledger_amount_local_ccy",
    "finance.rpt_translation_differences_by_cost_pool_month.base_ccy_per_local_ccy",
}
COST_TABLES = ("finance.", "core.fct_cost_", "core.fct_carried_", "core.fct_direct_")
BEHIND = {"intermediate.int_order_lines_converted": "core.fct_order_lines"}


@pytest.fixture
def published(released, tmp_path):
    """A copy of the published database that may be written to, and its manifest."""
    company = released[0]
    path = tmp_path / "mutated.duckdb"
    shutil.copyfile(company.data_dir / "current" / "published.duckdb", path)
    with duckdb.connect(str(path)) as connection:
        yield connection, company.manifest()


def amounts_of(connection):
    """List every amount of a stored table that has rows, with how many it has."""
    columns = connection.execute(
        """
        select schema_name || '.' || table_name, column_name
        from duckdb_columns() inner join duckdb_tables()
            using (database_name, schema_name, table_name)
        where data_type like 'DECIMAL%' and column_name like '%\\_ccy%' escape '\\'
        order by all
        """
    ).fetchall()
    for table, column in columns:
        (rows,) = connection.execute(f"select count({column}) from {table}").fetchone()
        if rows:
            yield table, column, rows


def is_caught_by_a_tie(connection, table):
    sheet = Sheet(connection)
    shown = {table, BEHIND.get(table, table)}
    return any(compare(sheet, tie)[1] for tie in EVERY_TIE if shown & tie.tables)


def test_a_cent_changed_in_any_published_amount_is_found(published):
    connection, manifest = published
    chance = random.Random(7)
    untied, unseen, count = set(), set(), 0
    for table, column, rows in amounts_of(connection):
        count += 1
        connection.execute("begin")
        connection.execute(
            f"update {table} set {column} = {column} + 0.01 where rowid = ("
            f" select rowid from {table} where {column} is not null order by rowid"
            f" limit 1 offset {chance.randrange(rows)})"
        )
        totals = read_content(connection, current_catalog(connection), table).totals
        if totals[column] == manifest["tables"][table]["totals"][column]:
            unseen.add(f"{table}.{column}")
        if not is_caught_by_a_tie(connection, table):
            untied.add(f"{table}.{column}")
        connection.execute("rollback")
    assert count > 60
    assert unseen == set()
    costs = {name for name in untied if name.startswith(COST_TABLES)}
    assert costs <= FOLLOWS_FROM_NO_SUM


def test_every_pool_of_the_release_is_in_its_proof(released):
    company = released[0]
    path = company.data_dir / "current" / "proof.json"
    proven = {
        (row["entity_code"], row["fiscal_period"], row["cost_pool_code"])
        for row in json.loads(path.read_text())["postings"]
    }
    reconciled = company.query(
        "select entity_code, fiscal_period, cost_pool_code"
        " from finance.rpt_gl_reconciliation_by_cost_pool_month"
    )
    assert proven == set(reconciled)


def test_customers_products_lanes_and_segments_have_the_same_profit_by_line(released):
    """By period and line; only customers and segments have charges passed on."""
    company = released[0]
    lines = {
        holder: dict(
            company.query(
                f"""
                select fiscal_period || ' ' || line_code, sum(amount_base_ccy)
                from finance.rpt_profit_and_loss_by_{holder}_month
                where line_code not in ('unused_capacity', 'unallocated',
                    'sustaining', 'quarantined', 'operating_result',
                    'charges_passed_on', 'capital_charge', 'contribution_all_in')
                group by all
                """
            )
        )
        for holder in ("customer", "product", "lane", "segment")
    }
    assert len(lines["customer"]) == 24 * 11
    assert lines["product"] == lines["customer"]
    assert lines["lane"] == lines["customer"]
    assert lines["segment"] == lines["customer"]
    [(contribution,)] = company.query(
        "select sum(contribution_amount_base_ccy)"
        " from finance.rpt_whale_curve_by_customer"
    )
    found = sum(
        amount for key, amount in lines["customer"].items() if key[8:] == "contribution"
    )
    assert found == contribution


def test_postings_and_destinations_add_up_over_the_whole_release(released):
    company = released[0]
    off_postings = company.query(
        """
        select count(*) from (
            select entity_code, fiscal_period, document_id, line_no,
                sum(traced_amount_base_ccy) as amount
            from finance.fct_cost_traces group by all
        ) full outer join finance.fct_ledger_lines as lines
            using (entity_code, fiscal_period, document_id, line_no)
        where amount is distinct from lines.amount_base_ccy
        """
    )
    off_customers = company.query(
        """
        select count(*) from (
            select customer_id, fiscal_period, sum(traced_amount_base_ccy) as amount
            from finance.fct_cost_traces where customer_id is not null group by all
        ) full outer join finance.rpt_profitability_by_customer_month as months
            using (customer_id, fiscal_period)
        where coalesce(amount, 0) is distinct from months.cost_to_serve_amount_base_ccy
        """
    )
    assert (off_postings, off_customers) == ([(0,)], [(0,)])


def figures(rows, column, limit=20):
    """The amounts and days of the rows shown, as a reader must find them: uncut."""
    shown = rows[:limit]
    amounts = {f"{Decimal(row[column]):,.2f}" for row in shown}
    return amounts | {row["posting_date"] for row in shown}


def words(printed):
    return set(printed.split())


def test_a_customer_is_traced_to_events_journal_lines_and_rules(released):
    company = released[0]
    customer, period, amount = company.query(
        "select customer_id, fiscal_period, cost_to_serve_amount_base_ccy"
        " from finance.rpt_profitability_by_customer_month"
        " order by 3 desc, 1, 2 limit 1"
    )[0]
    completed = company.run("trace", "customer", customer, "--period", period, "--json")
    found = json.loads(completed.stdout)
    assert Decimal(found["amount_base_ccy"]) == amount
    for step, column in (
        ("activities", "allocated_amount_base_ccy"),
        ("events", "allocated_amount_base_ccy"),
        ("postings", "traced_amount_base_ccy"),
    ):
        assert sum(Decimal(row[column]) for row in found["steps"][step]) == amount
    assert {row["order_id"] for row in found["steps"]["events"]} - {None}
    pools = {row["cost_pool_code"] for row in found["steps"]["postings"]}
    assert {rule["cost_pool_code"] for rule in found["rules"]} == pools
    printed = company.run("trace", "customer", customer, "--period", period).stdout
    assert figures(found["steps"]["postings"], "traced_amount_base_ccy") <= words(
        printed
    )


def test_a_journal_is_traced_to_the_customers_that_bear_it(released):
    company = released[0]
    [(journal,)] = company.query(
        "select min(document_id) from finance.fct_ledger_lines"
        " where cost_pool_code = 'picking'"
    )
    completed = company.run("trace", "journal", journal, "--json")
    found = json.loads(completed.stdout)
    posted = sum(Decimal(r["amount_base_ccy"]) for r in found["steps"]["postings"])
    went = found["steps"]["destinations"]
    assert sum(Decimal(row["traced_amount_base_ccy"]) for row in went) == posted
    assert Decimal(found["amount_base_ccy"]) == posted
    assert {row["destination_code"] for row in went} >= {"customer", "unused_capacity"}
    printed = company.run("trace", "journal", journal).stdout
    assert figures(found["steps"]["postings"], "amount_base_ccy") <= words(printed)


@pytest.mark.parametrize(
    "arguments",
    [("customer", "C0", "--period", "2025-01"), ("journal", "J0")],
    ids=["customer", "journal"],
)
def test_what_is_not_there_is_not_traced(released, arguments):
    completed = released[0].run("trace", *arguments)
    assert completed.returncode == 30
    assert arguments[1] in completed.stderr


@pytest.mark.parametrize("command", ["trace", "draw"])
def test_the_id_of_a_source_system_is_answered_with_the_persistent_one(
    released, command
):
    company = released[0]
    source, customer = company.query(
        "select min_by(source_customer_id, source_customer_id),"
        " min_by(customer_id, source_customer_id)"
        " from core.dim_customer_identifiers where source_system = 'erp' and is_current"
    )[0]
    completed = company.run(command, "customer", source, "--period", "2025-01")
    assert completed.returncode == 30
    assert f"its persistent id is {customer} (erp)" in completed.stderr
    assert "core.dim_customer_identifiers" in completed.stderr
