"""What a refresh makes of the SQL that dbt compiled."""

import duckdb
import pytest

from echelon.warehouse.build import build, failing_case
from echelon.warehouse.nodes import read_nodes, select_nodes


def entry(unique_id, sql="", reads=(), kind="table", columns=(), **config):
    """Write one node as dbt's manifest has it; a column: name, type, constraints."""
    resource_type, _, name = unique_id.split(".")
    return {
        "unique_id": unique_id,
        "name": name,
        "resource_type": resource_type,
        "schema": "shop",
        "path": f"{name}.csv",
        "original_file_path": f"models/{name}.sql",
        "compiled_code": sql,
        "columns": {
            column: {
                "name": column,
                "data_type": data_type,
                "constraints": [{"type": rule} for rule in rules],
            }
            for column, data_type, rules in columns
        },
        "depends_on": {"nodes": list(reads)} if reads else {"macros": []},
        "config": {"materialized": kind, **config},
    }


def manifest(*entries):
    return {"nodes": {entry["unique_id"]: entry for entry in entries}}


def orders(**config):
    return entry("model.e.orders", "select 7 as order_id", **config)


def no_order_is_7():
    return entry(
        "test.e.no_order_is_7",
        "select order_id from shop.orders where order_id = 7",
        reads=["model.e.orders"],
        kind="test",
        severity="ERROR",
    )


def revenue():
    return entry(
        "model.e.revenue", "select * from shop.orders", reads=["model.e.orders"]
    )


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        yield connection


def built(warehouse, tmp_path, *entries):
    return list(build(warehouse, read_nodes(manifest(*entries)), tmp_path))


def test_each_node_comes_after_what_it_reads_and_a_test_right_after_its_model():
    nodes = read_nodes(manifest(revenue(), no_order_is_7(), orders()))
    assert [node.name for node in nodes] == ["orders", "no_order_is_7", "revenue"]


def test_a_pass_takes_the_tests_whose_last_parent_it_builds():
    both = entry(
        "test.e.orders_and_revenue_agree",
        "select 1 where false",
        reads=["model.e.orders", "model.e.revenue"],
        kind="test",
    )
    nodes = read_nodes(manifest(orders(), revenue(), both))
    first = select_nodes(nodes, {"model.e.orders"})
    second = select_nodes(nodes, {"model.e.revenue"})
    assert [node.name for node in first] == ["orders"]
    assert [node.name for node in second] == ["revenue", "orders_and_revenue_agree"]


def test_what_reads_a_tested_model_waits_for_the_test_to_pass(warehouse, tmp_path):
    outcomes = built(warehouse, tmp_path, orders(), no_order_is_7(), revenue())
    assert [(one.node.name, one.failure) for one in outcomes] == [
        ("orders", None),
        ("no_order_is_7", "rows that break it: 1"),
    ]
    assert failing_case(warehouse, outcomes[1].node) == "order_id 7"


def test_outcomes_keep_the_order_of_nodes_however_long_a_test_takes(
    warehouse, tmp_path
):
    slow = entry(
        "test.e.slow",
        "select o.order_id from shop.orders as o, range(3000000) as r (i)"
        " group by o.order_id having sum(hash(r.i)) = 0",
        reads=["model.e.orders"],
        kind="test",
    )
    outcomes = built(warehouse, tmp_path, orders(), slow, revenue())
    assert [one.node.name for one in outcomes] == ["orders", "slow", "revenue"]


def test_a_model_that_fails_leaves_the_others_to_be_built(warehouse, tmp_path):
    broken = entry("model.e.broken", "select nothing from nowhere")
    outcomes = built(warehouse, tmp_path, broken, orders())
    assert "nowhere" in outcomes[0].failure
    assert outcomes[1].failure is None


def test_a_contract_names_each_column_that_is_not_as_declared(warehouse, tmp_path):
    contracted = orders(
        columns=[("order_id", "varchar", []), ("price", "decimal(9, 2)", [])],
        contract={"enforced": True},
    )
    (outcome,) = built(warehouse, tmp_path, contracted)
    assert outcome.failure == (
        "contract broken: order_id is INTEGER, its contract says VARCHAR; "
        "price is missing, its contract says DECIMAL(9,2)"
    )


def test_a_column_that_must_be_filled_is(warehouse, tmp_path):
    contracted = entry(
        "model.e.orders",
        "select cast(null as integer) as order_id",
        columns=[("order_id", "integer", ["not_null"])],
        contract={"enforced": True},
    )
    (outcome,) = built(warehouse, tmp_path, contracted)
    assert "NOT NULL constraint failed: orders.order_id" in outcome.failure


def test_a_contracted_table_keeps_the_order_its_contract_declares(warehouse, tmp_path):
    swapped = entry(
        "model.e.pairs",
        "select 2 as b, 1 as a",
        columns=[("a", "integer", []), ("b", "integer", [])],
        contract={"enforced": True},
    )
    built(warehouse, tmp_path, swapped)
    assert warehouse.table("shop.pairs").columns == ["a", "b"]
    assert warehouse.table("shop.pairs").fetchall() == [(1, 2)]


def test_a_seed_is_read_by_its_types_whatever_the_order_of_its_columns(
    warehouse, tmp_path
):
    (tmp_path / "rates.csv").write_text("why,valid_from,rate\nkept,2024-02-01,007.50\n")
    seed = entry(
        "seed.e.rates",
        kind="seed",
        column_types={"rate": "decimal(9, 2)", "valid_from": "date"},
    )
    (outcome,) = built(warehouse, tmp_path, seed)
    assert outcome.failure is None
    rows = warehouse.table("shop.rates")
    assert [str(kind) for kind in rows.types] == ["VARCHAR", "DATE", "DECIMAL(9,2)"]
    assert [str(value) for value in rows.fetchall()[0]] == [
        "kept",
        "2024-02-01",
        "7.50",
    ]


def test_a_second_try_builds_over_what_the_first_left(warehouse, tmp_path):
    built(warehouse, tmp_path, orders(), revenue())
    outcomes = built(warehouse, tmp_path, orders(), revenue())
    assert [one.failure for one in outcomes] == [None, None]


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ({"kind": "incremental"}, "materialized incremental"),
        ({"severity": "WARN"}, "severity WARN"),
        ({"post-hook": ["analyze"]}, "post-hook"),
        ({"columns": [("a", "integer", ["unique"])]}, "constraint unique"),
    ],
)
def test_what_a_refresh_cannot_build_is_refused_before_it_starts(setting, named):
    with pytest.raises(ValueError, match=f"a refresh knows no {named}"):
        read_nodes(manifest(orders(**setting)))


def test_a_test_that_no_refresh_would_run_is_refused():
    orphan = entry("test.e.rates_are_fresh", "select 1", kind="test")
    with pytest.raises(ValueError, match="it reads no seed or model"):
        read_nodes(manifest(orders(), orphan))


def test_what_is_neither_model_seed_nor_test_is_refused():
    analysis = entry("analysis.e.look", "select 1", kind="view")
    with pytest.raises(ValueError, match="a refresh knows no resource analysis"):
        read_nodes(manifest(analysis))
