"""Every fault of a mapping or its sources: one error with place and exit code."""

import re

import pytest
from mapping_project import land_text, mapping_text, write_files

from echelon.errors import EchelonError, ExitCode
from echelon.landing.land import land

CUSTOMERS = """
erp__customers:
  from: customers
  columns:
    customer_id: id
    name: name
"""
FILES = {"c.csv": "id,name,town\n1,Ann,Bonn\n"}


def customers(source="{file: c.csv}", tables=CUSTOMERS, extra=""):
    return mapping_text(f"customers: {source}", tables, extra)


def error_of(tmp_path, text, files=FILES):
    with pytest.raises(EchelonError) as raised:
        land_text(tmp_path, text, files)
    landing = tmp_path / "landing"
    left = {path.name for path in landing.glob("*")}
    assert left <= {".land.lock"}, "something landed"
    return raised.value


def line_of(text, part):
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


JOINED = """
erp__customers:
  from: customers
  join: {{again: {{source: customers, on: true, prefer: "{prefer}"}}}}
  columns: {{customer_id: id, name: name}}
"""


def with_column(line):
    return CUSTOMERS.rstrip() + f"\n    {line}\n"


CONFIGURATION = [
    ("unknown_key", customers("{fil: c.csv}"), "fil:", "did you mean file"),
    ("unknown_key", customers(extra="tabels: {}\n"), "tabels", "did you mean tables"),
    (
        "unknown_key",
        customers(tables=with_column("city: {from: town, mapp: {a: b}}")),
        "mapp",
        "did you mean map",
    ),
    (
        "wrong_value",
        customers("{file: [c.csv]}"),
        "file: [",
        "should be a valid string",
    ),
    ("wrong_value", customers("{}"), "customers: {}", "exactly one of file, rows"),
    (
        "wrong_value",
        customers(tables=with_column("city: {constant: a, from: b}")),
        "city:",
        "exactly one of from, constant",
    ),
    (
        "duplicate_key",
        customers(tables=with_column("name: id")),
        "name: id",
        "duplicate",
    ),
    (
        "unknown_check",
        customers(
            extra="waived_checks: {unbalanced: {reason: a, valid_to: 2026-07-01}}"
        ),
        "waived_checks",
        "did you mean unbalanced_journal",
    ),
    (
        "missing_key",
        customers(extra="waived_checks: {unbalanced_journal: {reason: a}}"),
        "waived_checks",
        "valid_to is missing",
    ),
    (
        "unknown_table",
        customers().replace("erp__products:", "erp__product:"),
        "erp__product:",
        "did you mean erp__products",
    ),
    (
        "unknown_column",
        customers(tables=with_column("custmer_name: name")),
        "custmer_name",
        "unknown column custmer_name",
    ),
    (
        "unknown_source",
        customers().replace("from: customers", "from: customer"),
        "from: customer",
        "did you mean customers",
    ),
    (
        "unknown_value_map",
        customers(tables=with_column("city: {from: town, map: towns}")),
        "map: towns",
        "unknown value map towns",
    ),
    (
        "unknown_format",
        customers("{file: c.csv, format: semicolon}"),
        "format: semicolon",
        "unknown format semicolon",
    ),
    (
        "missing_required_column",
        customers(tables=CUSTOMERS.replace("    name: name\n", "")),
        "columns:",
        "erp__customers needs the column name",
    ),
    (
        "table_not_declared",
        customers().replace("  gl__*: none\n", ""),
        "tables:",
        "gl__accounts is neither mapped nor declared absent",
    ),
    (
        "table_declared_twice",
        customers() + "  erp__customers: none\n",
        "erp__customers: none",
        "both mapped and declared absent",
    ),
    (
        "value_not_allowed",
        customers().replace("constant: sale", "constant: sold"),
        "constant: sold",
        "sold is not a value of document_type",
    ),
    (
        "customer_key_unresolved",
        customers(extra="settings: {base_currency: EUR, customer_key: ship_to}\n"),
        "customer_key: ship_to",
        "erp__customers must map parent_customer_id",
    ),
    (
        "bad_expression",
        customers(tables=with_column("city: upper(town")),
        "city:",
        "not readable SQL",
    ),
    (
        "bad_expression",
        customers(tables=with_column("city: town, id")),
        "city:",
        "is not one SQL expression",
    ),
    (
        "bad_expression",
        customers(tables=with_column("city: 1; drop table customers")),
        "city:",
        "Only SELECT statements",
    ),
    (
        "bad_expression",
        customers(tables=with_column("opened_on: Current_Date")),
        "opened_on:",
        "does not give the same result every time",
    ),
    (
        "bad_expression",
        customers(tables=with_column("city: uuid()")),
        "city:",
        "does not give the same result every time",
    ),
    (
        "bad_expression",
        customers(
            tables=with_column(
                "city: (select max(database_name) from duckdb_databases())"
            )
        ),
        "city:",
        "reads duckdb_databases, which is not among the data",
    ),
    (
        "bad_expression",
        customers(tables=JOINED.format(prefer="again.id desc, random()")),
        "prefer:",
        "does not give the same result every time",
    ),
    (
        "bad_expression",
        customers(tables=JOINED.format(prefer="again.id limit 1")),
        "prefer:",
        "is not what rows can be ordered by",
    ),
    (
        "bad_expression",
        customers(tables=with_column("city: upperr(town)")),
        "city:",
        "upperr does not exist",
    ),
    (
        "bad_query",
        customers().replace("sources:\n", "sources:\n  q: {query: drop table x}\n"),
        "query:",
        "query is not readable SQL",
    ),
    (
        "wrong_value",
        customers(
            tables=with_column("credit_limit: {from: id, format: '12,34,567.8'}")
        ),
        "credit_limit:",
        "one example such as 1.234,56",
    ),
    (
        "wrong_value",
        customers(
            tables=with_column(
                "city: {from: id, allocate: {per: a, by: b, order_by: c}}"
            )
        ),
        "city:",
        "only numbers can be split",
    ),
    (
        "unknown_time_zone",
        customers(extra="settings: {base_currency: EUR, time_zone: Europe/Vilnus}\n"),
        "time_zone:",
        "did you mean Europe/Vilnius",
    ),
    *(
        (
            "unknown_time_zone",
            customers(extra=f"settings: {{base_currency: EUR, time_zone: '{zone}'}}\n"),
            "time_zone:",
            f"unknown time zone {zone}",
        )
        for zone in ("CEST", "BST", "+02:00", "")
    ),
    *(
        (
            "wrong_value",
            customers(extra=f"settings: {{base_currency: EUR, period: {period}}}\n"),
            "period:",
            message,
        )
        for period, message in (
            ("2024-13/2025-01", "should match pattern"),
            ("0000-01/2025-01", "year"),
            ("2025-12/2025-01", "ends before it begins"),
        )
    ),
    (
        "mapping_not_yaml",
        customers().replace("gl__*: none", 'gl__*: "no\\uD800"'),
        "gl__*:",
        "half a character",
    ),
    ("source_outside", customers("{file: ../c.csv}"), "file: ..", "lies outside"),
    (
        "policy_not_found",
        customers(extra="policy: tiny_policy\n"),
        "policy:",
        "no directory with policy_*.csv files",
    ),
]


