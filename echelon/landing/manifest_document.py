"""What does the manifest of a delivery say?"""

import calendar
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from echelon.hashing import sha256_of_record
from echelon.landing.waiver import Waiver

# Stands for all columns together where a column is named.
WHOLE_ROW = "*"
# Of a signed 64-bit number, which the warehouse keeps it in.
_HIGHEST_SEQUENCE = 2**63 - 1
_MONTH_OR_DAY = r"\d{4}-\d{2}(-\d{2})?"
_Text = Annotated[str, Field(min_length=1)]
# A directory of that name is this one and no other, to people, shells and globs.
_DirectoryName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]*$")]
_DecimalText = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
_Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def seal_of(content: dict[str, Any]) -> str:
    """Hash what a manifest says: SHA-256 of its JSON without ``seal``.

    Args:
        content: The manifest; keys are sorted, there is no white space, and characters
            beyond ASCII are escaped.

    Returns:
        The hash, in hex.
    """
    return sha256_of_record({k: v for k, v in content.items() if k != "seal"})


def _last_day(text: str) -> date:
    """Read a month or a day; a month stands for its last day."""
    day = _first_day(text)
    if len(text) == len("2024-01"):
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def _first_day(text: str) -> date:
    """Read a month or a day; a month stands for its first day."""
    return date.fromisoformat(text if len(text) > len("2024-01") else f"{text}-01")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ManifestTable(_Strict):
    """What a manifest promises about one file."""

    file: Annotated[str, Field(pattern=r"^\w+\.(csv|parquet)$")]
    rows: Annotated[int, Field(ge=0)]
    sha256: _Sha256
    control_totals: dict[str, _DecimalText] = {}

    @property
    def column_totals(self) -> dict[str, str]:
        """Sums by column."""
        return {k: v for k, v in self.control_totals.items() if k != WHOLE_ROW}

    @property
    def row_checksum(self) -> str | None:
        """Checksum of whole rows (``row_checksum.py``), None if none is promised."""
        return self.control_totals.get(WHOLE_ROW)


class Units(_Strict):
    """Units of the physical columns; the contracts fix them."""

    weight: Literal["kg"] = "kg"
    volume: Literal["m3"] = "m3"
    distance: Literal["km"] = "km"


class Manifest(_Strict):
    """The label of one delivery (``manifest.json``)."""

    manifest_version: Annotated[int, Field(ge=1, le=1)]
    company: _Text
    system: _Text
    delivery_id: _DirectoryName
    sequence: Annotated[int, Field(ge=0, le=_HIGHEST_SEQUENCE)]
    period: Annotated[str, Field(pattern=rf"^{_MONTH_OR_DAY}(/{_MONTH_OR_DAY})?$")]
    time_zone: Literal["UTC"]
    units: Units = Units()
    customer_key: Literal["account", "ship_to", "bill_to", "party"] = "account"
    tables: dict[str, ManifestTable]
    absent: dict[str, _Text] = {}
    waived_checks: dict[str, Waiver] = {}
    seal: _Sha256 | None = None

    @property
    def period_start_date(self) -> date:
        """First day of the period the delivery covers."""
        return _first_day(self.period.partition("/")[0])

    @property
    def period_end_date(self) -> date:
        """Last day of the period the delivery covers."""
        return _last_day(self.period.rpartition("/")[2])

    @field_validator("period")
    @classmethod
    def _is_a_period(cls, period: str) -> str:
        first, _, last = period.partition("/")
        if _last_day(first) > _last_day(last or first):
            raise ValueError("the period ends before it begins")
        return period
