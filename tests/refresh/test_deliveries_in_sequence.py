"""Deliveries follow one another: numbers move on, history is only added to."""

import json
import shutil
from itertools import pairwise

import duckdb
import pytest

from echelon.quoting import quote_text
from tests.refresh.conftest import copy_of, last_json
from tests.refresh.growing_company import (
    MONTHS,
    accounts,
    customers,
    deliver,
    freight,
    order_lines,
)

HISTORIES = (
    "core.fct_identifier_history",
    "core.fct_identity_events",
    "core.fct_segment_assignments",
)
CORRECTED = "C001-2025-12-05"
PAIR = ("C020", "C022")
ONE, OTHER = (f"erp:{customer}" for customer in PAIR)
# What a steward decides before the refresh of each step.
DECISIONS = (
    None,
    ("must-merge", ONE, OTHER, "--on", "2025-08-01"),
    ("unmerge", OTHER, ONE),
)


def month_of(landing, sequence, month, **tables):
    """Deliver one more month of orders and freight, and other tables of the ERP."""
    return deliver(
        landing,
        "erp",
        sequence,
        month,
        erp__order_lines=order_lines([month]),
        erp__charges=freight([month]),
        **tables,
    )


def correction_and_a_customer_that_becomes_intercompany(landing):
    month_of(
        landing, 2, "2026-01", erp__customers=customers(["C004"], intercompany=["C004"])
    )
    amounts = {CORRECTED: 1000}
    lines = [
        line
        for line in order_lines(MONTHS[-1:], amounts)
        if line["order_id"] == CORRECTED
    ]
    deliver(landing, "erp", 3, "2025-12", erp__order_lines=lines)
    # The CRM delivers whole extracts: K2 is gone from it.
    shutil.rmtree(landing / "crm" / "crm-0001")
    deliver(landing, "crm", 2, "2026-01", crm__accounts=accounts(["K1"]))


def merge_and_a_customer_that_is_none_of_ours_after_all(landing):
    month_of(landing, 4, "2026-02", erp__customers=customers(["C004"]))
    link = {"from_system": "erp", "from_id": "C008", "to_system": "erp"}
    deliver(
        landing,
        "mdm",
        1,
        "2026-02",
        mdm__id_references=[{**link, "to_id": "C010", "method": "manual"}],
    )


def account_that_comes_back(landing):
    month_of(landing, 5, "2026-03")
    deliver(landing, "crm", 3, "2026-03", crm__accounts=accounts(["K1", "K2"]))


# A directory may be called whatever a file system and Dagster's history can hold.
ODD_NAME = 'it\'s [one] 50% & "more" *'
STEPS = (
    correction_and_a_customer_that_becomes_intercompany,
    merge_and_a_customer_that_is_none_of_ours_after_all,
    account_that_comes_back,
)


@pytest.fixture(scope="module")
def releases(growing, tmp_path_factory):
    """Refresh after each step; the databases of the releases, oldest first."""
    company = copy_of(growing, tmp_path_factory.mktemp("sequence") / ODD_NAME)
    databases = [published(company)]
    for step, decision in zip(STEPS, DECISIONS, strict=True):
        step(company.data_dir / "landing")
        if decision:
            given = ("--requested-by", "clerk", "--reason", "same owner", "--json")
            asked = company.run("decide", *decision, *given)
            assert asked.returncode == 0, asked.stderr
            change = last_json(asked)["change_id"]
            given = ("--by", "steward", "--reason", "seen")
            decided = company.run("approve", change, *given)
            assert decided.returncode == 0, decided.stderr
        completed = company.run("refresh")
        assert completed.returncode == 0, completed.stderr
        databases.append(published(company))
    return company, databases


def published(company):
    return company.data_dir / "releases" / company.in_force() / "published.duckdb"


def ask(database, sql):
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def segments_of(database, identifier):
    """Segment by first day of each interval as last recorded, in order."""
    return ask(
        database,
        f"""
        select valid_from_date, segment_code, valid_to_date
        from core.fct_segment_assignments
        where customer_id in (
            select customer_id from core.dim_customer_identifiers
            where source_customer_id = '{identifier}'
        )
        qualify row_number() over (
            partition by valid_from_date order by recorded_at desc
        ) = 1
        order by valid_from_date
        """,
    )


def customer_of(database, identifier):
    """Customer of an identifier in the interval that is open."""
    ((customer_id,),) = ask(
        database,
        f"""
        select customer_id from core.dim_customer_identifiers
        where source_customer_id = '{identifier}' and valid_to_date is null
        """,
    )
    return customer_id


def test_each_delivery_makes_a_release_of_its_own(releases):
    _, databases = releases
    assert len({database.parent.name for database in databases}) == len(STEPS) + 1


@pytest.mark.parametrize("table", HISTORIES)
def test_every_row_of_former_history_is_still_there(releases, table):
    _, databases = releases
    for former, following in pairwise(databases):
        with duckdb.connect() as connection:
            connection.execute(
                f"attach {quote_text(str(former))} as former (read_only)"
            )
            connection.execute(
                f"attach {quote_text(str(following))} as following (read_only)"
            )
            lost = connection.execute(
                f"from former.{table} except all from following.{table}"
            ).fetchall()
        assert lost == [], following.parent.name


def test_former_releases_stay_as_they_were_published(releases):
    company, databases = releases
    for database in databases:
        completed = company.run("verify", database.parent.name)
        assert completed.returncode == 0, completed.stderr


