"""A control that is missing, was skipped, raised or looked at nothing has failed."""

import json

import duckdb
import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.release.controls import (
    Register,
    judge_compared,
    judge_emptied,
    judge_tests,
    judge_ties,
    record_build,
    refuse_failed,
)
from echelon.release.publish import publish
from echelon.release.store import current_release_id, open_release
from echelon.release.tie_out import EVERY_TIE
from echelon.warehouse.build import build
from echelon.warehouse.nodes import read_nodes
from tests.unit.warehouse.test_build import entry, manifest

TIES = [tie for tie in EVERY_TIE if tie.says == "pools are carried whole"]
NEVER_EMPTY = {"meta": {"never_empty": True}}


def source(name):
    return {
        "unique_id": f"source.e.raw.{name}",
        "resource_type": "source",
        "schema": "raw",
        "name": name,
    }


def project(select="select 7 as order_id", reads=("source.e.raw.erp__sales",), **meta):
    """One table with a test of it, made of a source."""
    known = manifest(
        entry("model.e.orders", select, reads=reads, **meta),
        entry(
            "test.e.orders_are_known",
            "select * from shop.orders where order_id is null",
            reads=["model.e.orders"],
            kind="test",
        ),
    )
    sources = [source(name) for name in ("erp__sales", "wms__tasks")]
    return read_nodes({**known, "sources": {one["unique_id"]: one for one in sources}})


DELIVERED = """
create table raw.erp__sales as select 1 as sale;
create table raw.wms__tasks (task varchar);
insert into raw.table_availability (table_name, is_available, unavailable_reason)
values ('wms__tasks', false, 'no warehouse of our own')
"""


@pytest.fixture
def candidate(company, tmp_path):
    """A candidate whose gates passed and in which the project can be built."""
    made = company.candidate()
    company.run_sql(made, DELIVERED)
    company.examine(made)
    return made


def built(candidate, nodes):
    with duckdb.connect(str(candidate.warehouse)) as connection:
        record_build(candidate, build(connection, nodes, candidate.seeds_dir))
    return nodes


def judged(candidate, nodes):
    (control,) = judge_tests(candidate, nodes)
    return control.outcome, control.rows_examined, control.detail


def forget(candidate, change):
    lines = candidate.build_record.read_text().splitlines()
    records = [change(json.loads(line)) for line in lines]
    candidate.build_record.write_text(
        "".join(json.dumps(record) + "\n" for record in records if record)
    )


def test_a_test_that_found_nothing_in_one_row_has_passed(candidate):
    assert judged(candidate, built(candidate, project())) == ("passed", 1, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: None if r["node"].startswith("test.") else r, "did not run"),
        (lambda r: {**r, "is_sound": False}, "could not be run"),
        (lambda r: {**r, "failing_row_count": 3}, "found 3 rows"),
        (
            lambda r: {**r, "row_count": 9},
            "shop.orders has 1 rows, 9 when it was built",
        ),
    ],
    ids=["missing", "raised", "failed", "changed since"],
)
def test_a_test_without_a_sound_result_has_failed(candidate, change, said):
    nodes = built(candidate, project())
    forget(candidate, change)
    assert judged(candidate, nodes) == ("failed", 1, said)


def test_a_test_left_out_because_its_table_was_not_built_has_failed(candidate):
    nodes = built(candidate, project("select nothing"))
    assert judged(candidate, nodes)[::2] == ("failed", "did not run")


def test_a_table_emptied_after_its_test_is_found(company, candidate):
    nodes = built(candidate, project())
    company.run_sql(candidate, "delete from shop.orders")
    said = "shop.orders has 0 rows, 1 when it was built"
    assert judged(candidate, nodes) == ("failed", 0, said)


@pytest.mark.parametrize(
    ("reads", "reason"),
    [
        (["source.e.raw.erp__sales"], "none of the rows it reads meets its conditions"),
        (
            ["source.e.raw.erp__sales", "source.e.raw.wms__tasks"],
            "wms__tasks has no rows: no warehouse of our own",
        ),
    ],
    ids=["conditions", "not delivered"],
)
def test_an_empty_table_is_let_pass_for_a_reason_that_is_stated(
    candidate, reads, reason
):
    nodes = built(candidate, project("select 7 as order_id where false", reads))
    said = f"shop.orders is empty: {reason}"
    assert judged(candidate, nodes) == ("nothing to examine", 0, said)


NO_MATCH = "none of the rows it reads meets its conditions"


@pytest.mark.parametrize(
    ("orders", "customers", "outcome", "empty"),
    [
        (0, 3, "nothing to examine", "shop.orders"),
        (2, 0, "passed", "shop.customers"),
        (2, 3, "passed", ""),
    ],
    ids=["the table it is attached to", "the other one", "neither"],
)
def test_a_relationships_test_looks_at_the_table_it_is_attached_to(
    candidate, orders, customers, outcome, empty
):
    asked = entry(
        "test.e.t", "select 1 where false", ["model.e.customers", "model.e.orders"]
    )
    asked["config"]["materialized"] = "test"
    nodes = read_nodes(
        manifest(
            entry("model.e.orders", f"select 7 as order_id from range({orders})"),
            entry("model.e.customers", f"select 1 as c from range({customers})"),
            {**asked, "attached_node": "model.e.orders"},
        )
    )
    said = f"{empty} is empty: {NO_MATCH}" if empty else ""
    found = judged(candidate, built(candidate, nodes))
    assert found == (outcome, orders + customers, said)


