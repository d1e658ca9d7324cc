"""What runs by itself, and when."""

import json
from datetime import UTC, datetime

import dagster as dg
import pytest


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