@pytest.mark.parametrize(
    ("code", "text", "place", "message"),
    CONFIGURATION,
    ids=[f"{number}-{case[0]}" for number, case in enumerate(CONFIGURATION)],
)
def test_a_wrong_mapping_is_a_configuration_error_at_its_line(
    tmp_path, code, text, place, message
):
    error = error_of(tmp_path, text)
    assert error.exit_code == ExitCode.CONFIGURATION
    assert error.fault.code == code
    assert message in str(error)
    assert error.fault.file.endswith("tiny.yml")
    assert error.fault.line == line_of(text, place)


INPUT = [
    (
        "source_not_found",
        customers("{file: d.csv}"),
        FILES,
        "d.csv not found",
        "the directory holds c.csv",
    ),
    ("source_empty", customers(), {"c.csv": ""}, "c.csv is empty", ""),
    (
        "source_empty",
        customers(),
        {"c.csv": "id,name\n"},
        "has no rows",
        "may_be_empty",
    ),
    (
        "source_malformed",
        customers(),
        {"c.csv": "id,name\n1,Ann\n2\n"},
        "c.csv line 3 cannot be read: 1 fields where 2 are declared",
        "",
    ),
    (
        "source_malformed",
        customers(),
        {"c.csv": "id,name\n1,Ann\n2,Bo,\n"},
        "c.csv line 3 cannot be read: 3 fields where 2 are declared",
        "",
    ),
    (
        "source_malformed",
        customers(),
        {"c.csv": 'id,name\n1,"Ann\nLee"\n"2" "3",Bo\n'},
        "c.csv: line 4: text stands beside a quoted value",
        "",
    ),
    (
        "source_malformed",
        customers("{file: c.csv, format: {encoding: cp1252}}"),
        {"c.csv": 'id,name\n1,"Ann\nLee"\n"2" "3",Bo\n'},
        "c.csv: line 4: ',' expected after",
        "",
    ),
    (
        "source_malformed",
        customers("{file: c.csv, format: {quote: '', encoding: cp1252}}"),
        {"c.csv": "id,name\n1,Ann\n2\n"},
        "row 3 has 1 fields where 2 are declared",
        "",
    ),
    (
        "source_malformed",
        customers(),
        {"c.csv": b"id,name\n1,M\xfcller\n"},
        "is not written in utf-8",
        "",
    ),
    (
        "source_malformed",
        customers(),
        {"c.csv": "id,name,ID\n1,Ann,2\n"},
        "two columns have the same name, small and capital letters aside",
        "",
    ),
    (
        "source_malformed",
        customers(),
        {"c.csv": 'id,name\n1,"Ann\n2,Bob\n'},
        "a quoted field does not end",
        "",
    ),
    (
        "source_malformed",
        customers(),
        {"c.csv": "id,name\r\n1,Ann\n2\n"},
        "row 3 has 1 fields where 2 are declared",
        "",
    ),
    (
        "source_malformed",
        customers("{file: c.csv, format: {encoding: klingon}}"),
        FILES,
        "unknown encoding klingon",
        "",
    ),
    (
        "source_malformed",
        customers("{file: c.parquet}"),
        {"c.parquet": "no"},
        "not a readable file of its kind",
        "",
    ),
    (
        "source_columns_differ",
        customers("{file: '*.csv'}"),
        {**FILES, "d.csv": "id,label\n2,Bob\n"},
        "d.csv has the columns id, label",
        "",
    ),
    (
        "source_column_missing",
        customers(tables=with_column("city: twn")),
        FILES,
        "no source column twn: customers (c.csv) has id, name, town",
        "did you mean town",
    ),
    (
        "expression_failed",
        customers(tables=with_column("payment_terms_days: name::int")),
        FILES,
        "Could not convert string",
        "",
    ),
]


