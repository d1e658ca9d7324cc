"""What policy refuses leaves the release; what a steward decides enters it."""

import csv
from datetime import date

import pytest

from echelon.config import PROJECT_DIR
from tests.refresh.conftest import copy_of, last_json

POLICY = PROJECT_DIR / "dbt_project" / "seeds" / "policy"


def edited(name, target, edit):
    """Lay a policy file with edited rows into a folder."""
    with (POLICY / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        edit(row)
    with (target / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def disown(row):
    if row["field"] == "rush_order_ratio":
        row["owner"] = ""


def expire(row):
    if row["field"] == "crm__service_cases":
        row["valid_to"] = "2025-12-31"


def show_by_account(row):
    if row["setting_name"] == "cost_level_code":
        row["setting_value"] = "ship_to"


def rename(policy, customer_id):
    header = (POLICY / "policy_master_data_decisions.csv").read_text(encoding="utf-8")
    decision = f"customer,{customer_id},customer_name,Renamed Ltd,2025-12-01,anna,deed,"
    (policy / "policy_master_data_decisions.csv").write_text(
        f"{header}{decision}2025-12-01,2026-12-31\n", encoding="utf-8"
    )


@pytest.fixture(scope="module")
def governed(tiny_released, tiny_landed, tmp_path_factory):
    """The company under another policy, who was renamed, and what refresh printed."""
    directory = tmp_path_factory.mktemp("governed")
    policy = directory / "policy"
    policy.mkdir()
    edited("policy_data_owners.csv", policy, disown)
    edited("policy_data_agreements.csv", policy, expire)
    edited("policy_settings.csv", policy, show_by_account)
    renamed = tiny_released[0].query(
        "select min(customer_id) from core.dim_customers where identifier_count > 2"
    )[0][0]
    rename(policy, renamed)
    company = copy_of(tiny_landed, directory / "company")
    completed = company.run("refresh", "--policy", policy, "--json")
    assert completed.returncode == 0, completed.stderr
    return company, renamed, last_json(completed)


def test_a_steward_s_name_stands_beside_the_one_that_would_survive(
    governed, tiny_released
):
    company, renamed, _ = governed
    former = tiny_released[0].query(
        f"select customer_name from core.dim_customers where customer_id = '{renamed}'"
    )[0][0]
    assert company.query(
        "select customer_name, rule_code, surviving_value, decided_by, decided_to_date"
        " from core.dim_customers"
        " join governance.rpt_golden_record_provenance using (customer_id)"
        f" where customer_id = '{renamed}' and attribute = 'customer_name'"
    ) == [("Renamed Ltd", "steward", former, "anna", date(2026, 12, 31))]


def test_profit_by_account_is_the_profit_by_customer_to_the_cent(governed):
    company, _, summary = governed
    assert summary["levels"] == {
        "cost": "ship_to",
        "orders": "account",
        "segmentation": "customer",
    }
    sums = (
        "select sum(net_sales_amount_base_ccy), sum(cost_to_serve_amount_base_ccy),"
        " sum(contribution_amount_base_ccy) from finance.rpt_profitability_by_"
    )
    by_account = company.query(f"{sums}cost_level_month")
    assert by_account == company.query(f"{sums}customer_month")
    assert company.query(
        "select count(*) from core.dim_customer_identifiers as identifiers"
        " semi join finance.rpt_profitability_by_cost_level_month"
        " on cost_level_id = source_customer_id where source_system = 'erp'"
    ) > [(250,)]


def test_unowned_and_expired_attributes_leave_the_release_and_it_says_so(governed):
    company, _, summary = governed
    expired = "agreement A01 on crm__service_cases expired on 2025-12-31"
    assert summary["refused_attributes"] == {
        "perfect_order_ratio": expired,
        "rush_order_ratio": "no owner in policy_data_owners",
        "service_case_count_per_order": expired,
    }
    assert (
        company.query(
            "select attribute from governance.rpt_attribute_admissions"
            " where is_used_by_model and not is_admitted"
        )
        == []
    )
    assert company.query(
        "select count(rush_order_ratio), count(service_case_count_per_order),"
        " count(perfect_order_ratio), count(order_count) > 0"
        " from features.ftr_customers"
    ) == [(0, 0, 0, True)]
