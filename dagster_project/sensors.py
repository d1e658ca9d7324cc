"""What starts a refresh by itself, and when are people told of one?"""

import dagster as dg

from dagster_project.findings import fault_of, findings_of, notice_of
from dagster_project.jobs import (
    JOBS,
    quarterly_reclustering_review_job,
    refresh_job,
)
from echelon.config import load_settings
from echelon.decisions.reviews import read_review
from echelon.hashing import sha256_of_file, sha256_of_record
from echelon.landing.manifest import MANIFEST_FILE, delivery_directories
from echelon.notify import notify
from echelon.release.reader import open_database
from echelon.release.store import current_release


@dg.sensor(
    job=refresh_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts a refresh when a delivery has landed since the last look.",
)
def landed_deliveries(
    context: dg.SensorEvaluationContext,
) -> dg.RunRequest | dg.SkipReason:
    """Ask for a refresh once a change of the landed manifests has settled.

    A company's systems land one after another: a change counts when two looks in a
    row see the same. The cursor is ``<state last seen>:<state last asked for>``.
    """
    manifests = [
        path / MANIFEST_FILE
        for path in delivery_directories(load_settings().landing_dir)
    ]
    if not manifests:
        return dg.SkipReason("no delivery has landed yet")
    state = sha256_of_record([[str(path), sha256_of_file(path)] for path in manifests])
    seen, _, asked_for = (context.cursor or "").partition(":")
    if state == asked_for:
        return dg.SkipReason("nothing has landed since the last refresh")
    if state != seen:
        context.update_cursor(f"{state}:{asked_for}")
        return dg.SkipReason("deliveries are landing: waiting for the next look")
    context.update_cursor(f"{state}:{state}")
    return dg.RunRequest(run_key=state, tags={"echelon/trigger": "delivery landed"})


@dg.sensor(
    job=quarterly_reclustering_review_job,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Has a re-clustering proposed once drift has lasted as policy says.",
)
def lasting_drift(
    context: dg.SensorEvaluationContext,
) -> dg.RunRequest | dg.SkipReason:
    """Ask for a fit, once per release, where the one in force finds it due."""
    data_dir = load_settings().data_dir
    release = current_release(data_dir)
    if release is None:
        return dg.SkipReason("nothing has been published yet")
    with open_database(release.database) as connection:
        review = read_review(connection, data_dir)
    if review is None or not review.awaits_proposal:
        return dg.SkipReason("no re-clustering is due")
    return dg.RunRequest(
        run_key=f"lasting_drift:{release.release_id}",
        run_config={"resources": {"refresh": {"config": {"refit": True}}}},
        tags={"echelon/trigger": "lasting drift"},
    )


@dg.run_failure_sensor(
    monitored_jobs=JOBS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells people why a run failed; the former release stays in force.",
)
def failed_run(context: dg.RunFailureSensorContext) -> None:
    """Log why a run failed, and tell every channel that is set up."""
    settings = load_settings()
    fault = fault_of(settings, context.get_step_failure_events())
    run = context.dagster_run
    context.log.error("%s failed: %s", run.job_name, fault)
    findings = findings_of(context.instance, run.run_id)
    notify(settings, notice_of(settings, run.job_name, findings, fault))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=JOBS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tells people which checks of a run warned: Dagster tells nobody.",
)
def warned_run(context: dg.RunStatusSensorContext) -> None:
    """Tell every channel that is set up which checks of a finished run warned."""
    settings, run = load_settings(), context.dagster_run
    findings = findings_of(context.instance, run.run_id)
    notify(settings, notice_of(settings, run.job_name, findings))


SENSORS = [landed_deliveries, lasting_drift, failed_run, warned_run]
