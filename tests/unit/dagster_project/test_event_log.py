"""The event log kept open for a run is the one the UI reads."""

import dagster as dg

from dagster_project.resources.event_log import open_instance


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


def test_no_file_stays_open_behind_a_run(tmp_path):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with open_instance(tmp_path) as instance:
        dg.materialize([counted], instance=instance)
    logs = tmp_path / "history" / "runs"
    assert not list(logs.glob("*-wal"))
