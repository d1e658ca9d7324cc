"""Does anything lie in the landing area that the refresh did not read?"""

import logging

import dagster as dg

from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.landing.manifest import unread

LOGGER = logging.getLogger("echelon.refresh")
MOST_NAMED = 5


@dg.asset_check(
    asset=["raw", "deliveries"],
    description="Whatever has landed was read, or is nothing that could be.",
)
def unread_landings(refresh: RefreshResource) -> dg.AssetCheckResult:
    """Warn, without blocking, about what waits for its manifest or lies astray."""
    with reported_faults():
        found = unread(refresh.settings.landing_dir)
    named = [f"{label} {why}" for label, why in list(found.items())[:MOST_NAMED]]
    more = [f"and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    description = "; ".join([*named, *more])
    if found:
        LOGGER.warning("not read: %s", description)
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=description,
        metadata={"unread": len(found)},
    )
