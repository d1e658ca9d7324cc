"""Is every attempt to go round the separation of duties refused, and entered?

Each attempt is made on a company of its own, in which what it attacks works for honest
people: it must end with exit code 60, land nothing and leave an event ``refused`` with
its reason in a sound audit log; while the policy on who may has a slip nobody gets as
far as that, and it ends with exit code 30. One JSON line an attempt, then one that sums
up; ends with 1 unless all were refused and every honest approval landed.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.duties_attempts import ATTEMPTS, EVERY, Case
from echelon.audit import read_events
from echelon.errors import EchelonError, ExitCode
from tests.unit.decisions.conftest import released_company

Attempt = tuple[Callable[[Case], None], str, str]
ALL: tuple[Attempt, ...] = tuple(
    (attack, expected, decision)
    for attack, expected, decisions in ATTEMPTS
    for decision in decisions
)


def run(directory: Path, attempts: Sequence[Attempt] = ALL) -> int:
    """Make every attempt and print what became of it.

    Args:
        directory: Empty directory for the companies.
        attempts: What is attempted, the reason it must be refused for, and on what.

    Returns:
        Number of attempts not refused as they must be, and of honest ones that were.
    """
    lines = [
        _attempt(directory / f"{number:02d}", attack, expected, decision)
        for number, (attack, expected, decision) in enumerate(attempts)
    ]
    honest = {decision: _honest(directory / decision, decision) for decision in EVERY}
    refused = sum(line["is_refused"] is True for line in lines)
    print(
        json.dumps(
            {
                "suite": "duties",
                "refused": refused,
                "attempts": len(lines),
                "honest_landed": honest,
            }
        )
    )
    return len(lines) - refused + sum(not landed for landed in honest.values())


def _attempt(
    directory: Path, attack: Callable[[Case], None], expected: str, decision: str
) -> dict[str, object]:
    directory.mkdir()
    case = Case(released_company(directory), decision)
    exit_code, code = 0, ""
    try:
        attack(case)
    except EchelonError as error:
        exit_code, code = int(error.exit_code), error.fault.code
    entries = [(e.event, e.details.get("code", "")) for e in read_events(case.data_dir)]
    event, reason = entries[-1] if entries else ("", "")
    entered = reason if event == "refused" else ""
    is_slip = expected == "role_members_refused"
    wanted = (
        (ExitCode.CONFIGURATION, expected, "")
        if is_slip
        else (ExitCode.NOT_AUTHORISED, expected, expected)
    )
    line = {
        "attempt": attack.__name__.removeprefix("_"),
        "decision": decision,
        "exit_code": exit_code,
        "code": code,
        "entered": entered,
        "is_refused": event != decision and (exit_code, code, entered) == wanted,
    }
    print(json.dumps(line))
    return line


def _honest(directory: Path, decision: str) -> bool:
    directory.mkdir()
    case = Case(released_company(directory), decision)
    case.appoint("bob")
    change = case.ask()
    case.answer(change, "bob")
    return read_events(case.data_dir)[-1].event == decision


def main() -> None:
    """Make the attempts in a directory that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="duties-") as name:
        sys.exit(1 if run(Path(name)) else 0)


if __name__ == "__main__":
    main()
