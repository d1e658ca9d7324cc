"""Which rule does a company's data break on purpose, why, and until when?"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _day(value: object) -> object:
    # Pydantic would take a number for seconds since 1970.
    return date.fromisoformat(value) if isinstance(value, str) else value


class Waiver(BaseModel):
    """A check that is reported instead of refused, for a stated time."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    reason: Annotated[str, Field(min_length=1)] = Field(
        description="Why the data breaks the rule; it is shown in the release."
    )
    valid_to: Annotated[date, BeforeValidator(_day)] = Field(
        description="First day on which the check holds again, YYYY-MM-DD."
    )

    def holds_on(self, day: date) -> bool:
        """Whether the waiver is still in force on a day."""
        return day < self.valid_to
