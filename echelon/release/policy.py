"""What did the policy of a release say on its as-of date?"""

import csv
from decimal import Decimal

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import POLICY_DIR_NAME
from echelon.release.store import Release

THRESHOLDS = "policy_thresholds"
PolicyRow = dict[str, str]


def policy_in_force(release: Release, table: str, *key: str) -> list[PolicyRow]:
    """Read the rows of a policy table that were in force when a release was made.

    Args:
        release: The release.
        table: A policy table with a ``valid_from`` and no ``valid_to``.
        key: Columns that name a rule; of each the latest row counts.

    Returns:
        Rows in the order of the file, as text by column.
    """
    path = release.directory / POLICY_DIR_NAME / f"{table}.csv"
    as_of = release.as_of_date.isoformat()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        begun = [row for row in csv.DictReader(stream) if row["valid_from"] <= as_of]
    latest: dict[tuple[str, ...], PolicyRow] = {}
    for row in sorted(begun, key=lambda row: row["valid_from"]):
        latest[tuple(row[column] for column in key)] = row
    return [row for row in begun if row in latest.values()]


def threshold(release: Release, name: str) -> Decimal:
    """Return the value of a threshold that was in force when a release was made.

    Args:
        release: The release.
        name: Name in ``policy_thresholds``.

    Returns:
        Its value.

    Raises:
        EchelonError: ``CONFIGURATION`` if the release's policy has no such row.
    """
    for row in policy_in_force(release, THRESHOLDS, "name"):
        if row["name"] == name:
            return Decimal(row["value"])
    raise EchelonError(
        ExitCode.CONFIGURATION,
        Fault(
            code="policy_incomplete",
            message=f"the policy of release {release.release_id} has no {name}",
            file=f"{THRESHOLDS}.csv",
            hint="add the row as the shipped file has it, and refresh",
        ),
    )
