import os
import re
import stat

import duckdb
import pytest

from echelon.audit import read_events
from echelon.comparison import compare_models
from echelon.errors import EchelonError, ExitCode
from echelon.explanation import explain
from echelon.release.controls import Register
from echelon.release.publish import publish
from echelon.release.reader import open_database
from echelon.release.rollback import rollback
from echelon.release.staging import PublishOptions
from echelon.release.store import (
    current_release,
    current_release_id,
    list_releases,
    open_release,
)
from echelon.summary import summarise


def test_release_whose_gates_passed_comes_into_force(company):
    release = company.release()
    assert current_release(company.data_dir) == release
    with open_release(company.data_dir) as connection:
        total = connection.execute(
            "select sum(allocated_amount_base_ccy) from core.fct_cost_to_serve"
        ).fetchall()
        gates = connection.execute(
            "select gate_name, outcome, rows_examined from governance.rpt_gate_results"
        ).fetchall()
        made_of = connection.execute(
            "select release_id, input_as_of_dates_json from governance.dim_releases"
        ).fetchall()
    assert str(total[0][0]) == "95.00"
    assert gates == [("reconciled", "passed", 2)]
    assert made_of == [(release.release_id, '{"erp": "2025-12-30"}')]


def test_published_view_brings_the_table_it_reads(company):
    manifest = company.release().manifest()
    assert manifest["views"] == {
        "core.fct_cost_to_serve": ["intermediate.int_costs_allocated"]
    }
    assert manifest["tables"]["intermediate.int_costs_allocated"]["totals"] == {
        "allocated_amount_base_ccy": "95.00"
    }


def test_release_files_are_read_only_listed_and_without_a_write_ahead_log(company):
    release = company.release()
    found = {
        path.relative_to(release.directory).as_posix()
        for path in release.directory.rglob("*")
        if path.is_file()
    }
    assert found == {*release.manifest()["files"], "manifest.json"}
    assert "parquet/core/fct_cost_to_serve.parquet" in found
    assert not [name for name in found if name.endswith(".wal")]
    modes = [os.stat(path).st_mode for path in release.directory.rglob("*")]
    assert not any(mode & stat.S_IWUSR for mode in modes)


def test_published_file_is_written_for_tools_of_the_older_engine(company):
    release = company.release()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release.database}' as file (read_only)")
        tags = connection.execute(
            "select tags from duckdb_databases() where database_name = 'file'"
        ).fetchall()[0][0]
    assert tags["storage_version"].startswith("v1.5")


@pytest.mark.parametrize(
    "statement",
    [
        "create table core.mine as select 1 as one",
        "set memory_limit = '1GB'",
        "copy core.dim_segments to '/dev/null'",
        "attach ':memory:' as other; detach other; install httpfs",
    ],
    ids=["write", "configure", "export", "extend"],
)
def test_reader_can_only_read(company, statement):
    company.release()
    with open_release(company.data_dir) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"x" * 20_000, 4096, 1 << 18],
    ids=["removed", "emptied", "foreign", "cut", "cut_later"],
)
def test_damaged_database_is_called_so(company, content):
    database = company.release().database
    whole = database.read_bytes()
    database.parent.chmod(0o755)
    database.unlink()
    if content is not None:
        is_cut = isinstance(content, int)
        database.write_bytes(whole[:content] if is_cut else content)
    other = database.with_name("other.duckdb")
    other.write_bytes(whole)
    for read in (summarise, _compare_with(other)):
        with pytest.raises(EchelonError, match="echelon doctor") as finding:
            read(company.data_dir)
        assert finding.value.exit_code is ExitCode.INTEGRITY
        assert finding.value.fault.file.endswith("/published.duckdb")


def _compare_with(other):
    def compare(data_dir):
        return compare_models(
            ("a", data_dir / "current/published.duckdb"), ("b", other)
        )

    return compare


def test_block_that_changed_is_found_by_who_reads_it(company):
    database = company.release().database
    content = database.read_bytes()
    database.chmod(0o644)
    # Behind the headers: opening reads no table.
    database.write_bytes(content[:12288] + b"x" * (len(content) - 12288))
    with pytest.raises(EchelonError) as finding:
        summarise(company.data_dir)
    assert finding.value.fault.code == "database_damaged"


