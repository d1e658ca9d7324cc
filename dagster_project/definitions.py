"""Every definition of the project, listed."""

import dagster as dg

from dagster_project.assets.costing import service_charges
from dagster_project.assets.dbt import (
    after_segmentation,
    before_identity,
    before_segmentation,
)
from dagster_project.assets.half_lives import half_lives
from dagster_project.assets.identity import identity
from dagster_project.assets.publication import published_release
from dagster_project.assets.raw import deliveries
from dagster_project.assets.segmentation import segmentation
from dagster_project.assets.steering import segmentation_beside
from dagster_project.assets.stress import stress_assignments
from dagster_project.freshness import source_freshness
from dagster_project.gates import CHECKS
from dagster_project.jobs import JOBS
from dagster_project.resources.refresh import RefreshResource
from dagster_project.schedules import SCHEDULES
from dagster_project.sensors import SENSORS
from dagster_project.unread import unread_landings

DEFINITIONS = dg.Definitions(
    assets=[
        deliveries,
        before_identity,
        identity,
        before_segmentation,
        half_lives,
        segmentation,
        stress_assignments,
        segmentation_beside,
        service_charges,
        after_segmentation,
        published_release,
    ],
    asset_checks=[*CHECKS, source_freshness, unread_landings],
    jobs=JOBS,
    schedules=SCHEDULES,
    sensors=SENSORS,
    resources={"refresh": RefreshResource()},
    # One DuckDB file, one writer: steps run one after another in this process.
    executor=dg.in_process_executor,
)
