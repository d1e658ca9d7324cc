"""Which SQL does a block of a mapping stand for? Text in, text out."""

import re
from dataclasses import dataclass

from echelon.landing.contract import ColumnContract
from echelon.landing.mapping import Block, Column, Constant, Join, Unpivot
from echelon.quoting import quote_name, quote_text

# Groups of three, apart from the decimals by dot, comma, apostrophe or a space.
_NUMBER_EXAMPLE = re.compile(
    r"(\d{1,3}([., '\u2019\u00a0\u202f]\d{3})*|\d+)([.,]\d+)?", re.ASCII
)


@dataclass(frozen=True)
class CompiledColumn:
    """A column as SQL.

    Attributes:
        value: SQL of the value as text.
        check: SQL that is not null where the value must not be; None if none can be.
        code: Error code of a failed check.
        complaint: What a failed check means.
    """

    value: str
    check: str | None = None
    code: str = ""
    complaint: str = ""


def from_clause(block: Block, source_columns: list[str]) -> str:
    """Write the FROM of a block before its joins.

    Args:
        block: The block.
        source_columns: Columns of its source, in order.

    Returns:
        ``from <source> as <source>``, unpivoted if the block says so.
    """
    name = quote_name(block.from_)
    if block.unpivot is None:
        return f"from {name} as {name}"
    return f"from ({_unpivot(name, block.unpivot, source_columns)}) as {name}"


def join_clauses(block: Block) -> list[str]:
    """Write the joins of a block in order, each as one clause."""
    return [_join(name, join) for name, join in block.join.items()]


def _join(name: str, join: Join) -> str:
    # __found tells a match of empty columns from no match.
    alias, source = quote_name(name), quote_name(join.source)
    rows = f"(select *, true as __found from {source}) as {alias}"
    if join.prefer is None:
        return f"left join {rows} on (\n{join.on}\n)"
    # The row as text settles ties of the preference for good.
    return (
        f"left join lateral (select * from {rows} where (\n{join.on}\n) "
        f"order by {join.prefer}\n, cast({alias} as varchar) limit 1) as {alias} "
        "on true"
    )


def _unpivot(name: str, unpivot: Unpivot, source_columns: list[str]) -> str:
    kept = [column for column in source_columns if column not in unpivot.columns]
    kept_list = "".join(f"{quote_name(column)}, " for column in kept)
    condition = "" if unpivot.keep_empty else " where {} is not null"
    selects = [
        f"select {kept_list}{quote_text(column)} as {quote_name(unpivot.name)}, "
        f"cast({quote_name(column)} as varchar) as {quote_name(unpivot.value)} "
        f"from {name}" + condition.format(quote_name(column))
        for column in unpivot.columns
    ]
    return " union all ".join(selects)


def compile_column(
    column: Column, contract: ColumnContract, values: dict[str, str]
) -> CompiledColumn:
    """Write the steps of a column as SQL.

    Args:
        column: The column as mapped.
        contract: The contract column it fills.
        values: Its value map, empty if it has none.

    Returns:
        The value as text, with the check that goes with it.
    """
    if column.constant is not None:
        sql = quote_text(column.constant)
    else:
        sql = f"cast((\n{column.from_}\n) as varchar)"
    for null in column.nulls:
        sql = f"nullif({sql}, {quote_text(null)})"
    if column.extract is not None:
        group = 1 if re.search(r"(?<!\\)\((?!\?)", column.extract) else 0
        pattern = quote_text(column.extract)
        sql = f"nullif(regexp_extract({sql}, {pattern}, {group}), '')"
    compiled = CompiledColumn(sql)
    if column.match is not None or column.map is not None:
        compiled = _translate(column, sql, values)
    sql = compiled.value
    if column.format:
        sql = _parse(sql, column.format, contract.sql_type)
    if column.negate is not False:
        condition = "true" if column.negate is True else str(column.negate)
        sql = f"case when (\n{condition}\n) then {_negated(sql)} else {sql} end"
    return CompiledColumn(sql, compiled.check, compiled.code, compiled.complaint)


def _translate(column: Column, sql: str, values: dict[str, str]) -> CompiledColumn:
    if column.match is not None:
        branches = [
            f"when regexp_matches({sql}, {quote_text(item.pattern)}) "
            f"then {quote_text(item.value)}"
            for item in column.match
        ]
        translated = "case " + " ".join(branches) + " end"
    else:
        branches = [
            f"when {quote_text(key)} then {quote_text(value)}"
            for key, value in values.items()
        ]
        translated = f"case {sql} " + " ".join(branches) + " end"
    if column.unmapped == "reject":
        check = f"case when ({translated}) is null then {sql} end"
        what = "match" if column.match is not None else "map"
        return CompiledColumn(
            translated, check, "value_unmapped", f"not in the {what}:"
        )
    if column.unmapped == "keep":
        return CompiledColumn(f"coalesce({translated}, {sql})")
    if isinstance(column.unmapped, Constant):
        other = quote_text(column.unmapped.constant)
        translated = f"case when {sql} is not null then coalesce({translated}, {other})"
        return CompiledColumn(translated + " end")
    return CompiledColumn(translated)


def _parse(sql: str, formats: list[str], sql_type: str) -> str:
    """Turn a text into ISO date or plain number; what does not parse stays as it is."""
    if sql_type in ("date", "timestamp"):
        return f"coalesce({', '.join(_moment(sql, item) for item in formats)}, {sql})"
    return _number(sql, formats[0])


def _moment(sql: str, pattern: str) -> str:
    """Parse a moment, null if it is none or its year has fewer than four digits.

    To DuckDB %Y reads 21 as the year 21, and any pattern the word infinity as 1900.
    """
    parsed = f"cast(try_strptime({sql}, {quote_text(pattern)}) as varchar)"
    moment = f"nullif(regexp_extract({parsed}, '^[1-9][0-9]{{3}}-.*$'), '')"
    return f"case when regexp_matches({sql}, '[0-9]') then {moment} end"


def _number(sql: str, example: str) -> str:
    """Read a number with the marks of an example, the grouping ones where they belong.

    A text that does not fit the example and yet is a number to the loader, 250.00
    where the decimal mark is a comma, is marked so that it is quarantined too.
    """
    mark = next((char for char in reversed(example) if char in ".,"), ".")
    separators = "".join(sorted(set(re.sub(r"\d", "", example)) - {mark}))
    groups = f"[0-9]{{1,3}}([{separators}][0-9]{{3}})+|" if separators else ""
    # 12,50- is how several ERP systems write a negative amount.
    fits = f" *([+-]?)({groups}[0-9]*)([{mark}]([0-9]*))?(-?) *"
    plain = f"translate(trim({sql}), {quote_text(mark + separators)}, '.')"
    plain = f"regexp_replace({plain}, '^(.*)-$', '-\\1')"
    number = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
    return (
        f"case when regexp_full_match({sql}, {quote_text(fits)}) then {plain} "
        f"when regexp_full_match({sql}, '{number}') "
        f"then {sql} || {quote_text(f' (not {example})')} else {sql} end"
    )


def is_number_example(text: str) -> bool:
    """Say whether a format is an example of a number, such as ``1.234,56``."""
    return _NUMBER_EXAMPLE.fullmatch(text) is not None


def _negated(sql: str) -> str:
    stripped = f"substr({sql}, 2)"
    return f"case when starts_with({sql}, '-') then {stripped} else '-' || {sql} end"
