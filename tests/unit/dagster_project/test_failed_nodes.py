"""A wrong policy is refused by file, line and column; wrong facts close the gate."""

import duckdb
import pytest

from dagster_project.failed_nodes import failure_of, policy_files
from dagster_project.resources.compiled_project import DBT_DIR, compiled_manifest
from echelon.config import PROJECT_DIR, load_settings
from echelon.errors import EchelonError, ExitCode
from echelon.release.seeds import assemble_seeds
from echelon.warehouse.build import Outcome, build
from echelon.warehouse.nodes import SEED, TEST, read_nodes

DEFAULTS = DBT_DIR / "seeds" / "policy"
POOL = "p,Pool,4711,,,allocate,variable,0.5,6,why,2000-01-01,,me"
PLAN = "t,,,picking,pick,,,,,pick_minutes,1,2,2000-01-01,me"
CAPACITY = "crew,,500,0.8,2000-01-01,me"
DRIVER = "p,a,stops,stops,,,,,2000-01-01,me"
QUANTITY = "units,u,B,2025-01,X,,150,me"
FACTS = """
    create schema intermediate;
    create table intermediate.int_cost_pools_aggregated as
        select 'B' as entity_code, unnest(['picking', 'p']) as cost_pool_code;
    create table intermediate.int_capacity_minutes_aggregated (worker_group varchar);
"""


def text_of(name, *rows):
    """Write rows below the header of a default."""
    header = (DEFAULTS / f"policy_{name}.csv").read_text().splitlines()[0]
    return "\n".join([header, *rows]) + "\n"


@pytest.fixture(scope="module")
def nodes():
    return read_nodes(compiled_manifest(load_settings()))


@pytest.fixture
def refused(nodes, tmp_path):
    """Lay policy rows, or texts, over the defaults, build the seeds and test them."""

    def attempt(extra=(), facts="", **rows):
        overlay = tmp_path / "policy"
        overlay.mkdir()
        for name, added in rows.items():
            text = added if isinstance(added, str) else text_of(name, *added)
            (overlay / f"policy_{name}.csv").write_text(text, newline="")
        try:
            given = assemble_seeds(tmp_path, PROJECT_DIR, overlay, tmp_path / "seeds")
        except EchelonError as error:
            return error
        chosen = [
            node
            for node in nodes
            if node.kind == SEED
            or (node.kind == TEST and all("seed." in one for one in node.parents))
            or node.name in extra
        ]
        seeds = {node.unique_id: node for node in nodes if node.kind == SEED}
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
            connection.execute(facts)
            outcomes = list(build(connection, chosen, tmp_path / "seeds"))
            failed = [one for one in outcomes if one.failure is not None]
            files = policy_files(seeds, tmp_path / "seeds", given)
            return failure_of(failed, connection, files) if failed else None

    return attempt


def said(error, tmp_path):
    """File below the given policy directory, line, column and message."""
    fault = error.fault
    file = fault.file.replace(f"{tmp_path}/policy/policy_", "")
    return file, fault.line, fault.column, fault.message


