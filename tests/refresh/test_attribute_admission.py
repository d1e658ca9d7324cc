"""An attribute nobody answers for, or may no longer be used, leaves the release."""

import csv

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


def test_unowned_and_expired_attributes_leave_the_release_and_it_says_so(
    landed, tmp_path
):
    company = copy_of(landed, tmp_path / "company")
    policy = tmp_path / "policy"
    policy.mkdir()
    edited("policy_data_owners.csv", policy, disown)
    edited("policy_data_agreements.csv", policy, expire)
    completed = company.run("refresh", "--policy", policy, "--json")
    assert completed.returncode == 0, completed.stderr
    expired = "agreement A01 on crm__service_cases expired on 2025-12-31"
    assert last_json(completed)["refused_attributes"] == {
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
