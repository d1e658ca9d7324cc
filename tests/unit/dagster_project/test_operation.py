"""What runs by itself, and when."""

import json
import logging
from datetime import UTC, datetime

import dagster as dg
import duckdb
import pytest

from dagster_project.findings import fault_of
from echelon.config import Settings
from tests.unit.decisions.test_proposals import REVIEWED


@pytest.fixture(scope="module")
def operation(tmp_path_factory):
    """The schedules and sensors, loaded over an empty data directory."""
    patch = pytest.MonkeyPatch()
    data_dir = tmp_path_factory.mktemp("data")
    patch.setenv("ECHELON_DATA_DIR", str(data_dir))
    from dagster_project import definitions, schedules, sensors

    yield data_dir, definitions, schedules, sensors
    patch.undo()


def land(data_dir, system):
    delivery = data_dir / "landing" / system / f"{system}-0001"
    delivery.mkdir(parents=True)
    (delivery / "manifest.json").write_text(json.dumps({"system": system}))


def test_a_refresh_starts_once_a_landing_has_settled(operation):
    data_dir, _, _, sensors = operation
    cursor = None
    asked = []
    for landing in (None, "erp", "gl", None, None):
        if landing:
            land(data_dir, landing)
        context = dg.build_sensor_context(cursor=cursor)
        asked.append(isinstance(sensors.landed_deliveries(context), dg.RunRequest))
        cursor = context.cursor
    assert asked == [False, False, False, True, False]


def test_no_re_clustering_is_due_before_there_is_a_release(operation):
    _, _, _, sensors = operation
    asked = sensors.lasting_drift(dg.build_sensor_context())
    assert isinstance(asked, dg.SkipReason)


@pytest.fixture
def drift(operation, tmp_path, monkeypatch):
    """Ask the sensor over a data directory of its own."""
    monkeypatch.setenv("ECHELON_DATA_DIR", str(tmp_path))
    return tmp_path, lambda: operation[3].lasting_drift(dg.build_sensor_context())


def put_in_force(data_dir, release_id, tables):
    """Write a release that holds a few tables, and the pointer to it."""
    directory = data_dir / "releases" / release_id
    directory.mkdir(parents=True)
    with duckdb.connect(str(directory / "published.duckdb")) as connection:
        connection.execute(tables)
    manifest = {
        "as_of_date": "2025-12-31",
        "recorded_at": "2025-12-31T00:00:00",
        "previous_release_id": None,
        "files": {},
    }
    (directory / "manifest.json").write_text(json.dumps(manifest))
    pointer = data_dir / "current"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(f"releases/{release_id}")


def drifting(is_due):
    return REVIEWED.format(model="kmeans-0", is_due=is_due)


def test_drift_that_has_lasted_asks_for_a_fit_once_a_release(operation, drift):
    data_dir, ask = drift
    keys = []
    for release_id in ("r1", "r2"):
        put_in_force(data_dir, release_id, drifting(is_due=True))
        asked = [ask(), ask()]
        keys += [request.run_key for request in asked]
    # Dagster starts no second run with a key it has seen.
    assert keys == ["lasting_drift:r1"] * 2 + ["lasting_drift:r2"] * 2
    job = operation[1].DEFINITIONS.resolve_job_def("quarterly_reclustering_review")
    config = dg.validate_run_config(job, asked[0].run_config)
    assert config["resources"]["refresh"]["config"]["refit"] is True


@pytest.mark.parametrize(
    "tables",
    [drifting(is_due=False), "create table dim_releases (release_id varchar)"],
    ids=["not lasted yet", "a release without reviews"],
)
def test_drift_that_has_not_lasted_asks_for_nothing(drift, tables):
    data_dir, ask = drift
    put_in_force(data_dir, "r1", tables)
    assert isinstance(ask(), dg.SkipReason)


def test_drift_that_has_its_proposal_asks_for_nothing_more(drift):
    data_dir, ask = drift
    put_in_force(data_dir, "r1", drifting(is_due=True))
    proposal = data_dir / "proposals" / "kmeans-1"
    proposal.mkdir(parents=True)
    (proposal / "segment_model.json").write_text("{}")
    replaced = {"model_version": "kmeans-0", "as_of_date": "2025-12-31"}
    (proposal / "comparison.json").write_text(json.dumps({"replaces": [replaced]}))
    assert isinstance(ask(), dg.SkipReason)


def test_the_monthly_close_stands_at_the_last_day_of_the_month_before(operation):
    _, _, schedules, _ = operation
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2026, 3, 5, 6, tzinfo=UTC)
    )
    request = schedules.monthly_cost_close(context)
    assert request.run_config["resources"]["refresh"]["config"] == {
        "as_of": "2026-02-28"
    }


def test_a_broken_input_stops_every_step_behind_it(operation):
    _, definitions, _, _ = operation
    job = definitions.DEFINITIONS.resolve_job_def("refresh")
    result = job.execute_in_process(raise_on_error=False)
    assert not result.success
    assert {event.step_key for event in result.get_step_failure_events()} == {
        "deliveries"
    }
    assert result.get_step_success_events() == []


def test_every_asset_has_a_description_and_a_group(operation):
    _, definitions, _, _ = operation
    graph = definitions.DEFINITIONS.resolve_asset_graph()
    bare = [
        str(key)
        for key in graph.materializable_asset_keys
        if not graph.get(key).description or graph.get(key).group_name == "default"
    ]
    assert bare == []


def test_warning_is_printed_and_the_rest_announced(capsys):
    from dagster_project.run import _announced

    announced = []
    with _announced(announced.append):
        logging.getLogger("echelon.release").warning("R1 cannot be removed")
        logging.getLogger("echelon.refresh").info("costs allocated")
    assert announced == ["costs allocated"]
    assert capsys.readouterr().err == "R1 cannot be removed\n"


def test_the_defect_of_a_run_outlasts_a_torn_gate_record(tmp_path):
    candidate = tmp_path / "candidates" / "R1"
    candidate.mkdir(parents=True)
    for name in ("candidate.json", "gate_results.jsonl"):
        (candidate / name).write_text('{"gate": "erp_or')
    fault = fault_of(Settings(data_dir=tmp_path), []).fault
    assert fault.message == "step unknown failed: the run failed outside its steps"
