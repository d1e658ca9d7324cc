"""Is a column what it was in earlier deliveries: filled, and of the same size?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from echelon.landing.contract import ColumnContract, TableContract
from echelon.landing.holds import Hold
from echelon.landing.load_report import LoadedFile
from echelon.quoting import quote_name

# A median of fewer values says little of a column, nor do so few empty ones.
_FEWEST_VALUES = 100


@dataclass(frozen=True)
class ColumnShape:
    """What one column of one delivered file looks like.

    Attributes:
        row_count: Rows of the file.
        filled_count: Rows with a value.
        typical_value: Median size of the amounts other than zero; None for text and
            dates, or if there are too few.
    """

    row_count: int
    filled_count: int
    typical_value: Decimal | None

    @property
    def is_mostly_filled(self) -> bool:
        """Whether an empty column would be news."""
        return self.filled_count >= max(_FEWEST_VALUES, self.row_count / 2)


@dataclass(frozen=True)
class FileShape:
    """What one delivered file looks like."""

    file: LoadedFile
    columns: Mapping[str, ColumnShape]


def measure(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    table: str,
    file: LoadedFile,
) -> FileShape:
    """Measure the good rows of a loaded file.

    Args:
        connection: Open warehouse.
        contract: The table's contract.
        table: Table that holds the rows of this file alone, as SQL.
        file: The file.
    """
    columns = [column for column in contract.columns if not column.is_key]
    counted = "".join(f", {_measures(column)}" for column in columns)
    row_count, *found = connection.execute(
        f"select count(*){counted} from {table}"
    ).fetchall()[0]
    return FileShape(
        file,
        {
            column.name: ColumnShape(
                row_count,
                filled,
                typical if sized >= _FEWEST_VALUES else None,
            )
            for column, filled, sized, typical in zip(
                columns, found[::3], found[1::3], found[2::3], strict=True
            )
        },
    )


def find_shifts(
    contract: TableContract,
    shapes: Sequence[FileShape],
    in_force: set[str],
    is_accepted: Callable[[Hold], bool],
) -> list[Hold]:
    """Compare each file with those before it that were as expected, or accepted.

    Args:
        contract: The table's contract.
        shapes: The files of the table, in the order of loading.
        in_force: Deliveries with rows that no later one corrected.
        is_accepted: Whether somebody accepted a hold.

    Returns:
        What is unlike before, in that order; a file that was corrected is forgotten.
    """
    trusted: dict[str, ColumnShape] = {}
    holds: list[Hold] = []
    for shape in shapes:
        found = _unlike(contract, shape, trusted)
        if shape.file.delivery_id in in_force:
            holds += found
        if all(is_accepted(hold) for hold in found):
            for hold in found:
                trusted.pop(hold.column, None)
            for name, column in shape.columns.items():
                is_news = name not in trusted or column.typical_value is not None
                if column.filled_count and is_news:
                    trusted[name] = column
    return holds


def _measures(column: ColumnContract) -> str:
    name = quote_name(column.name)
    if not column.sql_type.startswith("decimal"):
        return f"count({name}), 0, null"
    sized = f"filter ({name} <> 0)"
    return f"count({name}), count(*) {sized}, quantile_disc(abs({name}), 0.5) {sized}"


def _unlike(
    contract: TableContract, shape: FileShape, trusted: Mapping[str, ColumnShape]
) -> list[Hold]:
    holds = []
    for name, before in trusted.items():
        now = shape.columns[name]
        if now.filled_count == 0:
            is_missing = name in shape.file.missing_columns
            is_optional = name in contract.horizon.later_columns
            is_empty = now.row_count >= _FEWEST_VALUES and not is_optional
            if is_missing or (is_empty and before.is_mostly_filled):
                what = "is missing" if is_missing else "is empty"
                message = (
                    f"the column {what}; {before.filled_count} of {before.row_count}"
                    " rows delivered before had a value"
                )
                holds.append(Hold("column_emptied", shape.file, message, name))
        elif before.typical_value is not None and now.typical_value is not None:
            sizes = before.typical_value, now.typical_value
            times = float(max(sizes) / min(sizes))
            if times >= (contract.unit_shift_limit or float("inf")):
                message = (
                    f"its typical value is {sizes[1]}, that of earlier deliveries"
                    f" {sizes[0]}: {times:.0f} times"
                )
                holds.append(Hold("unit_shift", shape.file, message, name))
    return holds
