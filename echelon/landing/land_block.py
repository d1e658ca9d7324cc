"""Which rows does one block of a mapping make? With every promise it makes checked."""

import re
from dataclasses import dataclass

import duckdb

from echelon.documents import Key
from echelon.errors import EchelonError
from echelon.landing.contract import TableContract
from echelon.landing.land_promises import require_amounts, require_joins, require_values
from echelon.landing.mapping import Block, Column, MappingDocument
from echelon.landing.mapping_allocate import helper_columns, split_query
from echelon.landing.mapping_check import block_columns, value_map
from echelon.landing.mapping_expression import object_to_expression, object_to_order
from echelon.landing.mapping_sql import compile_column, from_clause, join_clauses
from echelon.landing.sources import column_names
from echelon.quoting import quote_name
from echelon.spelling import suggest

_RELATION = "__block"
# What an engine's message quotes of the data: texts, and the terms of an overflow.
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|-?[\d.]+ [-+*/] -?[\d.]+")
_MISSING = re.compile(
    r'Referenced column "([^"]+)" not found'
    r'|does not have a column named "([^"]+)"'
    r'|Referenced table "([^"]+)" not found'
)


@dataclass(frozen=True)
class Work:
    """A mapping at work.

    Attributes:
        connection: The sandboxed work database with all sources loaded.
        document: The mapping.
    """

    connection: duckdb.DuckDBPyConnection
    document: MappingDocument


def build_block(work: Work, contract: TableContract, key: Key, block: Block) -> str:
    """Evaluate one block.

    Args:
        work: The mapping at work.
        contract: The table the block belongs to.
        key: Where the block stands in the mapping.
        block: The block.

    Returns:
        Name of a table with the mapped columns as text, among helper columns.

    Raises:
        EchelonError: CONFIGURATION or INPUT_REJECTED, with line and key.
    """
    rows = _rows(work, key, block)
    selected: dict[str, str] = {}
    checks = []
    for name, column, place in block_columns(work.document, key, block):
        _require_column_expressions(work, place, column)
        promised = contract.column(name)
        if promised is None:
            continue
        compiled = compile_column(column, promised, value_map(work.document, column))
        selected[name] = compiled.value
        if compiled.check is not None:
            selected[f"__check_{name}"] = compiled.check
            checks.append((name, place, compiled))
        if column.allocate is not None:
            selected.update(helper_columns(name, column.allocate))
    _create(work, key, block, (selected, rows))
    for name, place, compiled in checks:
        require_values(
            work.connection, work.document, _RELATION, (name, place, compiled)
        )
    _split_amounts(work, contract, key, block)
    return _RELATION


def _rows(work: Work, key: Key, block: Block) -> str:
    """Write FROM, joins, WHERE of a block, each tried on its own to place an error."""
    columns = column_names(work.connection, block.from_)
    if block.unpivot is not None:
        for name in block.unpivot.columns:
            if name not in columns:
                place: Key = (*key, "unpivot", "columns")
                raise _missing_column(work, place, block, name)
    rows = from_clause(block, columns)
    for (name, join), clause in zip(
        block.join.items(), join_clauses(block), strict=True
    ):
        _require_expression(work, (*key, "join", name, "on"), join.on)
        if join.prefer is not None:
            objection = object_to_order(work.connection, join.prefer)
            _refuse(work, (*key, "join", name, "prefer"), objection)
        joined = f"{rows}\n{clause}"
        _try(work, (*key, "join", name, "on"), block, f"select count(*) {joined}")
        rows = joined
    if block.where is not None:
        place = (*key, "where")
        _require_expression(work, place, block.where)
        rows = f"{rows}\nwhere (\n{block.where}\n)"
        _try(work, place, block, f"select count(*) {rows}")
    require_joins(work.connection, work.document, key, block)
    for number, sql in enumerate(block.group_by):
        _require_expression(work, (*key, "group_by", number), sql)
    if block.group_by:
        rows += "\ngroup by " + ", ".join(f"(\n{sql}\n)" for sql in block.group_by)
    return rows


def _require_column_expressions(work: Work, key: Key, column: Column) -> None:
    expressions = {"from": column.from_}
    if isinstance(column.negate, str):
        expressions["negate"] = column.negate
    if column.allocate is not None:
        expressions["allocate"] = column.allocate.by
    for part, sql in expressions.items():
        if sql is not None:
            place = (*key, part) if (*key, part) in work.document.lines else key
            _require_expression(work, place, sql)


def _require_expression(work: Work, key: Key, sql: str) -> None:
    _refuse(work, key, object_to_expression(work.connection, sql))


def _refuse(work: Work, key: Key, objection: str | None) -> None:
    if objection is not None:
        message = f"the expression {objection}"
        raise work.document.configuration_error("bad_expression", key, message)


def _create(
    work: Work, key: Key, block: Block, query: tuple[dict[str, str], str]
) -> None:
    """Evaluate all columns at once; if that fails, one by one to find which failed."""
    selected, rows = query
    columns = ",\n".join(
        f"{sql} as {quote_name(name)}" for name, sql in selected.items()
    )
    statement = f"create or replace table {_RELATION} as select {columns}\n{rows}"
    try:
        work.connection.execute(statement)
    except duckdb.Error as error:
        places = {
            name: place for name, _, place in block_columns(work.document, key, block)
        }
        for name, sql in selected.items():
            place = places.get(re.sub(r"^__[a-z]+_", "", name), (*key, "columns"))
            trial = f"select count({quote_name(name)}) from (select {sql} "
            _try(work, place, block, f"{trial} as {quote_name(name)} {rows})")
        raise _sql_error(work, (*key, "columns"), block, error) from error


def _try(work: Work, key: Key, block: Block, sql: str) -> None:
    try:
        work.connection.execute(sql).fetchall()
    except duckdb.Error as error:
        raise _sql_error(work, key, block, error) from error


def _sql_error(work: Work, key: Key, block: Block, error: duckdb.Error) -> EchelonError:
    missing = _MISSING.search(str(error))
    if missing:
        name = next(group for group in missing.groups() if group)
        return _missing_column(work, key, block, name)
    message = str(error).partition("\n")[0]
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        return work.document.configuration_error("bad_expression", key, message)
    # What the data quote may be personal: keep the reason, hide the values.
    message = _QUOTED.sub("...", message)
    return work.document.input_error("expression_failed", key, message)


def _missing_column(work: Work, key: Key, block: Block, name: str) -> EchelonError:
    columns: list[str] = []
    described = []
    for source in dict.fromkeys(
        [block.from_, *(join.source for join in block.join.values())]
    ):
        own = column_names(work.connection, source)
        columns += own
        described.append(f"{_described(work, source)} has {', '.join(own)}")
    message = f"no source column {name}: {'; '.join(described)}"
    hint = suggest(name, columns)
    return work.document.input_error("source_column_missing", key, message, hint)


def _described(work: Work, name: str) -> str:
    file = work.document.content.sources[name].file
    return f"{name} ({file})" if file else name


def _split_amounts(work: Work, contract: TableContract, key: Key, block: Block) -> None:
    for name, column, place in block_columns(work.document, key, block):
        promised = contract.column(name)
        if column.allocate is None or promised is None:
            continue
        require_amounts(work.connection, work.document, _RELATION, (name, place))
        split = split_query(_RELATION, name, promised)
        _try(work, (*place, "allocate"), block, f"create table __split as {split}")
        work.connection.execute(f"drop table {_RELATION}")
        work.connection.execute(f"alter table __split rename to {_RELATION}")
