"""Who may ask for and who may approve which decision?

Rows of ``policy_role_members``. A decision that no row names is open to everybody; that
who approves is somebody else than who asks holds for all of them. A name given on the
command line is worth what stands behind it: where a row binds it to an account of the
operating system, only that account may use it.
"""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from echelon.decisions.landing import Row, policy_in_force
from echelon.errors import EchelonError, ExitCode, Fault

MEMBERS = "policy_role_members"
THRESHOLDS = "policy_thresholds"
TEAMS, ACCESS = "policy_exception_paths", "policy_role_access"
CHECKED = (MEMBERS, TEAMS, ACCESS)
EXPIRY = "approval_expiry_days"
REQUEST, APPROVE = "request", "approve"
ANYBODY = "*"
# Of Unicode's general categories what tells names apart: letters, marks, numbers,
# punctuation. Some letters and marks show nothing, which only their names say.
_TELLING = frozenset("LMNP")
_SHOWING_NOTHING = (
    "VARIATION SELECTOR",
    "FILLER",
    "GRAPHEME JOINER",
    "VOWEL INHERENT",
)
DECISIONS = (
    "segment_overridden",
    "segment_corrected",
    "order_excepted",
    "identity_decided",
    "dispute_decided",
    "model_approved",
)


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

    Raises:
        EchelonError: ``CONFIGURATION`` as ``check_members``: a row with a slip, which
            the next refresh would refuse, entitles nobody and opens nothing meanwhile.
    """
    texts = policy_in_force(data_dir, project_dir, THRESHOLDS, *CHECKED)
    _check(texts)
    members, limits = _rows(texts[MEMBERS]), _rows(texts[THRESHOLDS])
    return Rights(
        [r for r in members if r["valid_from"] <= day < (r["valid_to"] or "9999")],
        next(float(row["value"]) for row in limits if row["name"] == EXPIRY),
    )


def check_members(policy_dir: Path) -> None:
    """Refuse a row that would give nobody a right, or everybody one, by a slip.

    Args:
        policy_dir: The policy as assembled for the refresh.

    Raises:
        EchelonError: ``CONFIGURATION`` naming line and column of an unknown decision,
            duty or role, an empty name, or a day that is none.
    """
    _check({t: (policy_dir / f"{t}.csv").read_text("utf-8-sig") for t in CHECKED})


def _check(texts: Mapping[str, str]) -> None:
    """Check the rows of a policy, given its CSV texts by table."""
    teams = {row["approver_team"] for row in _rows(texts[TEAMS])}
    roles = {"", *teams, *(row["role"] for row in _rows(texts[ACCESS]))}
    allowed = {
        "decision_code": {*DECISIONS, ANYBODY},
        "duty": {REQUEST, APPROVE},
        "role_code": roles,
    }
    reader = _rows(texts[MEMBERS])
    for row in reader:
        for column, values in allowed.items():
            if row[column] not in values:
                known = ", ".join(sorted(values - {""}))
                said = f"{row[column]!r} is not known"
                raise _refused(reader.line_num, column, said, f"one of {known}")
        for column in ("person_name", "approved_by"):
            if not is_said(row[column] or ""):
                raise _refused(reader.line_num, column, "it is empty", "name a person")
        for column in ("valid_from", "valid_to"):
            may_be_empty = column == "valid_to" and not row[column]
            if not may_be_empty and not _is_day(row[column] or ""):
                said = f"{row[column]!r} is not a date"
                raise _refused(reader.line_num, column, said, "write YYYY-MM-DD")


def plain(name: str) -> str:
    """Return a name without regard to case, spaces and what nobody sees: Ann is ann."""
    letters = unicodedata.normalize("NFKD", name)
    seen = "".join(letter for letter in letters if _is_telling(letter))
    return unicodedata.normalize("NFKC", seen.casefold())


def is_said(text: str) -> bool:
    """Say whether a text says something, in characters a file and a screen can show."""
    is_text = not any(
        letter not in "\t\n\r" and unicodedata.category(letter) in ("Cc", "Cs")
        for letter in text
    )
    return is_text and plain(text) != ""


def _is_telling(letter: str) -> bool:
    said = unicodedata.name(letter, "")
    return unicodedata.category(letter)[0] in _TELLING and not any(
        words in said for words in _SHOWING_NOTHING
    )


def _rows(text: str) -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(text, newline=""))


def _is_day(text: str) -> bool:
    """Say whether it is YYYY-MM-DD: days are compared as text."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _refused(line: int, column: str, message: str, hint: str) -> EchelonError:
    fault = Fault(
        code="role_members_refused",
        message=message,
        file=f"{MEMBERS}.csv",
        line=line,
        column=column,
        rule="a row lets a person request or approve a decision",
        hint=hint,
    )
    return EchelonError(ExitCode.CONFIGURATION, fault)
