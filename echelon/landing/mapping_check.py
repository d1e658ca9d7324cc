"""Does the mapping fit the contract? Everything that can be said without the data."""

from collections.abc import Iterator, Mapping

import duckdb

from echelon.documents import Key
from echelon.errors import EchelonError
from echelon.landing.checks import WAIVABLE
from echelon.landing.contract import ColumnContract, TableContract
from echelon.landing.mapping import Block, Column, Constant, MappingDocument, Table
from echelon.landing.mapping_sql import is_number_example
from echelon.spelling import suggest

Contracts = Mapping[str, TableContract]

# What must be mapped so that the customer key can be rolled up to the account.
_ROLL_UP = {"ship_to": "parent_customer_id", "bill_to": "bill_to_customer_id"}


def check_mapping(document: MappingDocument, contracts: Contracts) -> None:
    """Hold a mapping against the landing contracts.

    Args:
        document: The mapping.
        contracts: Table contracts by name.

    Raises:
        EchelonError: CONFIGURATION, naming line and key of the first fault.
    """
    for name, source in document.content.sources.items():
        key: Key = ("sources", name, "format")
        if isinstance(source.format, str):
            _known(document, key, source.format, list(document.content.formats))
    _check_time_zone(document)
    _check_coverage(document, contracts)
    for name, table in document.content.tables.items():
        _check_table(document, contracts[name], table)
    _check_customer_key(document)
    for code in document.content.waived_checks:
        _known(document, ("waived_checks", code), code, sorted(WAIVABLE), "check")


def _check_time_zone(document: MappingDocument) -> None:
    """Take the zones DuckDB knows, which does the work, but no ambiguous BST or IST."""
    with duckdb.connect() as connection:
        rows = connection.execute("select name from pg_timezone_names()").fetchall()
    zones = [row[0] for row in rows if "/" in row[0] or row[0] == "UTC"]
    key: Key = ("settings", "time_zone")
    _known(document, key, document.content.settings.time_zone, zones, "time zone")


def absent_tables(
    document: MappingDocument, contracts: Contracts
) -> dict[str, tuple[str, str]]:
    """List the tables declared absent: table to (key as written, reason)."""
    absent: dict[str, tuple[str, str]] = {}
    for written, reason in document.content.absent.items():
        names = [
            name
            for name in contracts
            if name == written
            or (written.endswith("*") and name.startswith(written[:-1]))
        ]
        if not names:
            raise _unknown(document, ("absent", written), written, list(contracts))
        for name in names:
            is_pattern_beaten = written.endswith("*") and (
                name in absent or name in document.content.tables
            )
            if not is_pattern_beaten:
                absent[name] = (written, reason)
    return absent


def _check_coverage(document: MappingDocument, contracts: Contracts) -> None:
    for name in document.content.tables:
        if name not in contracts:
            raise _unknown(document, ("tables", name), name, list(contracts))
    absent = absent_tables(document, contracts)
    for name, (written, _) in absent.items():
        key: Key = ("absent", written)
        if name in document.content.tables:
            message = f"{name} is both mapped and declared absent"
            raise document.configuration_error("table_declared_twice", key, message)
        if contracts[name].is_required:
            message = f"{name} is required and cannot be absent"
            raise document.configuration_error("required_table_absent", key, message)
    for name, contract in contracts.items():
        if name not in document.content.tables and name not in absent:
            code = "required_table_absent" if contract.is_required else "undeclared"
            raise document.configuration_error(
                "table_not_declared" if code == "undeclared" else code,
                ("tables",),
                f"{name} is neither mapped nor declared absent",
                f"map it under tables, or give a reason under absent: {name}",
            )


def _check_table(
    document: MappingDocument, contract: TableContract, table: Table
) -> None:
    key: Key = ("tables", contract.name)
    columns = [column.name for column in contract.columns]
    for name in table.one_row_per:
        _known(document, (*key, "one_row_per"), name, columns, "column")
    for place, block in table.blocks():
        _check_block(document, (*key, *place), block)
        for name, column, column_key in block_columns(document, (*key, *place), block):
            if name not in columns:
                raise _unknown(document, column_key, name, columns, "column")
            _check_column(document, column_key, column, contract.column(name))
        for required in contract.columns:
            if required.is_required and required.name not in block.columns:
                raise document.configuration_error(
                    "missing_required_column",
                    (*key, *place, "columns"),
                    f"{contract.name} needs the column {required.name}",
                )