def test_wrong_query_is_no_damage(company):
    company.release()
    with pytest.raises(duckdb.CatalogException), open_release(company.data_dir) as read:
        read.execute("from core.nothing")


def test_changed_model_is_not_explained_from(company):
    candidate = company.candidate()
    candidate.artefacts_dir.mkdir()
    (candidate.artefacts_dir / "segment_model.json").write_text("{}")
    company.examine(candidate)
    release = publish(candidate, company.register)
    model = release.directory / "artefacts" / "segment_model.json"
    model.chmod(0o644)
    model.write_text("[]")
    with pytest.raises(EchelonError) as finding:
        explain(company.data_dir, "C1", None)
    assert finding.value.fault.code == "file_changed"


def test_large_tables_stay_out_of_the_parquet_export_and_the_manifest_says_so(company):
    candidate = company.candidate()
    company.examine(candidate)
    release = publish(candidate, company.register, PublishOptions(parquet_row_limit=1))
    left_out = release.manifest()["parquet"]["not_exported"]
    assert list(left_out) == [
        "core.fct_cost_to_serve",
        "finance.rpt_cost_to_serve_by_cost_level_pool_month",
        "finance.rpt_cost_to_serve_by_customer_pool_month",
        "governance.rpt_control_results",  # a gate, and the former release
    ]
    assert not (release.directory / "parquet/core/fct_cost_to_serve.parquet").exists()


def test_fitted_model_is_part_of_the_release(company):
    candidate = company.candidate()
    candidate.artefacts_dir.mkdir()
    (candidate.artefacts_dir / "segment_model.json").write_text("{}")
    company.examine(candidate)
    release = publish(candidate, company.register)
    assert "artefacts/segment_model.json" in release.manifest()["files"]
    assert (release.directory / "artefacts" / "segment_model.json").read_text() == "{}"


def _skip_the_gate(company, candidate):
    return [company.reconciled]


def _examine_nothing(company, candidate):
    company.examine(candidate, company.reconciled, rows_examined=0)
    return [company.reconciled]


def _fail_the_gate(company, candidate):
    company.examine(
        candidate,
        company.reconciled,
        passed=False,
        critical_failures=1,
        detail="1 lost",
    )
    return [company.reconciled]


def _warn_at_the_gate(company, candidate):
    company.examine(candidate, company.reconciled, warnings=1, detail="1 odd")
    return [company.reconciled]


def _change_the_table_afterwards(company, candidate):
    company.examine(candidate)
    company.run_sql(candidate, "update core.dim_segments set customer_count = 3")
    return [company.reconciled]


def _change_the_table_behind_the_view(company, candidate):
    company.examine(candidate)
    company.run_sql(
        candidate,
        "insert into intermediate.int_costs_allocated"
        " values ('DE01', '2025-12', 'freight', 'C3', 0, 'freight', 'freight')",
    )
    return [company.reconciled]


def _drop_the_table(company, candidate):
    company.examine(candidate)
    company.run_sql(candidate, "drop table core.dim_segments")
    return [company.reconciled]


def _pass_over_a_delivered_table(company, candidate):
    gate = company.gate("reconciled", requires=("erp__order_lines",))
    company.examine(candidate, gate, not_applicable_reason="not delivered")
    return [gate]


def _ask_for_no_gate(company, candidate):
    return []


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (_skip_the_gate, "gate reconciled: did not run"),
        (_examine_nothing, "gate reconciled: examined 0 rows"),
        (_fail_the_gate, "gate reconciled: 1 lost"),
        (_warn_at_the_gate, "gate reconciled: warned"),
        (_change_the_table_afterwards, "core.dim_segments changed after"),
        (_change_the_table_behind_the_view, "int_costs_allocated changed after"),
        (_drop_the_table, "core.dim_segments is gone"),
        (_pass_over_a_delivered_table, "although its tables were delivered"),
        (_ask_for_no_gate, "no gate was asked for"),
    ],
    ids=[
        "missing",
        "empty",
        "failed",
        "warned",
        "stale",
        "stale_behind_view",
        "gone",
        "false_absence",
        "no_gates",
    ],
)
def test_refused_candidate_leaves_the_former_release_in_force(company, prepare, said):
    former = company.release()
    company.deliver("erp-0002")
    candidate = company.candidate()
    gates = prepare(company, candidate)
    with pytest.raises(EchelonError, match=said) as refusal:
        publish(candidate, Register(gates))
    assert refusal.value.exit_code is ExitCode.GATE_FAILED
    assert current_release_id(company.data_dir) == former.release_id
    assert [r.release_id for r in list_releases(company.data_dir)] == [
        former.release_id
    ]


