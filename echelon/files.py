"""How does a table come from, and get into, a CSV or Parquet file a person names?"""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.quoting import quote_file, quote_text

PARQUET = (".parquet", ".pq")


def read_input(
    connection: duckdb.DuckDBPyConnection, path: Path, has_header: bool = True
) -> pa.Table:
    """Read all columns, in the order of the rows: text from CSV, types from Parquet.

    Raises:
        EchelonError: INPUT_REJECTED if the file is missing, unreadable or empty.
    """
    if not path.is_file():
        hint = "name a CSV or Parquet file that is there"
        raise rejected("input_not_found", "there is no such file", path, hint)
    reader = "read_parquet" if path.suffix.lower() in PARQUET else "read_csv"
    header = "true" if has_header else "false"
    options = f", all_varchar = true, header = {header}"
    try:
        table = connection.sql(
            f"select * from {reader}({quote_file(path)}"
            f"{'' if reader == 'read_parquet' else options})"
        ).to_arrow_table()
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        hint = "write it as UTF-8 CSV or as Parquet, and let this account read it"
        raise rejected("input_unreadable", reason, path, hint) from error
    if table.num_rows == 0:
        raise rejected("input_empty", "the file has no rows", path, "add the rows")
    return table.rename_columns([name.strip() for name in table.column_names])


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet or CSV, by the suffix.

    Raises:
        EchelonError: CONFIGURATION if it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() in PARQUET:
            pq.write_table(table, path)
            return
        with duckdb.connect() as connection:
            connection.register("written_view", table)
            connection.execute(
                f"copy written_view to {quote_text(str(path))} (format csv, header)"
            ).fetchall()
    except (OSError, duckdb.Error) as error:
        hint = "name a file in a directory that this account may write to"
        fault = Fault(
            "output_unwritable", "cannot write the file", str(path), hint=hint
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault) from error


def rejected(code: str, message: str, path: Path, hint: str) -> EchelonError:
    """Say why an input file is refused, and what to do."""
    return EchelonError(
        ExitCode.INPUT_REJECTED, Fault(code, message, str(path), hint=hint)
    )
