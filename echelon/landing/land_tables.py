"""Which rows does a mapping make of its sources? One table per contract table."""

from echelon.documents import Key
from echelon.landing.casts import decimal_scale
from echelon.landing.contract import ColumnContract, TableContract
from echelon.landing.land_block import Work, build_block
from echelon.landing.land_query import fetch_row
from echelon.landing.land_units import in_contract_units
from echelon.landing.mapping import Table
from echelon.quoting import quote_name


def build_table(work: Work, contract: TableContract, table: Table) -> str:
    """Evaluate the mapping of one contract table.

    Args:
        work: The mapping at work.
        contract: What the table must look like.
        table: How it is made.

    Returns:
        Name of a table with the mapped columns in contract order, as text written the
        way landing files write their type; a text that is not of its type stays as it
        is, for loading to quarantine.

    Raises:
        EchelonError: CONFIGURATION or INPUT_REJECTED, with line and key.
    """
    name = quote_name(f"__rows_{contract.name}")
    settings = work.document.content.settings
    mapped = {column for _, block in table.blocks() for column in block.columns}
    columns = [column for column in contract.columns if column.name in mapped]
    declared = ", ".join(f"{quote_name(column.name)} varchar" for column in columns)
    work.connection.execute(f"create table {name} ({declared}, __block integer)")
    key: Key = ("tables", contract.name)
    for number, (place, block) in enumerate(table.blocks()):
        relation = build_block(work, contract, (*key, *place), block)
        own = [column for column in columns if column.name in block.columns]
        converted = ", ".join(
            f"{in_contract_units(column, settings)} as {quote_name(column.name)}"
            for column in own
        )
        written = ", ".join(
            f"{canonical_text(column)} as {quote_name(column.name)}" for column in own
        )
        work.connection.execute(
            f"insert into {name} by name "
            f"select {written}, {number} as __block "
            f"from (select {converted} from {relation})"
        )
    _settle_overlap(work, contract, table, name)
    _fold_equal_rows(work, contract, table, name)
    return name


def is_exact(column: ColumnContract) -> str:
    """Write the SQL condition that a text converts to the column's type unchanged."""
    name = quote_name(column.name)
    if column.sql_type == "varchar":
        return "true"
    pattern = _pattern(column.sql_type)
    converts = f"try_cast({name} as {column.sql_type}) is not null"
    return f"(regexp_full_match({name}, '{pattern}') and {converts})"


def canonical_text(column: ColumnContract) -> str:
    """Write the SQL that puts a text into the form landing files use for its type."""
    name = quote_name(column.name)
    if column.sql_type == "varchar":
        return f"nullif({name}, '')"
    form = f"cast(cast({name} as {column.sql_type}) as varchar)"
    if column.sql_type == "bigint":
        # The cast of 7.0 goes through the whole number: bigint rounds 1.9 silently.
        form = f"regexp_replace({name}, '\\.0*$', '')"
        form = f"cast(cast({form} as bigint) as varchar)"
    if column.sql_type == "timestamp":
        form = f"strftime(cast({name} as timestamp), '%Y-%m-%d %H:%M:%S')"
    return f"case when {is_exact(column)} then {form} else nullif({name}, '') end"


def _pattern(sql_type: str) -> str:
    if sql_type.startswith("decimal"):
        digits = decimal_scale(sql_type)
        return rf"[+-]?(\d+(\.\d{{0,{digits}}}0*)?|\.\d{{1,{digits}}}0*)"
    return {
        "bigint": r"[+-]?\d+(\.0*)?",
        "date": r"\d{4}-\d\d-\d\d([ T]00:00:00(\.0+)?)?",
        "timestamp": r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.0+)?)?)?",
        "boolean": r"(?i)true|false|1|0",
    }[sql_type]


def _settle_overlap(
    work: Work, contract: TableContract, table: Table, name: str
) -> None:
    """Let the first or last block win where several deliver the same key."""
    if table.overlap is None:
        return
    keys = ", ".join(quote_name(key) for key in contract.key_columns)
    if table.overlap == "reject":
        row = fetch_row(
            work.connection,
            f"select count(*) from (select {keys} from {name} group by {keys} "
            "having min(__block) < max(__block))",
        )
        if row and row[0]:
            message = f"{row[0]:,} keys occur in more than one block"
            hint = "cut the blocks by where, or say overlap: first or last"
            place: Key = ("tables", contract.name, "overlap")
            raise work.document.input_error("blocks_overlap", place, message, hint)
        return
    winner = "min" if table.overlap == "first" else "max"
    work.connection.execute(
        f"create or replace table __kept as select * from {name} "
        f"qualify __block = {winner}(__block) over (partition by {keys})"
    )
    work.connection.execute(f"create or replace table {name} as from __kept")


def _fold_equal_rows(
    work: Work, contract: TableContract, table: Table, name: str
) -> None:
    """Take repeated rows once; rows that only share the key are an error."""
    if not table.one_row_per:
        return
    work.connection.execute(
        "create or replace table __kept as "
        f"select distinct * exclude (__block), 0 as __block from {name}"
    )
    work.connection.execute(f"create or replace table {name} as from __kept")
    keys = ", ".join(quote_name(key) for key in table.one_row_per)
    row = fetch_row(
        work.connection,
        f"select {keys} from {name} group by {keys} having count(*) > 1 "
        f"order by {keys} limit 1",
    )
    if row is None:
        return
    values = [
        column.name
        for column in contract.columns
        if any(column.name in block.columns for _, block in table.blocks())
        and column.name not in table.one_row_per
    ]
    same = " and ".join(
        f"{quote_name(key)} is not distinct from ?" for key in table.one_row_per
    )
    counts = ", ".join(f"count(distinct coalesce({quote_name(v)}, ''))" for v in values)
    found = fetch_row(
        work.connection, f"select {counts} from {name} where {same}", list(row)
    )
    differing = [
        value for value, count in zip(values, found or (), strict=False) if count > 1
    ]
    message = (
        f"{', '.join(table.one_row_per)} {', '.join(map(str, row))} has rows that "
    )
    message += f"differ in {', '.join(differing)}"
    place = ("tables", contract.name, "one_row_per")
    raise work.document.input_error("rows_differ", place, message)
