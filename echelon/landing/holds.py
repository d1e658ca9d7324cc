"""Which deliveries wait for somebody's word, and who has given it?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from echelon.landing.load_report import LoadedFile
from echelon.landing.load_waivers import DeclaredWaiver
from echelon.landing.refusal import refuse


@dataclass(frozen=True)
class Hold:
    """One thing about a delivery that is either a mistake or news.

    Attributes:
        code: The check.
        file: The delivered file.
        message: What is unlike before.
        column: Column it shows in.
        line: Line it shows in, None if it is the whole file.
    """

    code: str
    file: LoadedFile
    message: str
    column: str
    line: int | None = None


def is_accepted(hold: Hold, waivers: Sequence[DeclaredWaiver]) -> bool:
    """Say whether a delivery of the same system accepts it.

    A waiver accepts what came for periods that end before it does, for good: what
    was accepted once is not held again when the waiver has ended.

    Args:
        hold: The hold.
        waivers: All declared waivers.
    """
    return any(
        waiver.system == hold.file.system
        and waiver.check_code == hold.code
        and hold.file.period_end_date < waiver.valid_to
        for waiver in waivers
    )


def refuse_holds(
    holds: Sequence[Hold], waivers: Sequence[DeclaredWaiver]
) -> Counter[tuple[str, str]]:
    """Hold the refresh for the first thing that nobody has accepted.

    Args:
        holds: What was found.
        waivers: All declared waivers.

    Returns:
        Number of accepted holds by system and check.

    Raises:
        EchelonError: HELD_FOR_APPROVAL, naming file and column.
    """
    accepted: Counter[tuple[str, str]] = Counter()
    for hold in holds:
        if is_accepted(hold, waivers):
            accepted[hold.file.system, hold.code] += 1
        else:
            refuse(hold.code, hold.message, hold.file.file, hold.line, hold.column)
    return accepted
