"""What does a seed file say, and does each of its fields fit the column it is for?

Read here and nowhere else: a second reader would guess again what a date, a quote or
the end of a line is.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from echelon.quoting import quote_name

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Three digits of an exponent would be more than any column holds.
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?\s*", re.ASCII)
TRUTHS = {"true", "t", "yes", "y", "1", "false", "f", "no", "n", "0"}
WHOLE_NUMBER_LIMITS = {"integer": 2**31, "bigint": 2**63}


class MisfitError(ValueError):
    """A seed file cannot be read, or holds what its column cannot.

    Attributes:
        line: Where, or None.
        column: In which column, or None where it is the row or the file.
    """

    def __init__(
        self, message: str, line: int | None = None, column: str | None = None
    ) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True)
class SeedFile:
    """A seed file, each field of which fits its column.

    Attributes:
        types: Type by column, in the order of the header.
        values: Text per column and row; None where a field is empty.
        lines: Line that each row ends on.
    """

    types: Mapping[str, str]
    values: list[list[str | None]]
    lines: list[int]

    @property
    def select(self) -> str:
        """SQL that selects the typed rows, given ``values``, a parameter a column."""
        columns = ", ".join(
            f"cast(unnest(?::varchar[]) as {kind}) as {quote_name(name)}"
            for name, kind in self.types.items()
        )
        return f"select {columns}"


def read_seed(path: Path, declared: Mapping[str, str]) -> SeedFile:
    """Read a seed file by the types that its columns declare.

    Args:
        path: The file.
        declared: Type by column; one that is not declared is text.

    Returns:
        The file.

    Raises:
        MisfitError: For the first row that has a field its column cannot hold exactly
            as written, and for whatever ``read_rows`` refuses.
    """
    header, rows = read_rows(path)
    types = {name: declared.get(name, "varchar") for name in header}
    for line, fields in rows:
        for (name, kind), text in zip(types.items(), fields, strict=True):
            if text and (fault := _type_fault(text, kind)):
                raise MisfitError(f"{text!r} {fault}", line, name)
    return SeedFile(
        types,
        [[fields[i] or None for _, fields in rows] for i in range(len(header))],
        [line for line, _ in rows],
    )


def read_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read the header of a CSV file, and each row with the line it ends on.

    Lines may end in LF, CRLF or both; blank ones are skipped.

    Args:
        path: The file.

    Returns:
        Names of the columns; line and fields of each row, as many as the header has.

    Raises:
        MisfitError: It is no CSV in UTF-8, names a column twice, or has a row with
            fields too many or too few.
    """
    rows = list(_rows(path))
    header = rows[0][1] if rows else []
    for name in header:
        if header.count(name) > 1:
            raise MisfitError(f"the header names {name} twice", rows[0][0], name)
    for line, fields in rows:
        if len(fields) != len(header):
            has = f"the row has {len(fields)} fields, the header {len(header)}"
            raise MisfitError(has, line)
    return header, rows[1:]


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    line = 0
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            for fields in reader:
                line = reader.line_num
                if fields:
                    yield line, fields
        except UnicodeDecodeError as error:
            raise MisfitError(f"not readable as UTF-8 CSV: {error}") from error
        except csv.Error as error:
            # Where the row begins: a quote left open ends with the file.
            says = f"from here not readable as CSV: {error}"
            raise MisfitError(says, line + 1) from error


def _type_fault(text: str, kind: str) -> str | None:
    """Say why a column of some type cannot hold a text as it is written."""
    name, _, size = kind.lower().partition("(")
    if name == "date":
        return None if _is_day(text) else "is not a date such as 2025-01-31"
    if name == "boolean":
        return None if text.lower() in TRUTHS else "is not true or false"
    if name in WHOLE_NUMBER_LIMITS:
        return _number_fault(text, WHOLE_NUMBER_LIMITS[name], 0)
    if name == "decimal":
        digits, decimals = map(int, size.rstrip(")").split(","))
        return _number_fault(text, 10**digits, decimals)
    return None


def _number_fault(text: str, limit: int, decimals: int) -> str | None:
    """Say why a number is none, or has digits that its column does not keep."""
    kind = "a number such as 0.80" if decimals else "a whole number"
    if not NUMBER.fullmatch(text):
        return f"is not {kind}"
    units = Fraction(text) * 10**decimals
    if abs(units) >= limit:
        return "is too large for the column"
    if units.denominator > 1:
        return f"has more than {decimals} decimals" if decimals else f"is not {kind}"
    return None


def _is_day(text: str) -> bool:
    try:
        return DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False
