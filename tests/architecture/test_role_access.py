"""The shipped policy gives each role its tables, and no personal value beyond need."""

from datetime import date

import pytest

from dagster_project.resources.compiled_project import compiled_manifest
from echelon.config import PROJECT_DIR, load_settings
from echelon.release.published_file import PUBLISHED_SCHEMAS
from echelon.release.release_tables import OWN_TABLES
from echelon.release.role_access import POLICY_NAME, plan_roles

POLICY = PROJECT_DIR / "dbt_project" / "seeds" / "policy" / POLICY_NAME
# Columns of published tables that can hold what a delivery says of a person.
PERSONAL = {
    "customer_name",
    "from_customer_name",
    "to_customer_name",
    "attribute_value",
    "surviving_value",
    "values_by_source",
    "chosen_value",
    "comparison_json",
    "from_key",
    "to_key",
}


@pytest.fixture(scope="module")
def roles():
    catalog = {table: list(columns) for table, columns in OWN_TABLES.items()}
    for node in compiled_manifest(load_settings())["nodes"].values():
        if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS:
            catalog[f"{node['schema']}.{node['name']}"] = list(node["columns"])
    return plan_roles(POLICY, date(2025, 12, 31), catalog), catalog


def test_the_shipped_policy_names_the_six_roles_and_only_what_is_published(roles):
    assert sorted(roles[0]) == [
        "auditor",
        "finance",
        "integration",
        "sales",
        "steering",
        "supply_chain",
    ]


def test_audit_alone_sees_everything(roles):
    plans, catalog = roles
    assert plans["auditor"].keys() == catalog.keys()
    assert all(table.is_whole for table in plans["auditor"].values())
    assert max(len(plans[role]) for role in plans if role != "auditor") < len(catalog)


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("finance", {"customer_name"}),
        ("sales", {"customer_name"}),
        ("supply_chain", {"customer_name"}),
        ("steering", set()),
        ("integration", set()),
    ],
)
def test_a_role_sees_no_personal_value_beyond_its_need(roles, role, seen):
    columns = {name for table in roles[0][role].values() for name in table.columns}
    assert columns & PERSONAL == seen


def test_steering_names_no_customer(roles):
    columns = {
        name for table in roles[0]["steering"].values() for name in table.columns
    }
    assert [name for name in columns if name.endswith("customer_id")] == []
