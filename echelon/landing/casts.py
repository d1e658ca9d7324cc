"""How does a delivered value become a typed one, exactly or not at all?

DuckDB's own casts round decimals, turn ``1.9`` into 2, and read ``1_000`` and ``1e3``.
"""

import re
from dataclasses import dataclass

_INTEGERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
}
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
_LAST_BY_TYPE = {"date": "9999-12-31", "timestamp": "9999-12-31 23:59:59.999999"}
_BAD_CODES = {
    "decimal": "bad_decimal",
    "bigint": "bad_integer",
    "date": "bad_date",
    "timestamp": "bad_timestamp",
    "boolean": "bad_boolean",
}


@dataclass(frozen=True)
class Cast:
    """SQL that turns one source column into its contracted type.

    Attributes:
        value: Expression of the contracted type; null where the value is empty or bad.
        given: Expression that is null only where the value is empty; None if no value
            of the source type can be bad.
    """

    value: str
    given: str | None


def cast_column(column: str, source_type: str, sql_type: str) -> Cast | None:
    """Choose the exact cast from a source type to a contracted one.

    Args:
        column: Source column as an SQL expression.
        source_type: Type DuckDB reports for it, ``VARCHAR`` for every CSV column.
        sql_type: Contracted type, ``decimal(18,4)``.

    Returns:
        The cast, or None if no value of the source type may stand for the other.
    """
    source = source_type.replace(" ", "").lower()
    if source == '"null"':
        return Cast(f"cast(null as {sql_type})", None)
    if source == "varchar":
        return _from_text(f"nullif({column}, '')", sql_type)
    if source == sql_type and source in _LAST_BY_TYPE:
        return _of_known_years(column, column, sql_type)
    if source == sql_type:
        return Cast(column, None)
    if source in ("double", "float"):
        return _from_floating_point(column, source, sql_type)
    if source == "timestampwithtimezone" and sql_type == "timestamp":
        return _of_known_years(f"make_timestamp(epoch_us({column}))", column, sql_type)
    if _may_pass_as_text(source, sql_type):
        return _from_text(f"cast({column} as varchar)", sql_type)
    return None


def bad_code(sql_type: str) -> str:
    """Name the check that a value fails if it is not of the contracted type."""
    return _BAD_CODES[sql_type.partition("(")[0]]


def _of_known_years(value: str, given: str, sql_type: str) -> Cast:
    """Hold a binary date to the years a written one can have; infinity has none."""
    within = f"between '0001-01-01' and {sql_type} '{_LAST_BY_TYPE[sql_type]}'"
    return Cast(f"case when {value} {within} then {value} end", given)


def _may_pass_as_text(source: str, sql_type: str) -> bool:
    if source.upper() in _INTEGERS:
        return sql_type in ("bigint", "varchar") or sql_type.startswith("decimal")
    if source.startswith("decimal"):
        return sql_type == "bigint" or sql_type.startswith("decimal")
    return source.startswith("timestamp_") and sql_type == "timestamp"


def _from_text(text: str, sql_type: str) -> Cast:
    if sql_type == "varchar":
        return Cast(text, None)
    if sql_type == "boolean":
        value = f"case {text} when 'true' then true when 'false' then false end"
        return Cast(value, text)
    # Years below 1 are dates to DuckDB and to nobody else.
    guard = f" and {text} >= '0001'" if sql_type in ("date", "timestamp") else ""
    value = (
        f"case when regexp_full_match({text}, '{_pattern(sql_type)}'){guard}"
        f" then try_cast({text} as {sql_type}) end"
    )
    return Cast(value, text)


def _pattern(sql_type: str) -> str:
    if sql_type == "bigint":
        return "[+-]?[0-9]+"
    if sql_type == "date":
        return _DATE
    if sql_type == "timestamp":
        return rf"{_DATE}[ T]{_TIME}(Z|\+00:00)?"
    scale = decimal_scale(sql_type)
    # Zeros beyond the scale say nothing; any other digit there would be lost.
    fraction = rf"(\.[0-9]{{0,{scale}}}0*)?"
    leading_point = rf"|\.[0-9]{{1,{scale}}}0*" if scale else ""
    return rf"[+-]?([0-9]+{fraction}{leading_point})"


def decimal_scale(sql_type: str) -> int:
    """Read the digits after the point of a contract type; 0 if it has none."""
    matched = re.fullmatch(r"decimal\(\d+,(\d+)\)", sql_type)
    return int(matched[1]) if matched else 0


def _from_floating_point(column: str, source: str, sql_type: str) -> Cast | None:
    if sql_type != "bigint" and not sql_type.startswith("decimal"):
        return None
    # The shortest text of a binary number is what its writer saw; it must survive.
    exact = f"try_cast(cast({column} as varchar) as {sql_type})"
    value = f"case when cast({exact} as {source}) = {column} then {exact} end"
    return Cast(value, column)