def test_gate_of_an_absent_table_is_recorded_as_not_applicable(company):
    gate = company.gate(
        "forecasts", requires=("erp__forecasts",), examines=("raw.none",)
    )
    candidate = company.candidate()
    company.examine(
        candidate, gate, rows_examined=0, not_applicable_reason="no planning system"
    )
    company.examine(candidate)
    publish(candidate, Register([company.reconciled, gate]))
    with open_release(company.data_dir) as connection:
        rows = connection.execute(
            "select outcome, passed, detail from governance.rpt_gate_results"
            " where gate_name = 'forecasts'"
        ).fetchall()
    assert rows == [("not applicable", None, "no planning system")]


def test_advisory_gate_reports_without_blocking(company):
    advice = company.gate("advice", is_critical=False)
    candidate = company.candidate()
    company.examine(candidate)
    company.examine(candidate, advice, warnings=2, detail="2 odd")
    publish(candidate, Register([company.reconciled, advice]))
    with open_release(company.data_dir) as connection:
        rows = connection.execute(
            "select gate_name, outcome, detail from governance.rpt_gate_results"
        ).fetchall()
    assert rows == [("advice", "warned", "2 odd"), ("reconciled", "passed", "")]


def test_a_page_says_what_the_gates_examined_and_asks_for_nothing_else(company):
    advice = company.gate("advice", is_critical=False)
    candidate = company.candidate()
    company.examine(candidate)
    company.examine(candidate, advice, warnings=2, detail="2 <odd>")
    release = publish(candidate, Register([company.reconciled, advice]))
    page = (release.directory / "gates.html").read_text()
    advice = "<td>advice</td><td>marts</td><td>warned</td>"
    assert f'{advice}<td class="number">2</td>' in page
    assert page.index("<td>advice</td>") < page.index("<td>reconciled</td>")
    assert "2 &lt;odd&gt;" in page
    assert "one-sided" in page
    assert not re.search(r"<script|<link|src=|https?://", page)
    assert "gates.html" in release.manifest()["files"]


def test_latest_record_of_a_gate_counts(company):
    candidate = company.candidate()
    company.examine(
        candidate,
        company.reconciled,
        passed=False,
        critical_failures=1,
        detail="1 lost",
    )
    company.examine(candidate)
    assert publish(candidate, company.register).is_current


def test_torn_record_of_a_gate_counts_as_never_written(company):
    candidate = company.candidate()
    company.examine(candidate)
    written = candidate.gate_record.read_bytes()
    candidate.gate_record.write_bytes(written[: len(written) // 2])
    with pytest.raises(EchelonError) as refusal:
        publish(candidate, company.register)
    assert refusal.value.exit_code is ExitCode.GATE_FAILED
    assert "gate reconciled: did not run" in str(refusal.value)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "update intermediate.int_costs_allocated"
            " set allocated_amount_base_ccy = 59.99 where customer_id = 'C1'",
            "C1 DE01 2025-12 freight freight freight: 6000 cents against 5999",
        ),
        (
            "update finance.rpt_gl_reconciliation_by_cost_pool_month"
            " set gl_amount_base_ccy = 100.01, variance_amount_base_ccy = 0.01",
            "pools are reconciled: DE01 2025-12 freight: 10001 cents against 10000",
        ),
        (
            "insert into intermediate.int_costs_allocated"
            " values ('UK01', '2025-12', 'freight', 'C1', 0.01, 'freight', 'freight')",
            "cost levels bear their cost objects: C1 C1 UK01 2025-12 freight freight"
            " freight: 0 cents against 1",
        ),
        (
            "update finance.rpt_cost_to_serve_by_cost_level_pool_month"
            " set cost_level_id = 'C1-2' where customer_id = 'C1'",
            "cost levels bear their cost objects: C1 C1 DE01 2025-12 freight freight"
            " freight: 0 cents against 6000",
        ),
        (
            "update finance.rpt_cost_to_serve_by_cost_level_pool_month"
            " set driver_qty = 2 where customer_id = 'C1'",
            "cost levels bear their cost objects: C1 C1 DE01 2025-12 freight freight"
            " freight: driver_qty 2 against 1",
        ),
        (
            "create table finance.rpt_charge_reconciliation_by_cost_pool_month as"
            " select * rename (gl_amount_base_ccy as charged_amount_base_ccy)"
            " from finance.rpt_gl_reconciliation_by_cost_pool_month",
            "pools are reconciled: DE01 2025-12 freight: 20000 cents against 10000",
        ),
        (
            "delete from finance.rpt_gl_reconciliation_by_cost_pool_month",
            "pools are reconciled: DE01 2025-12 freight: 0 cents against 10000",
        ),
    ],
    ids=[
        "lost_cent",
        "variance",
        "pool_outside_the_ledger",
        "another_level_of_the_customer",
        "another_quantity",
        "charges_beside_the_ledger",
        "cost_without_reconciliation",
    ],
)
def test_lost_cent_blocks_publishing_even_if_every_gate_passed(company, sql, said):
    candidate = company.candidate()
    company.run_sql(candidate, sql)
    company.examine(candidate)
    with pytest.raises(EchelonError, match=said) as refusal:
        publish(candidate, company.register)
    assert refusal.value.exit_code is ExitCode.GATE_FAILED
    assert current_release(company.data_dir) is None


