"""Service charges on the tables that dbt leaves for them."""

import duckdb
import pytest

from dagster_project.assets.costing import charge_places
from echelon.errors import EchelonError, ExitCode


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        connection.execute("""
            create schema intermediate;
            create table intermediate.int_cost_pools_aggregated (
                ledger_code varchar, entity_code varchar, fiscal_period varchar,
                cost_pool_code varchar, treatment varchar,
                pool_amount_base_ccy decimal(18, 2)
            );
            create table intermediate.int_pool_services_chosen (
                ledger_code varchar, entity_code varchar, fiscal_period varchar,
                from_pool_code varchar, to_pool_code varchar,
                service_qty decimal(18, 6), allocation_method varchar,
                step_order varchar
            );
            insert into intermediate.int_cost_pools_aggregated values
                ('gl', 'E1', '2025-01', 's1', 'service', 7.01),
                ('gl', 'E1', '2025-01', 's2', 'service', -5),
                ('gl', 'E2', '2025-01', 's1', 'service', 3),
                ('gl', 'E1', '2025-01', 'desk', 'allocate', 9);
        """)
        yield connection


def use(warehouse, source, target, method="reciprocal", order="by_output"):
    warehouse.execute(
        "insert into intermediate.int_pool_services_chosen"
        " values ('gl', 'E1', '2025-01', ?, ?, 1, ?, ?)",
        [source, target, method, order],
    )


def test_each_entity_is_charged_by_itself_and_an_unused_service_carries_itself(
    warehouse,
):
    use(warehouse, "s1", "desk")
    use(warehouse, "s1", "s2")
    use(warehouse, "s2", "desk")
    assert list(charge_places(warehouse)) == [
        ("gl", "E1", "2025-01", "s1", "desk", 701),
        ("gl", "E1", "2025-01", "s2", "desk", -500),
        ("gl", "E2", "2025-01", "s1", "s1", 300),
    ]


def test_we_08c_a_closed_service_loop_is_refused_by_name(warehouse):
    use(warehouse, "s1", "s2")
    use(warehouse, "s2", "s1")
    with pytest.raises(EchelonError) as refused:
        list(charge_places(warehouse, "policy/policy_pool_services.csv"))
    assert refused.value.exit_code == ExitCode.CONFIGURATION
    assert refused.value.fault.code == "closed_service_loop"
    assert "s1 -> s2 -> s1 (E1 2025-01)" in refused.value.fault.message
    assert refused.value.fault.file == "policy/policy_pool_services.csv"


def test_an_unknown_method_is_refused(warehouse):
    use(warehouse, "s1", "desk", method="by_guess")
    with pytest.raises(EchelonError, match="by_guess") as refused:
        list(charge_places(warehouse))
    assert refused.value.fault.code == "services_refused"


@pytest.mark.parametrize("method", ["reciprocal", "step_down"])
def test_an_empty_order_names_no_pool(warehouse, method):
    use(warehouse, "s1", "desk", method=method, order=None)
    assert ("gl", "E1", "2025-01", "s1", "desk", 701) in charge_places(warehouse)
