"""Which row of which policy file is wrong, and what may stand there instead?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from echelon.errors import Fault
from echelon.quoting import quote_name
from echelon.warehouse.nodes import Node
from echelon.warehouse.seed_file import MisfitError, SeedFile, read_seed

HINT = "correct the row and refresh again; the former release stays in force"
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
    file: PolicyFile, test: Node, rows: Sequence[Mapping[str, Any]]
) -> Fault:
    """Say which row of a policy file a failed data test found, in words.

    Args:
        file: The file whose rows the test judges.
        test: The test.
        rows: The rows it found.

    Returns:
        The fault of the first, with the line where it can be found by its values.
    """
    row = rows[0]
    lines = _lines_like(file, test, row)
    line = lines[0] if lines else None
    message = _words(test, row)
    if test.rule == "unique_combination" and len(lines) > 1:
        message, line = f"{message} of line {lines[0]}", lines[1]
    count = sum(_line_count(test, one) for one in rows)
    if count > 1:
        message += f" ({count} such {'lines' if test.rule else 'cases'})"
    return Fault(
        code="policy_refused",
        message=message,
        file=str(file.given),
        line=line,
        column=test.asked.get("column_name"),
        rule=test.name,
        hint=HINT,
    )


def fault_of_load(file: PolicyFile, reason: str) -> Fault:
    """Say what in a policy file cannot be read or held by the column it is for.

    Args:
        file: The file that could not be loaded.
        reason: What DuckDB had against it, for what is found by no other means.

    Returns:
        The fault.
    """
    said = " ".join(reason.split())
    misfit = MisfitError(
        f"not readable: {said.replace(str(file.path), str(file.given))}"
    )
    try:
        read_seed(file.path, file.seed.types)
    except MisfitError as error:
        misfit = error
    return Fault(
        code="policy_unreadable",
        message=str(misfit),
        file=str(file.given),
        line=misfit.line,
        column=misfit.column,
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


def _line_count(test: Node, row: Mapping[str, Any]) -> int:
    """Count the lines that one row of a test stands for: of a repeated key the rest."""
    if test.rule == "accepted_values":
        return int(row["n_records"])
    if test.rule == "unique_combination":
        return int(row["row_count"]) - (None not in row.values())
    return 1


def _wanted(file: SeedFile, test: Node, row: Mapping[str, Any]) -> dict[str, Any]:
    """Pick what the row is known by: expressions over the file, and their values."""
    if test.rule == "accepted_values":
        return {quote_name(test.asked["column_name"]): row["value_field"]}
    if test.rule == "unique_combination":
        return dict(zip(test.asked["columns"], row.values(), strict=False))
    found = {name: row[name] for name in file.types if name in row}
    if not test.rule:  # what a test across tables leaves empty, it says nothing of
        found = {name: value for name, value in found.items() if value is not None}
    return {quote_name(name): value for name, value in found.items()}


def _lines_like(file: PolicyFile, test: Node, row: Mapping[str, Any]) -> list[int]:
    """List the lines whose rows hold what a row of a test is known by."""
    read = read_seed(file.path, file.seed.types)
    wanted = _wanted(read, test, row)
    if not wanted:
        return []
    conditions = " and ".join(f"{one} is not distinct from ?" for one in wanted)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select line_no from ({read.select}, unnest(?::bigint[]) as line_no)"
            f" where {conditions} order by line_no",
            [*read.values, read.lines, *wanted.values()],
        ).fetchall()
    return [line for (line,) in found]


def _bare(expression: str) -> str:
    """Name the column of ``coalesce(entity_code, '')``."""
    inner = re.fullmatch(r"coalesce\((\w+),.*\)", expression)
    return inner[1] if inner else expression


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return repr(value) if isinstance(value, str) else str(value)
