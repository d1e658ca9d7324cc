"""What starts a refresh by itself, and who is told when one fails."""

import dagster as dg

from dagster_project.jobs import JOBS, refresh_job
from echelon.config import load_settings
from echelon.release.inputs import delivery_directories
from echelon.release.layout import sha256_of_file, sha256_of_record


@dg.sensor(
    job=refresh_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a refresh when a delivery has landed since the last look.",
)
def landed_deliveries(
    context: dg.SensorEvaluationContext,
) -> dg.RunRequest | dg.SkipReason:
    """Ask for a refresh whenever the set of landed manifests changes."""
    manifests = [
        path / "manifest.json"
        for path in delivery_directories(load_settings().data_dir)
    ]
    if not manifests:
        return dg.SkipReason("no delivery has landed yet")
    state = sha256_of_record([[str(path), sha256_of_file(path)] for path in manifests])
    if state == context.cursor:
        return dg.SkipReason("nothing has landed since the last look")
    context.update_cursor(state)
    return dg.RunRequest(run_key=state, tags={"echelon/trigger": "delivery landed"})


@dg.run_failure_sensor(
    monitored_jobs=JOBS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes each failed run to the daemon's log with its one-line reason.",
)
def failed_refresh(context: dg.RunFailureSensorContext) -> None:
    """Log why a run failed; the former release is still the one in force."""
    context.log.error(
        "%s failed, the former release stays in force: %s",
        context.dagster_run.job_name,
        context.failure_event.message,
    )


SENSORS = [landed_deliveries, failed_refresh]
