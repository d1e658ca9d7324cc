"""Do the days that a delivery adds hold about as many rows as the days before?"""

from collections.abc import Sequence
from datetime import date

import duckdb

from echelon.landing.contract import TableContract
from echelon.landing.holds import Hold
from echelon.landing.load_report import LoadedFile
from echelon.quoting import quote_name

# Below it a slow week, or one large order, is a manifold of nothing.
_FEWEST_ROWS = 1_000
_FEWEST_DAYS = 28
_YEAR_DAYS = 365


def find_volume_shifts(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    files: Sequence[LoadedFile],
) -> list[Hold]:
    """Compare the rows in force of each stretch of days with the year before it.

    Only days that no earlier delivery covered count: a correction of known days may be
    as small as it likes, and what corrects a short delivery heals it.

    Args:
        connection: Open warehouse with every delivery of the table loaded.
        contract: The table's contract.
        files: The files of the table, in the order of loading.

    Returns:
        What is unlike before, in that order.
    """
    limit, column = contract.volume_shift_limit, contract.horizon.event_column
    holds: list[Hold] = []
    if limit is None or column is None:
        return holds
    known_until = None
    for file in files:
        until = file.period_end_date
        if known_until is not None and until > known_until:
            table = f"raw.{quote_name(contract.name)}"
            days = f"(select cast({quote_name(column)} as date) as day from {table})"
            expected, added = _compare(connection, days, known_until, until)
            times = max(expected, added) / max(min(expected, added), 1)
            if max(expected, added) >= _FEWEST_ROWS and times >= limit:
                message = (
                    f"{added} rows after {known_until}, where {expected:.0f} would be"
                    " as many a day as in the year before"
                )
                holds.append(Hold("volume_shift", file, message, column))
        known_until = until if known_until is None else max(known_until, until)
    return holds


def _compare(
    connection: duckdb.DuckDBPyConnection, days: str, known_until: date, until: date
) -> tuple[float, int]:
    """Count the rows of new days, and those the year before would lead to expect."""
    added, last, before, first_before, last_before = connection.execute(
        f"""
        select
            count(*) filter (is_new),
            max(day) filter (is_new),
            count(*) filter (not is_new),
            min(day) filter (not is_new),
            max(day) filter (not is_new)
        from (select day, day > ? as is_new from {days} where day > ? and day <= ?)
        """,
        [known_until, _year_before(known_until), until],
    ).fetchall()[0]
    if first_before is None or (last_before - first_before).days < _FEWEST_DAYS:
        return added, added
    day_count = (last_before - first_before).days + 1
    return before / day_count * ((last or until) - known_until).days, added


def _year_before(day: date) -> date:
    """Go back a year, as far as there are days."""
    return date.fromordinal(max(day.toordinal() - _YEAR_DAYS, 1))