def test_company_without_a_ledger_ties_to_its_charges(company):
    candidate = company.candidate()
    company.run_sql(
        candidate,
        """
        create table finance.rpt_charge_reconciliation_by_cost_pool_month as
        select * rename (gl_amount_base_ccy as charged_amount_base_ccy)
        from finance.rpt_gl_reconciliation_by_cost_pool_month;
        delete from finance.rpt_gl_reconciliation_by_cost_pool_month;
        """,
    )
    company.examine(candidate)
    manifest = publish(candidate, company.register).manifest()
    assert manifest["tie_out"]["ledger_cents"] == 10000


def test_refresh_overtaken_by_another_release_does_not_publish(company):
    candidate = company.candidate("2025-11-30")
    company.examine(candidate)
    (company.data_dir / "current").symlink_to("releases/other")
    with pytest.raises(EchelonError) as refusal:
        publish(candidate, company.register)
    assert refusal.value.exit_code is ExitCode.BUSY


def test_candidate_that_was_kept_does_not_publish_what_was_rolled_back(company):
    first = company.release("2025-11-30")
    candidate = company.candidate()
    company.examine(candidate)
    options = PublishOptions(keep_candidate=True)
    second = publish(candidate, company.register, options)
    rollback(company.data_dir, first.release_id)
    entered = read_events(company.data_dir)
    with pytest.raises(EchelonError) as refusal:
        publish(candidate, company.register, options)
    assert refusal.value.exit_code is ExitCode.NOTHING_NEW
    assert f"echelon rollback {second.release_id}" in str(refusal.value)
    assert read_events(company.data_dir) == entered


def test_rerun_in_another_row_order_has_the_same_content_hashes(company):
    first = company.candidate()
    hashes = company.examine(first).table_hashes
    again = company.candidate()
    company.run_sql(
        again,
        "create or replace table intermediate.int_costs_allocated as"
        " from intermediate.int_costs_allocated order by customer_id desc",
    )
    company.examine(again)
    assert first.release_id == again.release_id
    tables = publish(again, company.register).manifest()["tables"]
    assert {name: tables[name]["content_hash"] for name in hashes} == hashes


def test_only_the_newest_releases_are_kept(company):
    days = ["2025-12-27", "2025-12-28", "2025-12-29", "2025-12-30"]
    for day in days:
        candidate = company.candidate(day)
        company.examine(candidate)
        publish(candidate, company.register, PublishOptions(keep_releases=2))
    kept = [
        release.as_of_date.isoformat() for release in list_releases(company.data_dir)
    ]
    # Two, and the one that the older of them was made from.
    assert kept == days[1:]
    assert list((company.data_dir / "candidates").iterdir()) == []


def test_file_opens_for_a_reader_who_knows_only_the_pointer(company):
    company.release()
    with open_database(company.data_dir / "current" / "published.duckdb") as connection:
        assert connection.execute("select count(*) from core.dim_segments").fetchall()
