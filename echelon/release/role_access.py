"""What may each role see? The one policy, checked against what is published."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NoReturn

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.mapping_expression import object_to_expression

POLICY_NAME = "policy_role_access.csv"
SHOW, HIDE, KEEP, SUPPRESS = "show", "hide", "keep", "suppress"
Catalog = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class AccessRule:
    """One row of the policy.

    Attributes:
        line: Line of the file it ends on.
        role: Who.
        relation: ``schema.table``, ``schema.*`` or ``*.*``.
        columns: Column names, or ``("*",)``.
        access: ``show``, ``hide``, ``keep`` or ``suppress``.
        row_condition: SQL that is true for the rows to keep.
        minimum_count: Smallest count that may be seen.
        cell_columns: Columns that make a row a cell of its own.
        total_columns: Those of them along which totals are known.
    """

    line: int
    role: str
    relation: str
    columns: tuple[str, ...]
    access: str
    row_condition: str
    minimum_count: int
    cell_columns: tuple[str, ...]
    total_columns: tuple[str, ...]


@dataclass(frozen=True)
class RoleTable:
    """What a role sees of one table or view.

    Attributes:
        columns: Columns it sees, in the order of the table.
        left_out: Columns it does not see.
        conditions: SQL that is true for the rows it sees, all of them together.
        suppress: Rules on cells that count too few.
    """

    columns: tuple[str, ...]
    left_out: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    suppress: tuple[AccessRule, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether the role sees every row and column."""
        return not (self.left_out or self.conditions or self.suppress)


RoleTables = dict[str, RoleTable]


def plan_roles(path: Path, as_of: date, catalog: Catalog) -> dict[str, RoleTables]:
    """Decide which columns and rows of which tables each role sees.

    What no ``show`` names is not seen; ``hide`` wins over ``show``; ``keep`` and
    ``suppress`` take rows away, wherever the column they name is found.

    Args:
        path: The policy as assembled for the refresh.
        as_of: Day whose rules hold.
        catalog: Columns by published ``schema.table``, in order.

    Returns:
        What each role sees by ``schema.table``, roles and tables sorted.

    Raises:
        EchelonError: ``CONFIGURATION`` naming line and column of a rule that cannot be
            read, or that names a table or column that is not published.
    """
    rules = read_rules(path, as_of)
    for rule in rules:
        _check_names(rule, catalog)
    roles = sorted({rule.role for rule in rules})
    return {
        role: _tables_of([rule for rule in rules if rule.role == role], catalog)
        for role in roles
    }