WRONG = {
    "percent": (
        {"capacities": [CAPACITY, CAPACITY.replace("crew,,500,0.8", "b,,500,80")]},
        ("capacities.csv", 3, "practical_ratio"),
        "practical_ratio 80 must be above 0 and at most 1",
    ),
    "no_time": (
        {"capacities": [CAPACITY.replace("500", "0")]},
        ("capacities.csv", 2, "theoretical_minutes"),
        "theoretical_minutes 0 must be above 0",
    ),
    "more_than_all_is_avoidable": (
        {"cost_pools": [POOL.replace("0.5", "1.5")]},
        ("cost_pools.csv", 2, "avoidable_ratio"),
        "avoidable_ratio 1.5 must be at least 0 and at most 1",
    ),
    "avoided_before": (
        {"cost_pools": [POOL.replace(",6,", ",-6,")]},
        ("cost_pools.csv", 2, "avoidability_months"),
        "avoidability_months -6 must be at least 0",
    ),
    "ends_before_it_begins": (
        {"cost_pools": [POOL.replace(",,me", ",1999-01-01,me")]},
        ("cost_pools.csv", 2, "valid_to"),
        "valid_to 1999-01-01 is before valid_from 2000-01-01",
    ),
    "share_of_a_row_before_the_sum": (
        {"activity_drivers": [DRIVER.replace("stops,,,", "stops,,1.5,")]},
        ("activity_drivers.csv", 2, "resource_share"),
        "resource_share 1.5 must be at least 0 and at most 1",
    ),
    "sum_of_shares": (
        {"activity_drivers": [DRIVER.replace("stops,,,", "stops,,0.5,")]},
        ("activity_drivers.csv", 2, None),
        "cost_pool_code 'p', valid_from 2000-01-01: the resource_share of its"
        " activities add up to 0.5 and not to 1",
    ),
    "misspelt_treatment": (
        {"cost_pools": [POOL, POOL.replace("allocate", "alocate")]},
        ("cost_pools.csv", 3, "treatment"),
        "treatment 'alocate' is none of: allocate, customer_sustaining, direct,"
        " service, sustaining, excluded",
    ),
    "a_ratio_left_out": (
        {"capacities": [CAPACITY.replace("0.8", "")]},
        ("capacities.csv", 2, "practical_ratio"),
        "practical_ratio is empty",
    ),
    "stated_twice": (
        {"driver_quantities": [QUANTITY, "", QUANTITY]},
        ("driver_quantities.csv", 4, None),
        "the row repeats the key driver_code 'units', entity_code 'B', fiscal_period"
        " '2025-01', erp_customer_id 'X' of line 2",
    ),
    "counted_and_stated": (
        {"driver_quantities": [QUANTITY.replace("units", "stops")]},
        ("driver_quantities.csv", 2, None),
        "driver_code 'stops': is counted from landed tables;"
        " policy_driver_quantities may not state it",
    ),
    "served_and_unknown": (
        {
            "cost_pools": [POOL.replace("allocate", "service")],
            "pool_services": ["p,nobody,,20,2000-01-01,me"],
        },
        ("pool_services.csv", 2, None),
        "from_pool_code 'p', to_pool_code 'nobody': nobody is served and is not in"
        " policy_cost_pools",
    ),
    "a_step_of_nothing": (
        {"cost_pools": [POOL], "cost_steps": ["p,0,2000-01-01,me"]},
        ("cost_steps.csv", 2, "step_qty"),
        "step_qty 0 must be above 0",
    ),
    "a_step_of_a_pool_that_moves_in_none": (
        {"cost_pools": [POOL], "cost_steps": ["p,100,2000-01-01,me"]},
        ("cost_steps.csv", 2, None),
        "cost_pool_code 'p', valid_from 2000-01-01: has a size of a step, but no row of"
        " policy_cost_pools says behaviour step and treatment allocate or"
        " customer_sustaining",
    ),
    "a_step_of_lines_and_stops": (
        {
            "cost_pools": [POOL.replace("variable", "step")],
            "cost_steps": ["p,100,2000-01-01,me"],
            "activity_drivers": [
                DRIVER.replace("stops,,,", "stops,,0.5,"),
                DRIVER.replace("a,stops,stops,,,", "b,order_count,orders,,0.5,"),
            ],
        },
        ("cost_steps.csv", 2, None),
        "cost_pool_code 'p', valid_from 2000-01-01: has a size of a step, but"
        " activities in different units: no sum of steps",
    ),
    "misspelt_alike": (
        {"cost_pools": [POOL, *[POOL.replace("allocate", "alocate")] * 3]},
        ("cost_pools.csv", 3, "treatment"),
        "treatment 'alocate' is none of: allocate, customer_sustaining, direct,"
        " service, sustaining, excluded (3 such lines)",
    ),
    "stated_three_times": (
        {"driver_quantities": [QUANTITY, QUANTITY, QUANTITY]},
        ("driver_quantities.csv", 3, None),
        "the row repeats the key driver_code 'units', entity_code 'B', fiscal_period"
        " '2025-01', erp_customer_id 'X' of line 2 (2 such lines)",
    ),
    "date_of_another_country": (
        {"cost_pools": [POOL.replace("2000-01-01", "01.02.2024")]},
        ("cost_pools.csv", 2, "valid_from"),
        "'01.02.2024' is not a date such as 2025-01-31",
    ),
    "day_or_month_first": (
        {"cost_pools": [POOL.replace("2000-01-01", "01/02/2024")]},
        ("cost_pools.csv", 2, "valid_from"),
        "'01/02/2024' is not a date such as 2025-01-31",
    ),
    "no_day_of_the_calendar": (
        {"cost_pools": [POOL, POOL.replace("2000-01-01", "2023-02-29")]},
        ("cost_pools.csv", 3, "valid_from"),
        "'2023-02-29' is not a date such as 2025-01-31",
    ),
    "for_ever": (
        {"cost_pools": [POOL.replace(",,me", ",infinity,me")]},
        ("cost_pools.csv", 2, "valid_to"),
        "'infinity' is not a date such as 2025-01-31",
    ),
    "a_month_and_a_half": (
        {"cost_pools": [POOL.replace(",6,", ",1.5,")]},
        ("cost_pools.csv", 2, "avoidability_months"),
        "'1.5' is not a whole number",
    ),
    "more_decimals_than_are_kept": (
        {"cost_pools": [POOL.replace("0.5", "0.12345678")]},
        ("cost_pools.csv", 2, "avoidable_ratio"),
        "'0.12345678' has more than 6 decimals",
    ),
    "more_than_the_column_holds": (
        {"cost_pools": [POOL.replace("0.5", "99999999999999")]},
        ("cost_pools.csv", 2, "avoidable_ratio"),
        "'99999999999999' is too large for the column",
    ),
    "decimal_comma": (
        {"capacities": [CAPACITY.replace("0.8", '"0,8"')]},
        ("capacities.csv", 2, "practical_ratio"),
        "'0,8' is not a number such as 0.80",
    ),
    "a_field_too_many": (
        {"capacities": [f"{CAPACITY},me"]},
        ("capacities.csv", 2, None),
        "the row has 7 fields, the header 6",
    ),
    "a_quote_left_open": (
        {"capacities": text_of("capacities", CAPACITY, CAPACITY.replace("me", '"me'))},
        ("capacities.csv", 3, None),
        "from here not readable as CSV: unexpected end of data",
    ),
    "text_after_a_quote": (
        {"capacities": text_of("capacities", CAPACITY.replace("crew", '"crew"s'))},
        ("capacities.csv", 2, None),
        "from here not readable as CSV: ',' expected after '\"'",
    ),
    "a_column_named_twice": (
        {"capacities": text_of("capacities").replace("\n", ",valid_from\n")},
        ("capacities.csv", 1, "valid_from"),
        "the header names valid_from twice",
    ),
    "a_setting_left_empty": (
        {
            "settings": (DEFAULTS / "policy_settings.csv")
            .read_text()
            .replace("method,reciprocal", "method, ")
        },
        ("settings.csv", 10, "setting_value"),
        "service_allocation_method is empty",
    ),
}


