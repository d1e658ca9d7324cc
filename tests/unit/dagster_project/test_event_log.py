"""The event log kept open for a run is the one the UI reads."""

import sqlite3
from contextlib import closing

import dagster as dg
import pytest

from dagster_project.resources.event_log import OpenEventLog, open_instance

# Without what names the run or the moment.
COMPARED = {
    "event_logs": "dagster_event_type, step_key, asset_key, partition",
    "asset_keys": "asset_key, last_run_id is null, last_materialization is null,"
    " last_materialization_timestamp is null, wipe_timestamp, asset_details",
    "asset_event_tags": "asset_key, key",
    "asset_check_executions": "asset_key, check_name, execution_status,"
    " evaluation_event is null, materialization_event_storage_id is null",
}


@dg.asset(check_specs=[dg.AssetCheckSpec("is_full", asset="counted")])
def counted():
    check = dg.AssetCheckResult(passed=False, check_name="is_full")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": 3}, check_results=[check]
    )


def test_what_a_run_logs_is_read_by_an_ordinary_instance(tmp_path):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with open_instance(tmp_path) as instance:
        dg.materialize([counted], instance=instance)
        result = dg.materialize([counted], instance=instance)
    with dg.DagsterInstance.from_config(str(tmp_path)) as ordinary:
        stored = ordinary.all_logs(result.run_id)
        last = ordinary.get_latest_materialization_event(dg.AssetKey("counted"))
        history = ordinary.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(dg.AssetKey("counted"), "is_full"), limit=9
        )
    assert [one.status.value for one in history] == ["FAILED", "FAILED"]
    assert last.run_id == result.run_id
    kinds = [e.dagster_event_type for e in stored if e.is_dagster_event]
    assert dg.DagsterEventType.RUN_START in kinds
    assert kinds[-1] is dg.DagsterEventType.RUN_SUCCESS
    assert last.asset_materialization.metadata["dagster/row_count"].value == 3


def test_every_kind_of_event_is_stored_as_dagster_stores_it(tmp_path):
    def stored(home):
        tables = {}
        for path in sorted((home / "history" / "runs").glob("*.db")):
            shard = "index" if path.stem == "index" else "run"
            with closing(sqlite3.connect(path)) as connection:
                for table, columns in COMPARED.items():
                    rows = connection.execute(f"select {columns} from {table}")
                    tables.setdefault((shard, table), []).extend(rows.fetchall())
        return {key: sorted(rows, key=repr) for key, rows in tables.items()}

    for name in ("open", "ordinary"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with open_instance(tmp_path / "open") as instance:
        dg.materialize([counted], instance=instance)
    with dg.DagsterInstance.from_config(str(tmp_path / "ordinary")) as instance:
        dg.materialize([counted], instance=instance)
    found = stored(tmp_path / "open")
    assert found == stored(tmp_path / "ordinary")
    assert len(found["index", "event_logs"]) < len(found["run", "event_logs"])


def test_an_event_that_the_index_refuses_is_in_neither_file(tmp_path, monkeypatch):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")

    def refused(*_):
        raise OSError("no room")

    monkeypatch.setattr(OpenEventLog, "_store_asset_event", refused)
    with open_instance(tmp_path) as instance:
        with pytest.raises(OSError, match="no room"):
            instance.report_runless_asset_event(dg.AssetMaterialization("counted"))
        assert instance.all_logs("") == []


def test_no_file_stays_open_behind_a_run(tmp_path):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with open_instance(tmp_path) as instance:
        dg.materialize([counted], instance=instance)
    logs = tmp_path / "history" / "runs"
    assert not list(logs.glob("*-wal"))
