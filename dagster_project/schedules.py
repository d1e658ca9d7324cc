"""When it runs by itself."""

from datetime import timedelta

import dagster as dg

from dagster_project.jobs import (
    daily_inputs_job,
    monthly_cost_close_job,
    quarterly_reclustering_review_job,
    weekly_attributes_job,
)
from echelon.config import load_settings
from echelon.release.store import current_release

daily_inputs = dg.ScheduleDefinition(
    job=daily_inputs_job,
    cron_schedule="0 5 * * *",
    description="Every day at 05:00 UTC.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

weekly_attributes = dg.ScheduleDefinition(
    job=weekly_attributes_job,
    cron_schedule="0 6 * * 1",
    description="Every Monday at 06:00 UTC.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.schedule(
    job=monthly_cost_close_job,
    cron_schedule="0 6 5 * *",
    description="On the fifth of the month at 06:00 UTC: the last month's books.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def monthly_cost_close(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for a refresh as of the last day of the month before.

    A release that stands at a later day holds the month already: the refresh then takes
    in what the books have added since.
    """
    first_of_month = context.scheduled_execution_time.date().replace(day=1)
    month_end = first_of_month - timedelta(days=1)
    release = current_release(load_settings().data_dir)
    is_past = release is not None and release.as_of_date > month_end
    config = {} if is_past else {"as_of": month_end.isoformat()}
    return dg.RunRequest(
        run_key=f"monthly_cost_close:{month_end}",
        run_config={"resources": {"refresh": {"config": config}}},
    )


quarterly_reclustering_review = dg.ScheduleDefinition(
    job=quarterly_reclustering_review_job,
    cron_schedule="0 7 10 1,4,7,10 *",
    run_config={"resources": {"refresh": {"config": {"refit": True}}}},
    description="On the tenth of each quarter's first month at 07:00 UTC.",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

SCHEDULES = [
    daily_inputs,
    weekly_attributes,
    monthly_cost_close,
    quarterly_reclustering_review,
]
