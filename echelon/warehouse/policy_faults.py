"""Which row of which policy file is wrong, and what may stand there instead?"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from echelon.errors import Fault
from echelon.quoting import quote_name, quote_text
from echelon.warehouse.build import column_types
from echelon.warehouse.nodes import Node

HINT = "correct the row and refresh again; the former release stays in force"
TYPES = {
    "date": "a date such as 2025-01-31",
    "decimal": "a number such as 0.80",
    "bigint": "a whole number",
    "integer": "a whole number",
    "boolean": "true or false",
}
BOUNDS = {"least": "at least", "above": "above", "most": "at most"}


@dataclass(frozen=True)
class PolicyFile:
    """A policy file as a refresh read it.

    Attributes:
        seed: The seed it was loaded into.
        path: The copy that was loaded.
        given: The file it was copied from, as its owner knows it.
    """

    seed: Node
    path: Path
    given: Path


def fault_of_test(
    file: PolicyFile, test: Node, row: Mapping[str, Any], count: int
) -> Fault:
    """Say which row of a policy file a failed data test found, in words.

    Args:
        file: The file whose rows the test judges.
        test: The test.
        row: The first row it found.
        count: Number of rows it found.

    Returns:
        The fault, with the line where the row can be found by its values.
    """
    lines = _lines_like(file, _wanted(file, test, row))
    more = f" ({count} such rows)" if count > 1 else ""
    line = lines[0] if lines else None
    message = _words(test, row)
    if test.rule == "unique_combination" and len(lines) > 1:
        message, line = f"{message} of line {lines[0]}", lines[1]
    return Fault(
        code="policy_refused",
        message=message + more,
        file=str(file.given),
        line=line,
        column=test.asked.get("column_name"),
        rule=test.name,
        hint=HINT,
    )


def fault_of_load(file: PolicyFile, reason: str) -> Fault:
    """Say what in a policy file is not of the type its column declares.

    Args:
        file: The file that could not be loaded.
        reason: What DuckDB had against it, for what is found by no other means.

    Returns:
        The fault.
    """
    line, column, message = _misfit(file) or (None, None, None)
    if message is None:
        said = " ".join(reason.split()).partition(" Original Line")[0]
        message = f"not readable: {said.replace(str(file.path), str(file.given))}"
    return Fault(
        code="policy_unreadable",
        message=message,
        file=str(file.given),
        line=line,
        column=column,
        rule="a policy file replaces the default of the same name and columns",
        hint=HINT,
    )


def _words(test: Node, row: Mapping[str, Any]) -> str:
    """Say what a row breaks: what it holds, and what it may hold."""
    asked, column = test.asked, str(test.asked.get("column_name"))
    if test.rule == "accepted_values":
        allowed = ", ".join(map(str, asked["values"]))
        return f"{column} {_shown(row['value_field'])} is none of: {allowed}"
    if test.rule == "not_null":
        return f"{column} is empty"
    if test.rule == "within":
        bounds = [f"{says} {asked[k]}" for k, says in BOUNDS.items() if k in asked]
        return f"{column} {_shown(row[column])} must be {' and '.join(bounds)}"
    if test.rule == "not_before":
        begins = asked["begins"]
        return f"{column} {row[column]} is before {begins} {row[begins]}"
    if test.rule == "unique_combination":
        key = dict(zip(map(_bare, asked["columns"]), row.values(), strict=False))
        empty = [name for name, value in key.items() if value is None]
        if empty:
            return f"{empty[0]} is empty"
        pairs = [
            f"{name} {_shown(value)}" for name, value in key.items() if value != ""
        ]
        return f"the row repeats the key {', '.join(pairs)}"
    pairs = [f"{k} {_shown(v)}" for k, v in row.items() if k != "problem" and v]
    return f"{', '.join(pairs)}: {row.get('problem', test.name)}"


def _wanted(file: PolicyFile, test: Node, row: Mapping[str, Any]) -> dict[str, Any]:
    """Pick what the row is known by: expressions over the file, and their values."""
    if test.rule == "accepted_values":
        return {quote_name(test.asked["column_name"]): row["value_field"]}
    if test.rule == "unique_combination":
        return dict(zip(test.asked["columns"], row.values(), strict=False))
    columns = column_types(file.seed, file.path)
    found = {name: row[name] for name in columns if name in row}
    if not test.rule:  # what a test across tables leaves empty, it says nothing of
        found = {name: value for name, value in found.items() if value is not None}
    return {quote_name(name): value for name, value in found.items()}


def _lines_like(file: PolicyFile, wanted: Mapping[str, Any]) -> list[int]:
    """List the lines whose rows hold some values."""
    if not wanted:
        return []
    with file.path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        lines = [reader.line_num for _ in reader]
    conditions = " and ".join(f"{one} is not distinct from ?" for one in wanted)
    rows = _rows(file.path, column_types(file.seed, file.path))
    # Apart: a refresh does not ask its warehouse to keep the order of rows.
    with duckdb.connect() as connection:
        numbers = connection.execute(
            f"select row_no from ({rows}) where {conditions} order by row_no",
            list(wanted.values()),
        ).fetchall()
    return [lines[number - 1] for (number,) in numbers if number <= len(lines)]


def _misfit(file: PolicyFile) -> tuple[int, str | None, str] | None:
    """Find the first row with a field too many or of another type than declared."""
    with file.path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader)
        lines = []
        for fields in reader:
            if fields and len(fields) != len(header):
                has = f"the row has {len(fields)} fields, the header {len(header)}"
                return reader.line_num, None, has
            lines += [reader.line_num] if fields else []
    types = column_types(file.seed, file.path)
    rows = _rows(file.path, dict.fromkeys(types, "varchar"))
    found: list[tuple[int, str, str]] = []
    with duckdb.connect() as connection:
        for name, kind in types.items():
            column = quote_name(name)
            found += [
                (row_no, name, f"{value!r} is not {_type_in_words(kind)}")
                for row_no, value in connection.execute(
                    f"select row_no, {column} from ({rows}) where {column} is not null"
                    f" and try_cast({column} as {kind}) is null order by 1 limit 1"
                ).fetchall()
            ]
    if not found:
        return None
    row_no, name, message = min(found)
    return lines[row_no - 1], name, message


def _rows(path: Path, types: Mapping[str, str]) -> str:
    """Select the rows of a file by number, read as ``build`` loads them."""
    columns = ", ".join(
        f"{quote_text(name)}: {quote_text(kind)}" for name, kind in types.items()
    )
    return (
        "select *, row_number() over () as row_no"
        f" from read_csv({quote_text(str(path))}, header = true, delim = ',',"
        f""" quote = '"', escape = '"', parallel = false, columns = {{{columns}}})"""
    )


def _type_in_words(kind: str) -> str:
    return TYPES.get(kind.partition("(")[0].lower(), kind)


def _bare(expression: str) -> str:
    """Name the column of ``coalesce(entity_code, '')``."""
    inner = re.fullmatch(r"coalesce\((\w+),.*\)", expression)
    return inner[1] if inner else expression


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return repr(value) if isinstance(value, str) else str(value)
