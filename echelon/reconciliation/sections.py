"""What is one table of the report, whatever it is printed on?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.reader import Row

Kind = Literal["text", "money", "count", "quantity", "ratio", "rate", "date"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Key of the value in a row.
        label: Heading.
        kind: What the values are; it decides their format.
        is_added_up: Whether its values have a sum.
        less: Names of columns: the value is the first less the others, to the cent.
    """

    name: str
    label: str
    kind: Kind = "text"
    is_added_up: bool = False
    less: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One table, or the sentence that says why there is none.

    Attributes:
        key: Short name: sheet of the workbook, anchor of the page.
        title: Heading.
        note: What the reader should know about it, in one or two sentences.
        columns: The columns.
        rows: The rows, in order; those of a group follow one another.
        group: Column whose values have subtotals; empty for none.
        has_total: Whether the groups add up to something.
        nothing: Sentence in place of a table without rows.
    """

    key: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: list[Row]
    group: str = ""
    has_total: bool = True
    nothing: str = "None in this period."

    @property
    def added_up(self) -> tuple[Column, ...]:
        """The columns that have a sum."""
        return tuple(column for column in self.columns if column.is_added_up)

    def groups(self) -> Iterator[tuple[Any, list[Row]]]:
        """Yield each group with its rows; all rows are one where there are none."""
        found: dict[Any, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row[self.group] if self.group else None, []).append(row)
        yield from found.items()


def sums(section: Section, rows: list[Row]) -> dict[str, Decimal]:
    """Add up the columns that have a sum, over some rows of a section."""
    return {
        column.name: sum((row[column.name] or Decimal(0) for row in rows), Decimal(0))
        for column in section.added_up
    }


def refuse_unless_exact(section: Section) -> Section:
    """Return a section whose published differences are those of its own columns.

    Raises:
        EchelonError: ``INTEGRITY`` naming the first row that is a cent off.
    """
    for column in section.columns:
        for row in section.rows if column.less else []:
            if row[column.name] != difference(row, column.less):
                raise _not_exact(section, column, row)
    return section


def difference(row: Mapping[str, Any], names: tuple[str, ...]) -> Decimal | None:
    """Take the first value less the others; None where one is unknown."""
    values = [row[name] for name in names]
    if None in values:
        return None
    first, *others = values
    return Decimal(first) - sum(others, Decimal(0))


def _not_exact(section: Section, column: Column, row: Row) -> EchelonError:
    key = " ".join(str(row[each.name]) for each in section.columns[:2])
    found, expected = row[column.name], difference(row, column.less)
    return EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code="reconciliation_differs",
            message=f"{section.title}: {column.label} at {key} is {found}, its columns "
            f"give {expected}",
            rule="a reconciliation recomputes to the cent",
            hint="check the release with `echelon verify`",
        ),
    )