@pytest.mark.parametrize(("rows", "place", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_row_of_policy_is_refused_where_it_stands(
    refused, tmp_path, rows, place, words
):
    error = refused(**rows)
    assert error.exit_code == ExitCode.CONFIGURATION
    assert said(error, tmp_path) == (*place, words)
    assert "and refresh again" in error.fault.hint


def test_lines_may_end_as_they_like(refused):
    pools = text_of("cost_pools", POOL, POOL.replace("p,", "q,", 1))
    # A row that another program appended.
    assert refused(cost_pools=pools[:-1].replace("\nq", "\r\nq") + "\r\n") is None


WRONG_BESIDE_FACTS = {
    "a_group_nobody_knows": (
        "assert_activity_drivers_are_usable",
        {
            "capacities": [CAPACITY],
            "cost_pools": [POOL],
            "activity_drivers": [DRIVER.replace(",,,,,", ",,,,crw,")],
        },
        (
            "activity_drivers.csv",
            2,
            "capacity_worker_group crw has no row in wms__labor_hours nor",
        ),
    ),
    "an_activity_nobody_knows": (
        "assert_cost_plans_are_usable",
        {"cost_plans": [PLAN, PLAN.replace("pick,", "pikc,", 1)]},
        (
            "cost_plans.csv",
            3,
            "activity_code pikc is no activity of picking in policy_activity_drivers",
        ),
    ),
    "a_pool_nobody_knows": (
        "assert_cost_plans_are_usable",
        {"cost_plans": [PLAN.replace("picking", "piking")]},
        ("cost_plans.csv", 2, "cost_pool_code piking is not in policy_cost_pools"),
    ),
    "a_driver_nobody_counts": (
        "assert_cost_plans_are_usable",
        {"cost_plans": [PLAN.replace("pick_minutes", "pick_minuts")]},
        ("cost_plans.csv", 2, "driver_code pick_minuts is not counted"),
    ),
}


@pytest.mark.parametrize(
    ("test", "rows", "said_of"),
    WRONG_BESIDE_FACTS.values(),
    ids=WRONG_BESIDE_FACTS,
)
def test_a_test_across_tables_says_whose_row_is_wrong(
    refused, tmp_path, test, rows, said_of
):
    error = refused(extra=[test], facts=FACTS, **rows)
    file, line, _, message = said(error, tmp_path)
    assert error.exit_code == ExitCode.CONFIGURATION
    assert (file, line) == said_of[:2]
    assert said_of[2] in message


def test_a_step_may_begin_when_its_pool_goes_by_one_driver(refused):
    """Until 2024 the pool went by stops and orders, which no step adds up."""
    shares = [
        DRIVER.replace("stops,,,", "stops,,0.5,"),
        DRIVER.replace("a,stops,stops,,,", "b,order_count,orders,,0.5,"),
    ]
    rows = {
        "cost_pools": [POOL.replace("variable", "step")],
        "activity_drivers": [*shares, DRIVER.replace("2000", "2024")],
        "cost_steps": ["p,100,2024-01-01,me"],
    }
    assert refused(**rows) is None


def test_where_no_capacity_is_known_a_worker_group_is_not_asked_for(refused):
    test = "assert_activity_drivers_are_usable"
    assert refused(extra=[test], facts=FACTS, capacities=[]) is None


def test_a_plan_for_an_entity_without_cost_is_nobodys(refused):
    plan = PLAN.replace("t,,,picking", "t,elsewhere,,piking")
    facts = {"extra": ["assert_cost_plans_are_usable"], "facts": FACTS}
    assert refused(**facts, cost_plans=[plan]) is None


def test_a_step_order_names_service_pools(refused, tmp_path):
    settings = (DEFAULTS / "policy_settings.csv").read_text()
    rows = settings.replace("service_step_order,by_output", "service_step_order,s9")
    error = refused(settings=rows.splitlines()[1:])
    file, line, _, message = said(error, tmp_path)
    assert (file, line) == ("settings.csv", rows[: rows.index("s9")].count("\n") + 1)
    assert message == (
        "setting_name 'service_step_order': s9 is no cost pool with treatment service"
    )


def test_a_step_order_may_name_no_pool(refused):
    settings = (DEFAULTS / "policy_settings.csv").read_text()
    text = settings.replace("service_step_order,by_output", "service_step_order,")
    assert refused(settings=text) is None


def test_a_test_of_facts_closes_the_gate(nodes, refused):
    test = "assert_cost_postings_have_a_rate"
    facts = """
        create schema intermediate;
        create table intermediate.int_ledger_lines_converted as
        select 'gl' as ledger_code, 'B' as entity_code, 'J1' as document_id,
            1 as line_no, null as amount_base_ccy;
    """
    error = refused(extra=[test], facts=facts)
    assert error.exit_code == ExitCode.GATE_FAILED
    assert error.fault.file == f"tests/{test}.sql"
    assert "document_id J1" in error.fault.message


@pytest.mark.parametrize(
    "calculation",
    [
        "select 99999999::decimal(18, 9) * 1000",
        "select 9300000000000::bigint * 1000000",
        "select cast(2 * 9000000000000000000::hugeint as bigint)",
    ],
    ids=["amount", "driver_of_a_line", "driver_of_a_period"],
)
def test_what_is_too_large_for_a_model_is_looked_for_in_the_deliveries(
    nodes, calculation
):
    model = next(node for node in nodes if node.name == "int_order_lines_converted")
    with duckdb.connect() as connection:
        with pytest.raises(duckdb.Error) as raised:
            connection.execute(calculation)
        outcome = Outcome(model, 0.1, str(raised.value))
        error = failure_of([outcome], connection, {})
    assert error.exit_code == ExitCode.INPUT_REJECTED
    assert error.fault.code == "value_out_of_range"
    assert "int_order_lines_converted" in error.fault.message
    assert "correct it and deliver it again" in error.fault.hint
    assert "a base currency of larger units" in error.fault.hint


def test_any_other_failure_of_a_model_is_ours(nodes):
    model = next(node for node in nodes if node.name == "int_order_lines_converted")
    outcome = Outcome(model, 0.1, "Binder Error: no such column")
    with duckdb.connect() as connection:
        assert failure_of([outcome], connection, {}).exit_code == ExitCode.INTERNAL
