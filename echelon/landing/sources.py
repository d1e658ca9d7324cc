"""What rows do the native extracts hold? Loads sources into a work database."""

import re
from pathlib import Path

import duckdb

from echelon.documents import Key
from echelon.landing.csv_shape import glued_line
from echelon.landing.land_query import fetch_row
from echelon.landing.load_reading import NO_NULLS, in_one_piece, wide_decimals
from echelon.landing.mapping import Format, MappingDocument, Source
from echelon.landing.mapping_expression import object_to_query
from echelon.landing.sources_text import (
    MalformedTextError,
    lines_before_rows,
    read_header,
    read_rows,
)
from echelon.quoting import quote_file, quote_name, quote_text

_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_LONGEST_DUCKDB_DELIMITER = 4


def load_files(
    connection: duckdb.DuckDBPyConnection, document: MappingDocument, directory: Path
) -> None:
    """Load every file and inline source as a table of its name.

    Args:
        connection: The work database.
        document: The mapping.
        directory: Directory the file paths are relative to.

    Raises:
        EchelonError: INPUT_REJECTED, if a file is missing, empty or malformed.
    """
    for name, source in document.content.sources.items():
        if source.rows is not None:
            _load_inline(connection, name, source.rows)
        elif source.file is not None:
            for number, file in enumerate(_files(document, name, source, directory)):
                _load_file(connection, document, name, file)
                _collect(connection, document, (name, file), is_first=number == 0)
            _require_rows(connection, document, name, source)


def create_queries(
    connection: duckdb.DuckDBPyConnection, document: MappingDocument
) -> None:
    """Make every query source a view; it sees the sources declared above it.

    Args:
        connection: The work database, sandboxed by now.
        document: The mapping.

    Raises:
        EchelonError: CONFIGURATION, if a query is not one SELECT over earlier sources.
    """
    for name, source in document.content.sources.items():
        if source.query is None:
            continue
        key: Key = ("sources", name, "query")
        objection = object_to_query(connection, source.query)
        if objection is not None:
            raise document.configuration_error("bad_query", key, f"query {objection}")
        try:
            connection.execute(f"create view {quote_name(name)} as {source.query}")
        except duckdb.Error as error:
            message = str(error).partition("\n")[0]
            raise document.configuration_error("bad_query", key, message) from error


def column_names(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """List the columns of a loaded source in order."""
    rows = connection.execute(
        "select column_name from information_schema.columns "
        "where table_schema = 'main' and table_name = ? order by ordinal_position",
        [name],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _files(
    document: MappingDocument, name: str, source: Source, directory: Path
) -> list[Path]:
    key: Key = ("sources", name, "file")
    written = source.file or ""
    if Path(written).is_absolute() or ".." in Path(written).parts:
        message = f"{written} lies outside the source directory"
        raise document.configuration_error("source_outside", key, message)
    # A browser's second download, x[1].csv, is that file and not the pattern of x1.csv.
    is_literal = "*" not in written and (directory / written).is_file()
    found = [directory / written] if is_literal else directory.glob(written)
    files = sorted(path for path in found if path.is_file())
    if not files:
        present = sorted(path.name for path in directory.glob("*"))[:20]
        hint = "the directory holds " + ", ".join(present) if present else None
        message = f"source file {written} not found in {directory}"
        raise document.input_error("source_not_found", key, message, hint)
    return files


def _load_inline(
    connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, str]]
) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    declared = ", ".join(f"{quote_name(column)} varchar" for column in columns)
    connection.execute(f"create table {quote_name(name)} ({declared})")
    marks = ", ".join("?" for _ in columns)
    values = [[row.get(column) or None for column in columns] for row in rows]
    connection.executemany(f"insert into {quote_name(name)} values ({marks})", values)


def _load_file(
    connection: duckdb.DuckDBPyConnection,
    document: MappingDocument,
    name: str,
    file: Path,
) -> None:
    """Read one file into the table __file."""
    key: Key = ("sources", name, "file")
    if file.stat().st_size == 0:
        message = f"source file {file.name} is empty"
        raise document.input_error("source_empty", key, message)
    source = document.content.sources[name]
    try:
        if file.suffix == ".parquet":
            # A directory named amount=9 says nothing of a column.
            rows = f"read_parquet({quote_file(file)}, hive_partitioning=false)"
            connection.execute(f"create or replace table __file as from {rows}")
            for column, kind in wide_decimals(connection, file).items():
                message = f"source file {file.name}: column {column} is a {kind}"
                message += "; export it with 38 digits at most"
                raise document.input_error("source_too_wide", key, message)
        else:
            _load_text(connection, file, source, _format(document, source))
    except MalformedTextError as error:
        message = f"source file {file.name}: {error}"
        raise document.input_error("source_malformed", key, message) from error
    except duckdb.Error as error:
        line = _CSV_LINE.search(str(error))
        where = f" line {line.group(1)}" if line else ""
        message = f"source file {file.name}{where} cannot be read: "
        message += _reason(str(error))
        raise document.input_error("source_malformed", key, message) from error


