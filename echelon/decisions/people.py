"""Who may ask for and who may approve which decision?

Rows of ``policy_role_members``. A decision that no row names is open to everybody; that
who approves is somebody else than who asks holds for all of them. A name given on the
command line is worth what stands behind it: where a row binds it to an account of the
operating system, only that account may use it.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from echelon.decisions.landing import Row, policy_in_force

MEMBERS = "policy_role_members"
THRESHOLDS = "policy_thresholds"
EXPIRY = "approval_expiry_days"
REQUEST, APPROVE = "request", "approve"
ANYBODY = "*"


@dataclass(frozen=True)
class Rights:
    """The rows in force on a day.

    Attributes:
        rows: Rows of ``policy_role_members``.
        expiry_days: How long a change waits for approval.
    """

    rows: Sequence[Row]
    expiry_days: float

    def entitled(self, decision: str, duty: str) -> list[str]:
        """List who may, as `plain` names; ``*`` where no row names the decision."""
        named = [
            row
            for row in self.rows
            if row["decision_code"] in (decision, ANYBODY) and row["duty"] == duty
        ]
        # Nobody grants himself anything.
        given = (r for r in named if plain(r["person_name"]) != plain(r["approved_by"]))
        return (
            sorted({plain(row["person_name"]) for row in given}) if named else [ANYBODY]
        )

    def holds_role(self, person: str, role: str) -> bool:
        """Say whether a person is of a role; anybody is of one nobody is listed for."""
        of_role = [row for row in self.rows if row["role_code"] == role]
        return not of_role or any(
            plain(row["person_name"]) == plain(person) for row in of_role
        )

    def accounts_of(self, person: str) -> set[str]:
        """Return the accounts a name is bound to, none if to no account."""
        return {
            row["account_name"]
            for row in self.rows
            if plain(row["person_name"]) == plain(person) and row["account_name"]
        }


def rights_in_force(data_dir: Path, project_dir: Path, day: str) -> Rights:
    """Read who may do what on a day.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the default policy.
        day: ISO 8601.

    Returns:
        The rows in force, and how long a change waits.
    """
    texts = policy_in_force(data_dir, project_dir, MEMBERS, THRESHOLDS)
    members, limits = (
        list(csv.DictReader(io.StringIO(texts[table])))
        for table in (MEMBERS, THRESHOLDS)
    )
    return Rights(
        [r for r in members if r["valid_from"] <= day < (r["valid_to"] or "9999")],
        next(float(row["value"]) for row in limits if row["name"] == EXPIRY),
    )


def plain(name: str) -> str:
    """Return a name without regard to case and spaces, so that Ann is ann."""
    return " ".join(name.split()).casefold()
