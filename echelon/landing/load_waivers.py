"""Which checks are waived at the as-of date, and by which delivery?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from echelon.landing.checks import CHECKS
from echelon.landing.manifest import Landing


@dataclass(frozen=True)
class DeclaredWaiver:
    """One waiver of one delivery.

    Attributes:
        check_code: The check.
        system: System of the delivery.
        delivery_id: Delivery whose manifest declares it.
        reason: Why.
        valid_to: First day on which the check holds again.
        is_in_force: Whether it holds at the as-of date.
    """

    check_code: str
    system: str
    delivery_id: str
    reason: str
    valid_to: date
    is_in_force: bool


def read_waivers(landing: Landing, as_of: date) -> list[DeclaredWaiver]:
    """List every declared waiver; an expired one is listed and waives nothing new.

    Args:
        landing: All that has landed.
        as_of: The date the refresh stands at.

    Returns:
        The waivers by check, in the order of their deliveries.
    """
    return sorted(
        (
            DeclaredWaiver(
                code,
                delivery.manifest.system,
                delivery.manifest.delivery_id,
                waiver.reason,
                waiver.valid_to,
                waiver.holds_on(as_of),
            )
            for delivery in landing.deliveries
            for code, waiver in delivery.manifest.waived_checks.items()
        ),
        key=lambda waiver: waiver.check_code,
    )


def write_waivers(
    connection: duckdb.DuckDBPyConnection,
    waivers: Sequence[DeclaredWaiver],
    breaches: Mapping[tuple[str, str], int],
) -> None:
    """Write ``raw.waived_checks``: each waiver and how often its check is broken.

    Args:
        connection: Open warehouse with the raw schema.
        waivers: What ``read_waivers`` returned.
        breaches: Breaches of the waived checks by system and code.
    """
    for waiver in waivers:
        # What a hold's waiver accepted stays accepted.
        counts = waiver.is_in_force or CHECKS[waiver.check_code].is_hold
        breach_count = breaches.get((waiver.system, waiver.check_code), 0)
        connection.execute(
            "insert into raw.waived_checks values (?, ?, ?, ?, ?, ?)",
            [
                waiver.check_code,
                waiver.delivery_id,
                waiver.reason,
                waiver.valid_to,
                waiver.is_in_force,
                breach_count if counts else 0,
            ],
        )