@pytest.mark.parametrize(
    ("code", "text", "files", "said"),
    [(*case[:3], case[3:]) for case in INPUT],
    ids=[f"{number}-{case[0]}" for number, case in enumerate(INPUT)],
)
def test_a_source_unlike_its_mapping_is_rejected_by_name(
    tmp_path, code, text, files, said
):
    error = error_of(tmp_path, text, files)
    assert error.exit_code == ExitCode.INPUT_REJECTED
    assert error.fault.code == code
    message, hint = said
    assert message in str(error)
    assert hint in (error.fault.hint or "")
    assert error.fault.line is not None


def test_an_error_reads_as_one_line_with_file_line_and_key(tmp_path):
    text = customers(tables=with_column("city: twn"))
    error = error_of(tmp_path, text)
    place = (
        rf"tiny.yml:{line_of(text, 'city: twn')}:tables.erp__customers.columns.city: "
    )
    assert re.search(place, str(error))
    assert "\n" not in str(error)


def test_what_the_data_hold_is_not_quoted_by_a_failed_expression(tmp_path):
    text = customers(tables=with_column("payment_terms_days: name::int"))
    assert "Ann" not in str(error_of(tmp_path, text))


def test_text_that_is_no_yaml_names_its_line(tmp_path):
    error = error_of(tmp_path, customers() + "absent: [\n")
    assert error.fault.code in ("mapping_not_yaml", "duplicate_key")
    assert error.fault.line is not None


def test_a_mapping_that_is_not_there_is_a_configuration_error(tmp_path):
    with pytest.raises(EchelonError, match="cannot read the mapping file") as raised:
        land(tmp_path / "no.yml", tmp_path, tmp_path / "landing")
    assert raised.value.exit_code == ExitCode.CONFIGURATION


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('{secret}')",
        "select * from read_csv('{secret}')",
        "from '{secret}'",
    ],
)
def test_a_query_reaches_no_file_the_mapping_does_not_declare(tmp_path, sql):
    secret = tmp_path / "secret.csv"
    write_files(tmp_path, {"secret.csv": "password\nhunter2\n"})
    query = sql.format(secret=secret)
    text = customers().replace("sources:\n", f"sources:\n  q:\n    query: {query}\n")
    error = error_of(tmp_path, text)
    assert error.fault.code == "bad_query"
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select * from Duckdb_Settings()", "reads duckdb_settings, which is not"),
        ("select * from duckdb_databases", "reads duckdb_databases, which is not"),
        ("from information_schema.tables", "reads tables, which is not"),
        ("from system.main.duckdb_views", "reads duckdb_views, which is not"),
        ("select * from (show all tables)", "reads a description of tables"),
        ("from customers tablesample 50%", "takes a sample"),
        ("from customers using sample 1", "takes a sample"),
    ],
)
def test_a_query_reads_all_of_what_was_delivered_and_nothing_else(tmp_path, sql, said):
    query = f"\n  q: {{query: '{sql}'}}\ntables:\n"
    error = error_of(tmp_path, customers().replace("\ntables:\n", query))
    assert error.fault.code == "bad_query"
    assert said in str(error)


def test_an_expression_reaches_no_file_either(tmp_path):
    line = "city: (select max(content) from read_text('/etc/hostname'))"
    error = error_of(tmp_path, customers(tables=with_column(line)))
    assert error.fault.column == "tables.erp__customers.columns.city"
    assert "read_text" in str(error) or "file system" in str(error)