@pytest.mark.parametrize(
    ("folder", "outcome"),
    [("marts/sales", "nothing to examine"), ("staging", "passed")],
)
def test_a_test_across_tables_has_examined_nothing_where_a_mart_is_empty(
    candidate, folder, outcome
):
    both = ["model.e.orders", "model.e.customers"]
    empty = entry("model.e.orders", "select 7 as order_id where false")
    nodes = read_nodes(
        manifest(
            {**empty, "original_file_path": f"models/{folder}/orders.sql"},
            entry("model.e.customers", "select 1 as customer_id"),
            entry("test.e.t", "select 1 where false", both, "test"),
        )
    )
    said = f"shop.orders is empty: {NO_MATCH}"
    assert judged(candidate, built(candidate, nodes)) == (outcome, 1, said)


def test_a_table_that_is_never_empty_has_failed_when_it_is(candidate):
    nodes = project("select 7 as order_id where false", **NEVER_EMPTY)
    said = "shop.orders has no rows and must have some"
    assert judged(candidate, built(candidate, nodes)) == ("failed", 0, said)


def test_it_may_be_empty_where_what_it_requires_was_not_delivered(candidate):
    requires = {"meta": {"never_empty": True, "requires": ["wms__tasks or wms__x"]}}
    nodes = project("select 7 as order_id where false", **requires)
    assert judged(candidate, built(candidate, nodes))[0] == "failed"
    requires["meta"]["requires"] = ["wms__tasks"]
    nodes = project("select 7 as order_id where false", **requires)
    said = "shop.orders is empty: wms__tasks has no rows: no warehouse of our own"
    assert judged(candidate, built(candidate, nodes))[2] == said


def test_the_rows_of_a_view_are_those_of_the_tables_behind_it(candidate):
    nodes = read_nodes(
        manifest(
            entry("model.e.orders", "select unnest([7, 8, 9]) as order_id"),
            entry(
                "model.e.late",
                "select * from shop.orders where order_id > 8",
                reads=["model.e.orders"],
                kind="view",
            ),
            entry("test.e.t", "select 1 where false", ["model.e.late"], "test"),
        )
    )
    assert judged(candidate, built(candidate, nodes)) == ("passed", 3, "")


def test_a_missing_test_refuses_the_release_by_name(company, candidate):
    nodes = built(candidate, project())
    candidate.build_record.unlink()
    with pytest.raises(EchelonError) as refusal:
        publish(candidate, Register([company.reconciled], nodes, TIES))
    assert refusal.value.exit_code is ExitCode.GATE_FAILED
    assert refusal.value.fault.rule == "orders_are_known"
    assert refusal.value.fault.message == "data test orders_are_known: did not run"
    assert current_release_id(company.data_dir) is None


def test_a_release_lists_gates_tests_and_ties_with_the_rows_of_each(company, candidate):
    nodes = built(candidate, project())
    release = publish(candidate, Register([company.reconciled], nodes, TIES))
    with open_release(company.data_dir) as connection:
        listed = connection.execute(
            "select control_kind, control_name, guarded_tables, rows_examined, outcome"
            " from governance.rpt_control_results order by all"
        ).fetchall()
    assert listed == [
        ("data_test", "orders_are_known", "shop.orders", 1, "passed"),
        (
            "former_release",
            "no table has lost all its rows",
            "",
            0,
            "nothing to examine",
        ),
        (
            "gate",
            "reconciled",
            "core.fct_cost_to_serve, core.dim_segments",
            2,
            "passed",
        ),
        (
            "tie",
            "pools are carried whole",
            "core.fct_carried_costs, core.fct_cost_pools",
            2,
            "passed",
        ),
    ]
    in_manifest = {c["name"]: c["outcome"] for c in release.manifest()["controls"]}
    assert in_manifest == {name: outcome for _, name, _, _, outcome in listed}


def test_a_tie_of_a_table_that_is_not_published_refuses_the_release():
    (control,) = judge_ties(TIES, {"core.fct_cost_pools": 2})
    assert control.detail == "core.fct_carried_costs is not published"
    with pytest.raises(EchelonError, match="tie pools are carried whole"):
        refuse_failed([control])


def test_a_tie_that_was_not_compared_has_failed():
    assert [c.detail for c in judge_compared(TIES, {})] == ["did not run"]
    assert judge_compared(TIES, {"pools are carried whole": 0}) == []


def test_a_table_that_lost_all_its_rows_is_warned_of_with_the_rows_it_had():
    rows = {"core.a": 0, "core.b": 4, "core.c": 0, "core.new": 5}
    control = judge_emptied(rows, {"core.a": 7, "core.b": 9, "core.c": 0, "core.d": 1})
    assert (control.outcome, control.detail) == ("warned", "core.a had 7 rows")
    assert (control.guards, control.rows_examined) == (("core.a", "core.b"), 4)
    assert judge_emptied(rows, {"core.b": 9}).outcome == "passed"
    assert judge_emptied(rows, {}).outcome == "nothing to examine"


def test_a_release_that_empties_a_table_says_so_and_is_published(company):
    company.release()
    company.deliver("erp-0002")
    candidate = company.candidate()
    company.run_sql(candidate, "delete from core.fct_identity_events")
    company.examine(candidate)
    release = publish(candidate, company.register)
    [control] = [
        one for one in release.manifest()["controls"] if one["kind"] == "former_release"
    ]
    assert control["outcome"] == "warned"
    assert control["detail"] == "core.fct_identity_events had 1 rows"
    page = (release.directory / "gates.html").read_text(encoding="utf-8")
    assert "core.fct_identity_events had 1 rows" in page.replace("<wbr>", "")