def test_what_a_delivery_did_not_change_is_taken_over(releases):
    _, databases = releases
    for database in databases[1:]:
        manifest = json.loads((database.parent / "manifest.json").read_text())
        taken_over = manifest["taken_over"]
        assert 0 < taken_over["activities"] < taken_over["of_activities"]


def test_a_correction_replaces_its_line_in_the_new_release_only(releases):
    _, databases = releases
    query = f"""
        select sum(net_amount_base_ccy), count(*) from core.fct_order_lines
        where order_id = '{CORRECTED}'
    """
    ((before, lines),) = ask(databases[0], query)
    assert (before, lines) == (6 * 402, 6)
    for database in databases[1:]:
        assert ask(database, query) == [(6000, 6)]


def test_an_appended_month_leaves_the_months_before_alone(releases):
    _, databases = releases
    query = """
        select fiscal_period, count(*) from finance.rpt_profitability_by_customer_month
        where fiscal_period <= '2025-12' group by all order by all
    """
    months = "select count(distinct date_trunc('month', order_date)) from {}"
    counts = [ask(d, months.format("core.fct_order_lines"))[0][0] for d in databases]
    assert counts == [6, 7, 8, 9]
    assert ask(databases[0], query) == ask(databases[1], query)


def test_a_segment_left_and_taken_up_again_is_three_intervals(releases):
    _, databases = releases
    (known,) = segments_of(databases[0], "C004")
    intervals = segments_of(databases[-1], "C004")
    assert [code for _, code, _ in intervals] == [known[1], "UNC", known[1]]
    starts = [start for start, _, _ in intervals]
    assert [end for _, _, end in intervals] == [*starts[1:], None]


def test_a_new_reference_merges_two_customers_from_its_date_on(releases):
    _, databases = releases
    apart = [customer_of(databases[1], code) for code in ("C008", "C010")]
    assert apart[0] != apart[1]
    together = [customer_of(databases[2], code) for code in ("C008", "C010")]
    assert together[0] == together[1]
    assert together[0] in apart


def test_an_account_that_comes_back_is_the_customer_it_was(releases):
    _, databases = releases
    assert customer_of(databases[-1], "K2") == customer_of(databases[0], "K2")


def test_the_audit_log_names_every_release_in_order(releases):
    company, databases = releases
    listed = company.run("releases", "--json")
    ids = [record["release_id"] for record in json.loads(listed.stdout)]
    assert ids[::-1] == [database.parent.name for database in databases]


def ids_of(database):
    """Customer of each identifier that is not one of the steps' own changes."""
    return dict(
        ask(
            database,
            """
            select source_customer_id, customer_id from core.dim_customer_identifiers
            where is_current and source_customer_id not in ('K2', 'C008', 'C010')
            """,
        )
    )


def test_two_customers_that_a_steward_merges_are_one(releases):
    _, databases = releases
    before, merged = map(ids_of, databases[1:3])
    assert before[PAIR[0]] != before[PAIR[1]]
    assert merged[PAIR[0]] == merged[PAIR[1]]
    assert {key for key in before if merged[key] != before[key]} < set(PAIR)
    survivor = merged[PAIR[0]]
    (loser,) = {before[key] for key in PAIR} - {survivor}
    cause = "steward steward: must_merge, same owner"
    assert ask(
        databases[2],
        f"select event_type, from_customer_id, to_customer_id, cause"
        f" from core.fct_identity_events where from_customer_id = '{loser}'",
    ) == [("merged", loser, survivor, cause)]
    assert ask(
        databases[2],
        f"select successor_customer_id from core.dim_customers"
        f" where customer_id = '{loser}'",
    ) == [(survivor,)]
    changes = ask(
        databases[2],
        f"""
        select from_order_count + to_order_count,
            from_net_sales_amount_base_ccy + to_net_sales_amount_base_ccy
        from governance.rpt_identity_changes where from_customer_id = '{loser}'
        """,
    )
    assert changes == ask(
        databases[2],
        f"""
        select count(distinct order_id),
            sum(net_amount_base_ccy) filter (where is_net_sales)
        from core.fct_order_lines where customer_id = '{survivor}'
        """,
    )
    assert ask(
        databases[2],
        "select decision_status, effect from governance.rpt_identity_decisions",
    ) == [("in_force", "one_customer")]
    weights, latter = (
        (database.parent / "artefacts" / "customer_match_model.json").read_bytes()
        for database in databases[1:3]
    )
    assert weights == latter


def test_a_decision_undone_parts_them_and_nobody_else_changes(releases):
    company, databases = releases
    before, merged, parted = map(ids_of, databases[1:4])
    survivor = merged[PAIR[0]]
    (loser,) = {before[key] for key in PAIR} - {survivor}
    ours = {parted[key] for key in PAIR}
    # The larger part keeps the id, whichever it was; a retired id is not given again.
    assert len(ours) == 2
    assert survivor in ours
    assert loser not in parted.values()
    assert {key for key in merged if parted[key] != merged[key]} < set(PAIR)
    assert ask(
        databases[3],
        "select decision, decision_status from governance.rpt_identity_decisions"
        " order by decision",
    ) == [("must_merge", "superseded"), ("unmerge", "in_force")]
    log = (company.data_dir / "audit" / "audit.jsonl").read_text().splitlines()
    events = [json.loads(line)["event"] for line in log]
    assert events.count("identity_decided") == 2