def _reason(text: str) -> str:
    """Pick the reason out of a DuckDB message, which quotes source rows."""
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if counts:
        return f"{counts.group(2)} fields where {counts.group(1)} are declared"
    if "unterminated quote" in text:
        return "a quoted field does not end"
    if "unicode" in text.lower() or "utf-8" in text.lower():
        return "it is not UTF-8; name its encoding"
    return "not a readable file of its kind"


def _format(document: MappingDocument, source: Source) -> Format:
    if isinstance(source.format, str):
        return document.content.formats[source.format]
    return source.format or Format.model_validate({})


def _load_text(
    connection: duckdb.DuckDBPyConnection, file: Path, source: Source, layout: Format
) -> None:
    columns = source.columns or read_header(file, layout)
    # To DuckDB artnr and ArtNr are one.
    if len({column.lower() for column in columns}) != len(columns):
        message = "two columns have the same name, small and capital letters aside"
        raise MalformedTextError(message)
    lines = lines_before_rows(file, layout)
    if lines is not None and _duckdb_reads(layout):
        line = glued_line(file, layout.delimiter, layout.quote)
        if line is not None:
            raise MalformedTextError(f"line {line}: text stands beside a quoted value")
        try:
            _load_by_duckdb(connection, file, layout, (columns, lines))
            return
        except duckdb.InvalidInputException as error:
            # Lines that end in more than one way; nothing is wrong with them.
            if "reached an invalid state" not in str(error):
                raise
    declared = ", ".join(f"{quote_name(column)} varchar" for column in columns)
    connection.execute(f"create or replace table __file ({declared})")
    for batch in read_rows(file, layout, columns):
        connection.register("__batch", batch)
        connection.execute("insert into __file select * from __batch")
        connection.unregister("__batch")


def _load_by_duckdb(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    layout: Format,
    head: tuple[list[str], int],
) -> None:
    columns, lines = head
    nulls = ", ".join(quote_text(null) for null in layout.nulls) or "null"
    types = ", ".join(f"{quote_text(column)}: 'VARCHAR'" for column in columns)
    values = ", ".join(
        f"if({name} in ({nulls}), null, {name}) as {name}"
        for name in map(quote_name, columns)
    )
    connection.execute(
        f"create or replace table __file as select {values} from read_csv("
        f"{quote_file(file)}, auto_detect=false, header=false, "
        f"skip={lines}, columns={{{types}}}, "
        f"delim={quote_text(layout.delimiter)}, quote={quote_text(layout.quote)}, "
        f"escape={quote_text(layout.quote)}, {NO_NULLS}, strict_mode=true, "
        f"hive_partitioning=false{in_one_piece(file)})"
    )


def _duckdb_reads(layout: Format) -> bool:
    return (
        layout.row_terminator in (None, "\n", "\r\n")
        and layout.encoding.lower() in ("utf-8", "utf8", "utf-8-sig", "ascii")
        and len(layout.delimiter.encode()) <= _LONGEST_DUCKDB_DELIMITER
        and len(layout.quote.encode()) <= 1
    )


def _collect(
    connection: duckdb.DuckDBPyConnection,
    document: MappingDocument,
    loaded: tuple[str, Path],
    *,
    is_first: bool,
) -> None:
    """Add the rows of __file to the source they belong to.

    Columns of other types than before meet as text, which is what becomes of each in
    the end: a cast to the types of the first file would round.
    """
    name, file = loaded
    if is_first:
        connection.execute(f"alter table __file rename to {quote_name(name)}")
        return
    expected, found = _types(connection, name), _types(connection, "__file")
    if expected.keys() != found.keys():
        message = f"source file {file.name} has the columns {', '.join(found)}, "
        message += f"the files before it {', '.join(expected)}"
        key: Key = ("sources", name, "file")
        raise document.input_error("source_columns_differ", key, message)
    for column, kind in expected.items():
        if found[column] != kind:
            altered = f"alter column {quote_name(column)} type varchar"
            connection.execute(f"alter table {quote_name(name)} {altered}")
    connection.execute(f"insert into {quote_name(name)} by name select * from __file")
    connection.execute("drop table __file")


def _types(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    rows = connection.execute(f"describe {quote_name(name)}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _require_rows(
    connection: duckdb.DuckDBPyConnection,
    document: MappingDocument,
    name: str,
    source: Source,
) -> None:
    row = fetch_row(connection, f"select count(*) from {quote_name(name)}")
    if row == (0,) and not source.may_be_empty:
        message = f"source file {source.file} has no rows"
        hint = "say may_be_empty: true if that is right"
        key: Key = ("sources", name, "file")
        raise document.input_error("source_empty", key, message, hint)
