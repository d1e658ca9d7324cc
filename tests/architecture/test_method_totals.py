"""What the test of the methods' totals tells, on tables of a few rows."""

import duckdb
import pytest

from dagster_project.resources.compiled_project import compiled_manifest
from echelon.config import load_settings

NAME = "test.echelon.assert_cost_to_serve_agrees_across_marts"
# The pool gave the customers 100.00 and left 10.00 unused, which one method absorbs.
TABLES = {
    "staging.stg_refresh__parameters": "(date '2025-12-31') as t(as_of_date)",
    "policy.policy_accepted_methods": """
        ('activity', '%', false, date '2000-01-01'),
        ('full', '%', true, date '2000-01-01')
        as t(method_code, driver_code, absorbs_unused_capacity, valid_from)""",
    "core.fct_cost_pools": """('E1', '2025-01', 'picking', 10)
        as t(entity_code, fiscal_period, cost_pool_code,
            unused_capacity_amount_base_ccy)""",
    "finance.rpt_cost_to_serve_by_customer_pool_month": """
        ('E1', '2025-01', 'picking', 100)
        as t(entity_code, fiscal_period, cost_pool_code, allocated_amount_base_ccy)""",
    "finance.rpt_profitability_by_customer_year": """('2025-01')
        as t(year_from_fiscal_period)""",
    "finance.rpt_profitability_by_customer_month": """('2025-01', 500, 100)
        as t(fiscal_period, net_sales_amount_base_ccy,
            cost_to_serve_amount_base_ccy)""",
    "finance.rpt_profitability_by_cost_level_month": """('2025-01', 500, 100)
        as t(fiscal_period, net_sales_amount_base_ccy,
            cost_to_serve_amount_base_ccy)""",
    "finance.rpt_cost_to_serve_by_holder_method": """
        ('customer', 'activity', 60), ('customer', 'activity', 40),
        ('customer', 'full', 70), ('customer', 'full', 40),
        ('company', 'activity', 100), ('company', 'full', 110)
        as t(holder_type, method_code, cost_to_serve_amount_base_ccy)""",
}
METHOD_COSTS = "warehouse.finance.rpt_cost_to_serve_by_holder_method"


@pytest.fixture
def told():
    """Return what the test tells after a statement."""
    sql = compiled_manifest(load_settings())["nodes"][NAME]["compiled_code"]
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        for schema in ("staging", "policy", "core", "finance"):
            connection.execute(f"create schema warehouse.{schema}")
        for table, rows in TABLES.items():
            connection.execute(
                f"create table warehouse.{table} as select * from (values {rows})"
            )

        def run(statement):
            connection.execute(statement)
            return [row[0] for row in connection.execute(sql).fetchall()]

        yield run


@pytest.mark.parametrize(
    ("statement", "methods"),
    [
        ("select 1", []),
        (f"delete from {METHOD_COSTS} where method_code = 'full'", ["full"]),
        (
            f"update {METHOD_COSTS} set cost_to_serve_amount_base_ccy = null",
            ["activity", "full"],
        ),
        (
            f"update {METHOD_COSTS} set cost_to_serve_amount_base_ccy = 41"
            " where cost_to_serve_amount_base_ccy = 60",
            ["activity"],
        ),
    ],
    ids=["sound", "without rows", "unknown", "less"],
)
def test_a_method_in_force_bears_what_the_pools_gave(told, statement, methods):
    assert sorted(told(statement)) == methods
