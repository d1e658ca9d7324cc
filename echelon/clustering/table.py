"""Which columns of a file are numbers, which names the row, which is the truth?"""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.files import read_input, rejected
from echelon.quoting import quote_name
from echelon.spelling import suggest

ID_NAME = re.compile(r"(.*[_ .-])?(id|key|no|nr|number|index|identifier|row)", re.I)
FIRST_CELL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
MOSTLY = 0.5


@dataclass(frozen=True)
class NumericTable:
    """The numbers of a file.

    Attributes:
        names: Numeric columns.
        values: Finite, shape (n_rows, n_columns).
        id_name: Column that names the row; ``row`` where none does.
        ids: Names of the rows, in the order of the file.
        truth: True cluster per row, for scores.
        money: Amount per row, shape (n_rows,).
        notes: What was left out, in plain words.
    """

    names: list[str]
    values: NDArray[np.float64]
    id_name: str
    ids: pa.ChunkedArray
    truth: list[str] | None
    money: NDArray[np.float64] | None
    notes: tuple[str, ...]


def read_table(
    path: Path, id_column: str | None, label: str | None, money: str | None
) -> NumericTable:
    """Read a file and find the roles of its columns.

    The id is the column named so; else the first whose name ends in a word for one and
    whose values differ, or the first of text that all differ. A column of other text is
    left out with a note; one of which at least half are numbers must be all numbers.

    Args:
        path: CSV or Parquet.
        id_column: Column that names a row, None to find it.
        label: Column with the true cluster.
        money: Column with an amount.

    Returns:
        The table.

    Raises:
        EchelonError: INPUT_REJECTED if the file cannot be read, is empty, repeats an
            id, has no numeric column or a cell that is no finite number; CONFIGURATION
            if a column named does not exist.
    """
    with duckdb.connect() as connection:
        table = _read(connection, path)
        for option, name in (
            ("--id", id_column),
            ("--label", label),
            ("--money", money),
        ):
            if name is not None and name not in table.column_names:
                hint = suggest(name, table.column_names)
                message = f"the input has no column {name}"
                fault = Fault("unknown_column", message, column=option, hint=hint)
                raise EchelonError(ExitCode.CONFIGURATION, fault)
        connection.register("cluster_input_view", table)
        counts = _number_counts(connection, table.column_names)
        found = id_column or _found_id(connection, counts, {label, money})
        notes: list[str] = []
        if id_column is not None and not _is_unique(connection, id_column):
            message = f"column {found} does not name each row once"
            raise rejected("duplicate_id", message, path, "name another with --id")
        names = [
            name
            for name in table.column_names
            if name not in (found, label, money)
            and _is_numeric(name, counts[name], table.num_rows, notes)
        ]
        if not names:
            hint = "add a column of numbers to cluster by"
            message = "the file has no numeric column"
            raise rejected("no_numeric_column", message, path, hint)
        values = _numbers(connection, names, path)
        return NumericTable(
            names=names,
            values=values,
            id_name=found or "row",
            ids=table[found]
            if found
            else pa.chunked_array([pa.array(np.arange(1, table.num_rows + 1))]),
            truth=None if label is None else [str(v) for v in table[label].to_pylist()],
            money=_numbers(connection, [money], path)[:, 0] if money else None,
            notes=tuple(notes),
        )


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> pa.Table:
    table = read_input(connection, path)
    if all(FIRST_CELL.fullmatch(name) for name in table.column_names):
        # A header of numbers only is the first row of a file without one.
        return read_input(connection, path, has_header=False)
    return table


def _number_counts(
    connection: duckdb.DuckDBPyConnection, names: list[str]
) -> dict[str, int]:
    """Count the cells of each column that are numbers."""
    selected = ", ".join(
        f"count(try_cast({name} as double))" for name in map(quote_name, names)
    )
    row = connection.execute(f"select {selected} from cluster_input_view").fetchall()[0]
    return dict(zip(names, map(int, row), strict=True))


def _found_id(
    connection: duckdb.DuckDBPyConnection,
    number_counts: dict[str, int],
    others: set[str | None],
) -> str | None:
    candidates = [name for name in number_counts if name not in others]
    named = [name for name in candidates if ID_NAME.fullmatch(name)]
    texts = [name for name in candidates if number_counts[name] == 0]
    found = (name for name in named + texts if _is_unique(connection, name))
    return next(found, None)


def _is_unique(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    query = f"select count(distinct {quote_name(name)}) = count(*)"
    row = connection.execute(f"{query} from cluster_input_view").fetchall()[0]
    return bool(row[0])


def _is_numeric(name: str, number_count: int, row_count: int, notes: list[str]) -> bool:
    if number_count >= MOSTLY * row_count:
        return True
    notes.append(f"column {name} is not numeric and not used")
    return False


def _numbers(
    connection: duckdb.DuckDBPyConnection, names: list[str], path: Path
) -> NDArray[np.float64]:
    selected = ", ".join(
        f"try_cast({quote_name(name)} as double) as column_{at}"
        for at, name in enumerate(names)
    )
    columns = connection.execute(
        f"select {selected} from cluster_input_view"
    ).fetchnumpy()
    values = np.column_stack(
        [
            np.ma.filled(np.ma.asarray(columns[f"column_{at}"], np.float64), np.nan)
            for at in range(len(names))
        ]
    )
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        is_csv = path.suffix.lower() not in (".parquet", ".pq")
        raise EchelonError(
            ExitCode.INPUT_REJECTED,
            Fault(
                "not_finite",
                f"row {row + 1} has no finite number",
                file=str(path),
                line=int(row) + 2 if is_csv else None,
                column=names[column],
                hint="fill it in, or leave the row or the column out",
            ),
        )
    return values