def block_columns(
    document: MappingDocument, key: Key, block: Block
) -> Iterator[tuple[str, Column, Key]]:
    """Walk the columns of a block with the place where each one is written."""
    for name, column in block.columns.items():
        own: Key = (*key, "columns", name)
        shared: Key = (*key[:2], "columns", name)
        yield name, column, own if own in document.lines else shared


def _check_block(document: MappingDocument, key: Key, block: Block) -> None:
    sources = list(document.content.sources)
    _known(document, (*key, "from"), block.from_, sources, "source")
    for name, join in block.join.items():
        _known(document, (*key, "join", name, "source"), join.source, sources, "source")
        if name == block.from_:
            message = "a join needs another name than the source it joins to"
            key = (*key, "join", name)
            raise document.configuration_error("wrong_value", key, message)
        if join.prefer is not None and join.match == "many":
            message = "prefer takes one of several matches, match: many takes all"
            key = (*key, "join", name, "prefer")
            raise document.configuration_error("wrong_value", key, message)


def _check_column(
    document: MappingDocument,
    key: Key,
    column: Column,
    contract: ColumnContract | None,
) -> None:
    if isinstance(column.map, str):
        maps = list(document.content.value_maps)
        _known(document, (*key, "map"), column.map, maps, "value map")
    is_number = contract is not None and contract.sql_type not in ("date", "timestamp")
    if is_number and column.format and not _is_number_format(column.format):
        message = "a format of a number is one example such as 1.234,56"
        raise document.configuration_error("wrong_value", (*key, "format"), message)
    kind = contract.sql_type if contract is not None else ""
    if column.allocate is not None and not kind.startswith(("decimal", "bigint")):
        message = "only numbers can be split over lines"
        raise document.configuration_error("wrong_value", (*key, "allocate"), message)
    if contract is None or not contract.valid_values:
        return
    for value in _values_given(document, column):
        if value not in contract.valid_values:
            raise document.configuration_error(
                "value_not_allowed",
                key,
                f"{value} is not a value of {contract.name}",
                "one of " + ", ".join(contract.valid_values),
            )


def _is_number_format(formats: list[str]) -> bool:
    return len(formats) == 1 and is_number_example(formats[0])


def _values_given(document: MappingDocument, column: Column) -> Iterator[str]:
    if column.constant is not None:
        yield column.constant
    for item in column.match or []:
        yield item.value
    yield from value_map(document, column).values()
    if isinstance(column.unmapped, Constant):
        yield column.unmapped.constant


def value_map(document: MappingDocument, column: Column) -> dict[str, str]:
    """Resolve the value map of a column, empty if it has none."""
    if isinstance(column.map, str):
        return document.content.value_maps[column.map]
    return column.map or {}


def _check_customer_key(document: MappingDocument) -> None:
    level = document.content.settings.customer_key
    needed = _ROLL_UP.get(level)
    customers = document.content.tables.get("erp__customers")
    if needed is None or customers is None:
        return
    if not any(needed in block.columns for _, block in customers.blocks()):
        raise document.configuration_error(
            "customer_key_unresolved",
            ("settings", "customer_key"),
            f"orders name the {level}: erp__customers must map {needed}",
        )


def _known(
    document: MappingDocument,
    key: Key,
    name: str,
    known: list[str],
    kind: str = "format",
) -> None:
    if name not in known:
        raise _unknown(document, key, name, known, kind)


def _unknown(
    document: MappingDocument,
    key: Key,
    name: str,
    known: list[str],
    kind: str = "table",
) -> EchelonError:
    code = "unknown_" + kind.replace(" ", "_")
    message = f"unknown {kind} {name}"
    return document.configuration_error(code, key, message, suggest(name, known))