def read_rules(path: Path, as_of: date) -> list[AccessRule]:
    """Read the rules that hold on a day.

    Args:
        path: A ``policy_role_access.csv``.
        as_of: The day.

    Returns:
        The rules in the order of the file.

    Raises:
        EchelonError: ``CONFIGURATION`` naming line and column.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = [(reader.line_num, row) for row in reader]
    with duckdb.connect() as parser:
        rules = [
            _rule(line, {key: (value or "").strip() for key, value in row.items()})
            for line, row in rows
        ]
        for rule in rules:
            problem = rule.row_condition and object_to_expression(
                parser, rule.row_condition
            )
            if problem:
                _refuse(rule.line, "row_condition", problem)
    return [
        rule
        for rule, (line, row) in zip(rules, rows, strict=True)
        if _holds(line, row, as_of)
    ]


def _rule(line: int, row: Mapping[str, str]) -> AccessRule:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", row["role"]):
        _refuse(line, "role", f"{row['role']!r} is not a name of small letters")
    if not re.fullmatch(r"\*\.\*|\w+\.(\w+|\*)", row["relation"]):
        _refuse(line, "relation", f"{row['relation']!r} is not schema.table")
    rule = AccessRule(
        line=line,
        role=row["role"],
        relation=row["relation"],
        columns=tuple(row["columns"].split()),
        access=row["access"],
        row_condition=row["row_condition"],
        minimum_count=_whole_number(line, row["minimum_count"]),
        cell_columns=tuple(row["cell_columns"].split()),
        total_columns=tuple(row["total_columns"].split()),
    )
    _check_shape(rule)
    return rule


def _check_shape(rule: AccessRule) -> None:
    """Refuse a rule that lacks what its kind needs, or has what another kind needs."""
    if rule.access not in (SHOW, HIDE, KEEP, SUPPRESS):
        kinds = f"{SHOW}, {HIDE}, {KEEP} or {SUPPRESS}"
        _refuse(rule.line, "access", f"{rule.access!r} is not {kinds}")
    if not rule.columns or ("*" in rule.columns and len(rule.columns) > 1):
        _refuse(rule.line, "columns", "name columns, or * for all of them")
    is_one = len(rule.columns) == 1 and rule.columns != ("*",)
    if rule.access in (KEEP, SUPPRESS) and not is_one:
        _refuse(rule.line, "columns", f"{rule.access} names one column")
    for column, value, access in (
        ("row_condition", rule.row_condition, KEEP),
        ("minimum_count", rule.minimum_count, SUPPRESS),
        ("cell_columns", rule.cell_columns, SUPPRESS),
    ):
        if bool(value) != (rule.access == access):
            how = "needs" if rule.access == access else "takes no"
            _refuse(rule.line, column, f"{rule.access} {how} {column}")
    for column in rule.total_columns:
        if column not in rule.cell_columns:
            _refuse(rule.line, "total_columns", f"{column} is not in cell_columns")


def _check_names(rule: AccessRule, catalog: Catalog) -> None:
    matched = _matching(rule, catalog)
    if not matched:
        _refuse(rule.line, "relation", f"no published table is {rule.relation}")
    exact = "*" not in rule.relation
    for part, names in (
        ("columns", rule.columns),
        ("cell_columns", rule.cell_columns),
        ("total_columns", rule.total_columns),
    ):
        for name in names:
            if name != "*" and not any(name in catalog[table] for table in matched):
                where = rule.relation if exact else f"any table of {rule.relation}"
                _refuse(rule.line, part, f"{name} is not a column of {where}")


def _tables_of(rules: Sequence[AccessRule], catalog: Catalog) -> RoleTables:
    """Apply the rules of one role to every table."""
    tables = {}
    for table in sorted(catalog):
        here = [rule for rule in rules if _matches(rule, table)]
        shown = _named(here, SHOW, catalog[table]) - _named(here, HIDE, catalog[table])
        if shown:
            tables[table] = _table(here, catalog[table], shown)
    for rule in rules:
        if rule.access == SUPPRESS:
            _check_all_suppressed(rule.columns[0], tables, rules)
    return tables


def _table(
    rules: Sequence[AccessRule], columns: Sequence[str], shown: set[str]
) -> RoleTable:
    having = [rule for rule in rules if rule.columns[0] in columns]
    return RoleTable(
        columns=tuple(name for name in columns if name in shown),
        left_out=tuple(name for name in columns if name not in shown),
        conditions=tuple(r.row_condition for r in having if r.access == KEEP),
        suppress=tuple(r for r in having if r.access == SUPPRESS),
    )


def _check_all_suppressed(
    column: str, tables: RoleTables, rules: Sequence[AccessRule]
) -> None:
    """Refuse to show small counts of a kind in one table and not in another."""
    rule = next(r for r in rules if r.access == SUPPRESS and r.columns == (column,))
    for address, table in tables.items():
        if column in table.columns and not any(
            one.columns == (column,) for one in table.suppress
        ):
            _refuse(
                rule.line,
                "relation",
                f"{rule.role} is shown {column} of {address} without suppression",
            )


def _named(
    rules: Sequence[AccessRule], access: str, columns: Sequence[str]
) -> set[str]:
    names = {name for rule in rules if rule.access == access for name in rule.columns}
    return set(columns) if "*" in names else names & set(columns)


def _matching(rule: AccessRule, catalog: Catalog) -> list[str]:
    return [table for table in catalog if _matches(rule, table)]


def _matches(rule: AccessRule, table: str) -> bool:
    return fnmatchcase(table, rule.relation)


def _holds(line: int, row: Mapping[str, str | None], as_of: date) -> bool:
    start = _day(line, "valid_from", row["valid_from"], date.min)
    return start <= as_of < _day(line, "valid_to", row["valid_to"], date.max)


def _day(line: int, column: str, text: str | None, default: date) -> date:
    try:
        return date.fromisoformat(text.strip()) if text and text.strip() else default
    except ValueError:
        _refuse(line, column, f"{text!r} is not a date written YYYY-MM-DD")


def _whole_number(line: int, text: str) -> int:
    if not re.fullmatch(r"\d*", text):
        _refuse(line, "minimum_count", f"{text!r} is not a whole number")
    return int(text or 0)


def _refuse(line: int, column: str, message: str) -> NoReturn:
    raise refused(message, column, line)


def refused(message: str, column: str, line: int | None = None) -> EchelonError:
    """Say what is wrong with the policy, and where."""
    return EchelonError(
        ExitCode.CONFIGURATION,
        Fault(
            code="role_access_refused",
            message=message,
            file=POLICY_NAME,
            line=line,
            column=column,
            rule="a role sees what the policy shows it, and the policy is exact",
            hint="docs/roles.md says how a row is written",
        ),
    )
