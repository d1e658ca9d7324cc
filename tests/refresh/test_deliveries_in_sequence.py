"""Deliveries follow one another: numbers move on, history is only added to."""

import json
import shutil
from itertools import pairwise

import duckdb
import pytest

from tests.refresh.conftest import Company
from tests.refresh.growing_company import (
    MONTHS,
    accounts,
    customers,
    declare_absent,
    deliver,
    freight,
    order_lines,
    products,
)

HISTORIES = (
    "core.fct_identifier_history",
    "core.fct_identity_events",
    "core.fct_segment_assignments",
)
CORRECTED = "C001-2025-12-05"


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


def first(landing):
    deliver(
        landing,
        "erp",
        1,
        f"{MONTHS[0]}/{MONTHS[-1]}",
        erp__customers=customers(),
        erp__products=products(),
        erp__order_lines=order_lines(MONTHS),
        erp__charges=freight(MONTHS),
    )
    deliver(landing, "crm", 1, "2025-12", crm__accounts=accounts(["K1", "K2"]))
    declare_absent(landing, {"erp", "crm"})


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


STEPS = (
    first,
    correction_and_a_customer_that_becomes_intercompany,
    merge_and_a_customer_that_is_none_of_ours_after_all,
    account_that_comes_back,
)


@pytest.fixture(scope="session")
def releases(tmp_path_factory):
    """Refresh after each step; the databases of the releases, oldest first."""
    company = Company(tmp_path_factory.mktemp("growing"))
    databases = []
    for step in STEPS:
        step(company.data_dir / "landing")
        completed = company.run("refresh")
        assert completed.returncode == 0, completed.stderr
        release = company.data_dir / "releases" / company.in_force()
        databases.append(release / "published.duckdb")
    return company, databases


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
    assert len({database.parent.name for database in databases}) == len(STEPS)


@pytest.mark.parametrize("table", HISTORIES)
def test_every_row_of_former_history_is_still_there(releases, table):
    _, databases = releases
    for former, following in pairwise(databases):
        with duckdb.connect() as connection:
            connection.execute(f"attach '{former}' as former (read_only)")
            connection.execute(f"attach '{following}' as following (read_only)")
            lost = connection.execute(
                f"from former.{table} except all from following.{table}"
            ).fetchall()
        assert lost == [], following.parent.name


def test_former_releases_stay_as_they_were_published(releases):
    company, databases = releases
    for database in databases:
        completed = company.run("verify", database.parent.name)
        assert completed.returncode == 0, completed.stderr


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
