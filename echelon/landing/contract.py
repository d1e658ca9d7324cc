"""What must every landing table look like? Read from the contract files (ODCS v3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.contract_document import (
    ContractDocument,
    SchemaColumn,
    SchemaTable,
)

_LOGICAL_TYPES = {
    "varchar": "string",
    "bigint": "integer",
    "decimal": "number",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
_TABLE_PROPERTIES = {
    "requiredTable",
    "quarantineLimitRatio",
    "volumeShiftLimit",
    "unitShiftLimit",
    "valuationColumn",
    "businessDateColumns",
    "eventDateColumn",
    "effectiveDateColumn",
    "laterDateColumns",
    "periodColumn",
    "leftOutWithColumns",
}
_DATES = ("date", "timestamp")


@dataclass(frozen=True)
class ColumnContract:
    """What one column promises.

    Attributes:
        name: Column name in file and table.
        sql_type: DuckDB type, lower case without spaces: ``decimal(18,4)``.
        is_key: True if the column belongs to the table's key.
        is_required: True if an empty value is a bad value.
        valid_values: The closed list of values, empty if any value may occur.
        references: ``table.column`` the value should exist in, None if undeclared.
    """

    name: str
    sql_type: str
    is_key: bool
    is_required: bool
    valid_values: tuple[str, ...] = ()
    references: str | None = None


@dataclass(frozen=True)
class Horizon:
    """How a table tells what was known at a date; all columns may be undeclared.

    Attributes:
        event_column: Date of what the row records. The latest one in force is the date
            a refresh stands at by default.
        effective_column: Date from which a row counts that may be delivered ahead.
        later_columns: Dates filled in after the row's own event, unknown until then.
        period_column: Period of a row that has no date.
        left_out_with: References to rows without which an undated row is left out.
    """

    event_column: str | None = None
    effective_column: str | None = None
    later_columns: tuple[str, ...] = ()
    period_column: str | None = None
    left_out_with: tuple[str, ...] = ()

    @property
    def date_column(self) -> str | None:
        """The column that dates a row."""
        return self.event_column or self.effective_column


@dataclass(frozen=True)
class TableContract:
    """What one landing table promises.

    Attributes:
        name: Table name, ``<system>__<entities>``.
        system: Source system that delivers it.
        description: The grain in words.
        is_required: True if no refresh can run without the table.
        quarantine_limit_ratio: Largest accepted share of bad rows, 0 to 1.
        volume_shift_limit: How many times as many, or as few, rows a day as before a
            delivery may add; None if any.
        unit_shift_limit: How many times as large, or as small, as before a column's
            typical value may be; None if any.
        valuation_column: Column that values a quarantined row, None if there is none.
        business_date_columns: Columns whose latest value dates the input.
        horizon: Which columns say whether a row was known at a date.
        columns: The columns in contract order.
        key_columns: Names of the key columns in key order.
    """

    name: str
    system: str
    description: str
    is_required: bool
    quarantine_limit_ratio: float
    volume_shift_limit: float | None
    unit_shift_limit: float | None
    valuation_column: str | None
    business_date_columns: tuple[str, ...]
    horizon: Horizon
    columns: tuple[ColumnContract, ...]
    key_columns: tuple[str, ...]

    def column(self, name: str) -> ColumnContract | None:
        """Find a column by name; None if the contract has no such column."""
        return next((column for column in self.columns if column.name == name), None)


def load_contracts(directory: Path) -> dict[str, TableContract]:
    """Read every contract file of a directory.

    Args:
        directory: Directory with one ``<system>.yml`` per source system.

    Returns:
        Table contracts by table name, in file and contract order.

    Raises:
        EchelonError: CONFIGURATION, if a file is missing, unreadable or contradictory.
    """
    files = sorted(directory.glob("*.yml"))
    if not files:
        raise _fault(directory, None, "no contract file (*.yml) found")
    contracts: dict[str, TableContract] = {}
    for file in files:
        for table in _read_document(file).tables:
            if table.name in contracts:
                raise _fault(file, table.name, "the table is declared twice")
            contracts[table.name] = _to_contract(file, table)
    _check_references(directory, contracts)
    return contracts


def _read_document(file: Path) -> ContractDocument:
    try:
        text = file.read_text("utf-8")
        described = yaml.load(text, Loader=yaml.CSafeLoader)
        return ContractDocument.model_validate(described)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _fault(file, None, str(error.problem), line) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or None
        raise _fault(file, key, first["msg"]) from error


def _to_contract(file: Path, table: SchemaTable) -> TableContract:
    custom = {item.property: item.value for item in table.custom}
    for unknown in sorted(set(custom) - _TABLE_PROPERTIES):
        raise _fault(file, table.name, f"unknown custom property {unknown}")
    if not table.name.startswith(f"{file.stem}__"):
        raise _fault(file, table.name, f"table of another system than {file.stem}")
    ratio = custom.get("quarantineLimitRatio")
    if not isinstance(ratio, float | int) or not 0 <= ratio <= 1:
        raise _fault(file, table.name, "quarantineLimitRatio must lie between 0 and 1")
    if len({column.name for column in table.columns}) != len(table.columns):
        raise _fault(file, table.name, "a column is declared twice")
    return TableContract(
        name=table.name,
        system=file.stem,
        description=table.description,
        is_required=custom.get("requiredTable") is True,
        quarantine_limit_ratio=float(ratio),
        volume_shift_limit=_factor(file, table, "volumeShiftLimit"),
        unit_shift_limit=_factor(file, table, "unitShiftLimit"),
        valuation_column=_column_named(file, table, "valuationColumn", ("decimal",)),
        business_date_columns=_columns_named(
            file, table, "businessDateColumns", _DATES
        ),
        horizon=Horizon(
            _column_named(file, table, "eventDateColumn", _DATES),
            _column_named(file, table, "effectiveDateColumn", _DATES),
            _columns_named(file, table, "laterDateColumns", _DATES),
            _column_named(file, table, "periodColumn", ("varchar",)),
            _columns_named(file, table, "leftOutWithColumns", ("varchar",)),
        ),
        columns=tuple(_to_column(file, table, column) for column in table.columns),
        key_columns=_key_columns(file, table),
    )


def _factor(file: Path, table: SchemaTable, key: str) -> float | None:
    """Read a limit of how many times as much is still believed; None if undeclared."""
    value = next((item.value for item in table.custom if item.property == key), None)
    if value is None:
        return None
    if not isinstance(value, float | int) or value <= 1:
        raise _fault(file, f"{table.name}.{key}", "it must be a number above 1")
    return float(value)


def _key_columns(file: Path, table: SchemaTable) -> tuple[str, ...]:
    keys = sorted(
        (column.key_position, column.name)
        for column in table.columns
        if column.primary_key
    )
    if not keys or [position for position, _ in keys] != [*range(1, len(keys) + 1)]:
        raise _fault(file, table.name, "primaryKeyPosition must count 1, 2, 3 ...")
    return tuple(name for _, name in keys)


def _columns_named(
    file: Path, table: SchemaTable, key: str, types: tuple[str, ...]
) -> tuple[str, ...]:
    """Read the column or columns that a custom property names, separated by commas."""
    given = next((str(item.value) for item in table.custom if item.property == key), "")
    allowed = {
        column.name
        for column in table.columns
        if column.physical_type.startswith(types)
    }
    names = tuple(name.strip() for name in given.split(",")) if given else ()
    for name in names:
        if name not in allowed:
            key = f"{table.name}.{key}"
            raise _fault(file, key, f"{name} is not a {' or '.join(types)} column")
    return names


def _column_named(
    file: Path, table: SchemaTable, key: str, types: tuple[str, ...]
) -> str | None:
    return next(iter(_columns_named(file, table, key, types)), None)


def _to_column(file: Path, table: SchemaTable, column: SchemaColumn) -> ColumnContract:
    sql_type = column.physical_type.replace(" ", "")
    expected = _LOGICAL_TYPES[sql_type.partition("(")[0]]
    if column.logical_type != expected:
        key = f"{table.name}.{column.name}"
        raise _fault(file, key, f"logicalType of {sql_type} must be {expected}")
    values = [value for rule in column.quality for value in rule.arguments.valid_values]
    return ColumnContract(
        name=column.name,
        sql_type=sql_type,
        is_key=column.primary_key,
        is_required=column.required,
        valid_values=tuple(values),
        references=column.relationships[0].to if column.relationships else None,
    )


def _check_references(directory: Path, contracts: Mapping[str, TableContract]) -> None:
    for contract in contracts.values():
        for column in contract.columns:
            if column.references is None:
                continue
            table, _, target = column.references.partition(".")
            parent = contracts.get(table)
            if parent is None or parent.column(target) is None:
                file = directory / f"{contract.system}.yml"
                key = f"{contract.name}.{column.name}"
                raise _fault(file, key, f"refers to unknown {column.references}")
        for name in contract.horizon.left_out_with:
            found = contract.column(name)
            if found is None or found.references is None:
                file = directory / f"{contract.system}.yml"
                key = f"{contract.name}.leftOutWithColumns"
                raise _fault(file, key, f"{name} refers to no other table")


def _fault(
    file: Path, key: str | None, message: str, line: int | None = None
) -> EchelonError:
    fault = Fault(
        "malformed_contract",
        message,
        str(file),
        line,
        key,
        rule="a contract says what a delivered table must be",
        hint="correct the contract there",
    )
    return EchelonError(ExitCode.CONFIGURATION, fault)
