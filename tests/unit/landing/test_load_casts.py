from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest
from cast_oracle import date_or_none, decimal_or_none, integer_or_none, time_or_none
from hypothesis import given, settings
from hypothesis import strategies as st

from echelon.landing.casts import bad_code, cast_column, decimal_scale

CONNECTION = duckdb.connect()
NUMBER_TEXT = st.from_regex(r"[+-]?[0-9]{0,20}\.?[0-9]{0,8}(e[0-9])?", fullmatch=True)
DATE_TEXT = st.from_regex(
    r"(0000|0001|1999|2024|9999)-[01][0-9]-[0-3][0-9]( [0-2][0-9]:[0-6][0-9]:00)?",
    fullmatch=True,
)
TIME_TEXT = st.from_regex(
    r"(0000|2023|2024)-0[12]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
    r"(\.[0-9]{0,7})?(Z|\+00:00|\+02:00)?",
    fullmatch=True,
)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)


def cast_text(text: str, sql_type: str):
    """Cast one CSV value; returns the value and whether it is bad."""
    cast = cast_column("given", "VARCHAR", sql_type)
    return CONNECTION.execute(
        f"select {cast.value}, {cast.given} is not null and ({cast.value}) is null"
        " from (select cast(? as varchar) as given)",
        [text],
    ).fetchall()[0]


def assert_cast_is(text, sql_type, expected):
    value, is_bad = cast_text(text, sql_type)
    assert value == expected, (text, sql_type)
    assert is_bad == (text != "" and expected is None), (text, sql_type)


@settings(max_examples=150)
@given(st.one_of(NUMBER_TEXT, ANY_TEXT))
def test_number_is_exactly_the_decimal_it_says_or_bad(text):
    assert_cast_is(text, "decimal(18,4)", decimal_or_none(text, 18, 4))
    assert_cast_is(text, "decimal(18,2)", decimal_or_none(text, 18, 2))
    assert_cast_is(text, "bigint", integer_or_none(text))


@settings(max_examples=150)
@given(st.one_of(DATE_TEXT, ANY_TEXT))
def test_date_is_exactly_the_day_it_says_or_bad(text):
    assert_cast_is(text, "date", date_or_none(text))


@settings(max_examples=150)
@given(st.one_of(TIME_TEXT, DATE_TEXT, ANY_TEXT))
def test_timestamp_is_exactly_the_moment_it_says_or_bad(text):
    assert_cast_is(text, "timestamp", time_or_none(text))


@pytest.mark.parametrize("text", ["True", "TRUE", "1", "0", "yes", " true", "t"])
def test_only_true_and_false_are_booleans(text):
    assert_cast_is(text, "boolean", None)


@pytest.mark.parametrize(
    ("text", "sql_type", "expected"),
    [
        ("true", "boolean", True),
        ("false", "boolean", False),
        ("1.9", "bigint", None),
        ("1_000", "bigint", None),
        ("0x1F", "bigint", None),
        ("1e3", "decimal(18,2)", None),
        ("1,5", "decimal(18,2)", None),
        ("1.005", "decimal(18,2)", None),
        ("1.5000", "decimal(18,2)", Decimal("1.5")),
        (".5", "decimal(18,2)", Decimal("0.5")),
        ("12345678901234567.1", "decimal(18,2)", None),
        ("0.123456789012", "decimal(28,12)", Decimal("0.123456789012")),
        ("2024-02-30", "date", None),
        ("2024-02-29", "date", date(2024, 2, 29)),
        ("2024-02-29 00:00:00", "date", None),
        ("29.02.2024", "date", None),
        ("2024-01-01 24:00:00", "timestamp", None),
        ("2024-01-01", "timestamp", None),
        ("2024-01-01T08:00:00Z", "timestamp", datetime(2024, 1, 1, 8)),
        ("2024-01-01 08:00:00+02:00", "timestamp", None),
        ("", "date", None),
    ],
)
def test_text_casts_exactly_or_is_bad(text, sql_type, expected):
    assert_cast_is(text, sql_type, expected)


@pytest.mark.parametrize(
    ("number", "sql_type", "expected"),
    [
        ("0.1", "decimal(18,2)", Decimal("0.10")),
        ("1e-5", "decimal(28,12)", Decimal("0.00001")),
        ("0.125", "decimal(18,2)", None),
        ("0.1 + 0.2e0", "decimal(18,2)", None),
        ("7.0", "bigint", 7),
        ("7.5", "bigint", None),
        ("'nan'", "decimal(18,2)", None),
        ("'inf'", "decimal(18,2)", None),
        ("1e300", "decimal(18,2)", None),
        ("null", "decimal(18,2)", None),
    ],
)
def test_floating_point_must_be_exact_at_the_scale(number, sql_type, expected):
    cast = cast_column("given", "DOUBLE", sql_type)
    value, is_bad = CONNECTION.execute(
        f"select {cast.value}, {cast.given} is not null and ({cast.value}) is null"
        f" from (select cast({number} as double) + 0e0 as given)"
    ).fetchall()[0]
    assert value == expected
    assert is_bad == (number != "null" and expected is None)


@pytest.mark.parametrize(
    ("source_type", "sql_type"),
    [
        ("DOUBLE", "varchar"),
        ("TIMESTAMP", "date"),
        ("DATE", "timestamp"),
        ("BOOLEAN", "bigint"),
        ("VARCHAR[]", "varchar"),
        ("BLOB", "varchar"),
    ],
)
def test_type_that_would_lose_or_invent_something_has_no_cast(source_type, sql_type):
    assert cast_column("given", source_type, sql_type) is None


@pytest.mark.parametrize(
    ("literal", "source_type", "sql_type", "expected"),
    [
        ("cast(7 as integer)", "INTEGER", "bigint", 7),
        ("cast(7 as smallint)", "SMALLINT", "decimal(18,2)", Decimal(7)),
        ("cast(7 as bigint)", "BIGINT", "varchar", "7"),
        ("cast(1.5 as decimal(4,1))", "DECIMAL(4,1)", "decimal(18,2)", Decimal("1.5")),
        ("cast(1.234 as decimal(9,3))", "DECIMAL(9,3)", "decimal(18,2)", None),
        (
            "timestamp_ns '2024-01-01 08:00:00.5'",
            "TIMESTAMP_NS",
            "timestamp",
            datetime(2024, 1, 1, 8, 0, 0, 500000),
        ),
        (
            "timestamptz '2024-01-01 08:00:00+02:00'",
            "TIMESTAMP WITH TIME ZONE",
            "timestamp",
            datetime(2024, 1, 1, 6),
        ),
        ("null", '"NULL"', "date", None),
    ],
)
def test_other_parquet_types_widen_exactly(literal, source_type, sql_type, expected):
    cast = cast_column("given", source_type, sql_type)
    rows = CONNECTION.execute(
        f"select {cast.value} from (select {literal} as given)"
    ).fetchall()
    assert rows == [(expected,)]


def test_contracted_type_passes_untouched_and_cannot_be_bad():
    cast = cast_column("given", "DECIMAL(18,4)", "decimal(18,4)")
    assert (cast.value, cast.given) == ("given", None)


def test_bad_value_is_filed_under_its_type():
    types = ("decimal(18,2)", "bigint", "date", "timestamp", "boolean")
    assert [bad_code(sql_type) for sql_type in types] == [
        "bad_decimal",
        "bad_integer",
        "bad_date",
        "bad_timestamp",
        "bad_boolean",
    ]


def test_whole_numbers_have_no_digits_after_the_point():
    assert [decimal_scale("decimal(18,4)"), decimal_scale("bigint")] == [4, 0]
