"""Which days, business days and months does the sample company live in?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = np.datetime64("2024-01-01", "D")
FIRST_DAY_SINCE_EPOCH = int(FIRST_DAY.astype(np.int64))
MONTH_COUNT = 24
DAY_COUNT = 731
# Deliveries and payments of the last days fall after the end; exporters cut them.
_TAIL_DAYS = 200
_HOLIDAYS = np.array(
    [f"{year}-{day}" for year in (2024, 2025, 2026) for day in ("01-01", "12-25")]
    + [f"{year}-12-26" for year in (2024, 2025)],
    dtype="datetime64[D]",
)

DayArray = NDArray[np.int64]


@dataclass(frozen=True)
class Calendar:
    """Look-up tables over day numbers; day 0 is 2024-01-01.

    Attributes:
        month_of_day: Month number per day, shape (n_days,); 24 and more lie beyond.
        business_days: Day numbers of business days, ascending.
        business_rank: Per day, position in ``business_days`` of the first business
            day on or after it, shape (n_days,).
    """

    month_of_day: DayArray
    business_days: DayArray
    business_rank: DayArray

    def later(self, days: DayArray, business_day_count: DayArray) -> DayArray:
        """Move each day on by a number of business days, shape (n,)."""
        moved: DayArray = self.business_days[
            self.business_rank[days] + business_day_count
        ]
        return moved

    def days_of(self, month: int) -> DayArray:
        """Return the business days of a month."""
        in_month = self.month_of_day[self.business_days] == month
        days: DayArray = self.business_days[in_month]
        return days


def build_calendar() -> Calendar:
    """Build the calendar of the 24 months and a tail after them."""
    days = FIRST_DAY + np.arange(DAY_COUNT + _TAIL_DAYS)
    months = days.astype("datetime64[M]") - FIRST_DAY.astype("datetime64[M]")
    is_open = np.is_busday(days, holidays=_HOLIDAYS)
    business_days = np.flatnonzero(is_open).astype(np.int64)
    rank = np.searchsorted(business_days, np.arange(len(days)))
    return Calendar(months.astype(np.int64), business_days, rank.astype(np.int64))


def period_name(month: int) -> str:
    """Name a month as fiscal period, ``2024-01`` for month 0."""
    return f"{2024 + month // 12}-{month % 12 + 1:02d}"


def month_bounds(month: int) -> tuple[int, int]:
    """Return the first and last day number of a month."""
    start = FIRST_DAY.astype("datetime64[M]") + month
    first = start.astype("datetime64[D]") - FIRST_DAY
    after = (start + 1).astype("datetime64[D]") - FIRST_DAY
    return int(first.astype(np.int64)), int(after.astype(np.int64)) - 1


def exchange_rate_days() -> NDArray[np.int64]:
    """Return the day numbers that carry rates: business days from late 2023."""
    days = np.arange(-5, DAY_COUNT, dtype=np.int64)
    is_open = np.is_busday(FIRST_DAY + days, holidays=_HOLIDAYS)
    return days[is_open]
