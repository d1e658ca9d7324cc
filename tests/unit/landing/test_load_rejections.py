import hashlib
import json
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from landing_area import REQUIRED

from echelon.errors import ExitCode
from echelon.landing.checks import CHECKS, describe_checks
from echelon.landing.refusal import refuse

CUSTOMERS = "erp/erp-0001/erp__customers.csv"
LINES = "erp/erp-0001/erp__order_lines.csv"


def assert_refused(landing, code, file=None, line=None, column=None):
    error = landing.fault()
    fault = error.fault
    assert error.exit_code == ExitCode.INPUT_REJECTED
    assert (fault.code, fault.file, fault.line, fault.column) == (
        code,
        file,
        line,
        column,
    )
    assert fault.rule == CHECKS[code].meaning
    assert fault.hint
    assert "\n" not in str(error)
    return fault


def test_landing_without_deliveries_is_refused(landing):
    assert_refused(landing, "no_delivery", "landing")


def test_missing_required_table_is_refused_with_its_declared_reason(landing):
    tables = {k: v for k, v in REQUIRED.items() if k != "erp__products"}
    landing.deliver(
        tables, amend=lambda m: m["absent"].update(erp__products="export broke")
    )
    fault = assert_refused(landing, "missing_table", "erp")
    assert "erp__products: export broke" in fault.message


def test_delivery_without_manifest_is_named_when_a_table_is_missing(landing):
    landing.deliver({"erp__customers": REQUIRED["erp__customers"]})
    (landing.root / "erp" / "erp-0002").mkdir()
    fault = assert_refused(landing, "missing_table", "erp")
    assert "without a manifest: erp/erp-0002" in fault.message


def test_missing_file_is_refused(landing):
    (landing.deliver_required() / "erp__customers.csv").unlink()
    assert_refused(landing, "missing_file", CUSTOMERS)


@pytest.mark.parametrize(
    "name",
    ["erp__charges.csv", "erp__charges.CSV", "erp__charges.csv.gz", "old.parquet"],
)
def test_unlisted_file_is_refused(landing, name):
    (landing.deliver_required() / name).write_text("a\n", "utf-8")
    assert_refused(landing, "unlisted_file", f"erp/erp-0001/{name}")


def test_a_note_beside_the_tables_is_none_of_them(landing):
    (landing.deliver_required() / "erp__customers.csv.sha256").write_text("a\n")
    assert landing.load().tables["erp__customers"].row_count == 2


def test_a_link_that_leads_to_itself_is_refused(landing):
    (landing.deliver_required() / "notes.txt").symlink_to("notes.txt")
    assert_refused(landing, "link_outside", "erp/erp-0001/notes.txt")


def test_altered_file_is_refused(landing):
    path = landing.deliver_required() / "erp__customers.csv"
    path.write_text(path.read_text("utf-8").replace("Ada", "Eve"), "utf-8")
    assert_refused(landing, "sha256_mismatch", CUSTOMERS)


def test_short_file_is_refused(landing):
    landing.deliver(
        REQUIRED, amend=lambda m: m["tables"]["erp__customers"].update(rows=3)
    )
    fault = assert_refused(landing, "row_count_mismatch", CUSTOMERS)
    assert fault.message == "2 rows, the manifest says 3"


def test_control_total_that_differs_by_a_cent_is_refused(landing):
    totals = {"net_amount": "15.76"}
    landing.deliver(
        REQUIRED,
        amend=lambda m: m["tables"]["erp__order_lines"].update(control_totals=totals),
    )
    fault = assert_refused(
        landing, "control_total_mismatch", LINES, column="net_amount"
    )
    assert "adds up to 15.7500, the manifest says 15.76" in fault.message


def test_a_control_total_is_compared_with_bad_values_of_any_size(landing):
    amounts = "9e999999", "9e999999"
    lines = REQUIRED["erp__order_lines"]
    for given, huge in zip(("10.50", "5.25"), amounts, strict=True):
        lines = lines.replace(f"{given},", f"{huge},")
    assert lines.count("9e999999") == 2
    totals = {"net_amount": "15.75"}
    landing.deliver(
        {**REQUIRED, "erp__order_lines": lines},
        amend=lambda m: m["tables"]["erp__order_lines"].update(control_totals=totals),
    )
    assert_refused(landing, "control_total_mismatch", LINES, column="net_amount")


def test_control_total_of_a_text_column_is_refused(landing):
    totals = {"name": "1"}
    landing.deliver(
        REQUIRED,
        amend=lambda m: m["tables"]["erp__customers"].update(control_totals=totals),
    )
    assert_refused(
        landing,
        "malformed_manifest",
        "erp/erp-0001/manifest.json",
        column="tables.erp__customers.control_totals.name",
    )


def test_file_without_content_is_refused(landing):
    landing.deliver_required(erp__charges="")
    assert_refused(landing, "empty_file", "erp/erp-0001/erp__charges.csv")


def test_required_table_without_rows_is_refused(landing):
    landing.deliver_required(erp__customers="customer_id,name\n")
    assert_refused(landing, "empty_table", CUSTOMERS)


def test_missing_required_column_is_refused(landing):
    landing.deliver_required(erp__customers="customer_id,city\nC1,Ulm\n")
    assert_refused(landing, "missing_column", CUSTOMERS, 1, "name")


def test_a_value_in_place_of_a_column_name_is_not_repeated(landing):
    landing.deliver_required(
        erp__customers="customer_id,name,eve@example.com\nA1,E,1\n"
    )
    fault = assert_refused(landing, "unknown_column", CUSTOMERS, 1, "column 3")
    assert "eve@example.com" not in str(fault)


def test_unknown_column_is_refused_with_a_suggestion(landing):
    landing.deliver_required(erp__customers="customer_id,name,adress\nC1,A,B\n")
    fault = assert_refused(landing, "unknown_column", CUSTOMERS, 1, "adress")
    assert "did you mean address?" in fault.message


def test_duplicate_column_is_refused(landing):
    landing.deliver_required(erp__customers="customer_id,name,name\nC1,A,B\n")
    assert_refused(landing, "duplicate_column", CUSTOMERS, 1, "name")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"customer_id,name\nC1,Ada\nC2\n", 3),
        (b"customer_id,name\nC1,Ada\nC2,Bo,x\n", 3),
        (b"customer_id,name\nC1,Ada\nC2,Bo,\n", 3),
        (b"customer_id,name\nC1,Ada\nC2,,,\n", 3),
        (b'customer_id,name\nC1,"Ada\nAnn"\n"C2" "x",Bo\n', 4),
        (b"customer_id,name\nC1,Ada\nC2,\xff\n", 3),
        (b'customer_id,name\nC1,"Ada\n', 2),
        (b"customer_\xff,name\nC1,Ada\n", 1),
    ],
    ids=[
        "short",
        "long",
        "long_by_nothing",
        "longer",
        "glued",
        "not_utf8",
        "open_quote",
        "header_not_utf8",
    ],
)
def test_malformed_csv_is_refused_without_quoting_it(landing, content, line):
    landing.deliver_required(erp__customers=content)
    error = landing.fault()
    assert (error.fault.code, error.fault.line) == ("malformed_file", line)
    assert "Ada" not in error.to_json()
    assert "Ada" not in str(error.__context__)


def test_a_value_moved_by_a_comma_in_the_one_before_it_lands_nowhere(landing):
    """Moved by it, the name's second half would be the city, and no city is missed."""
    landing.deliver_required(
        erp__customers="customer_id,name,city\nC1,Ada,Ulm\nC2,Bo, Inc.,\n"
    )
    assert_refused(landing, "malformed_file", CUSTOMERS, 3)


def test_quotes_and_blanks_within_a_value_are_the_value(landing):
    landing.deliver_required(
        erp__customers='customer_id,name\r\nC1,"A "" "" B"\r\nC2," "\r\n"C3","C" \r\n'
    )
    landing.load()
    names = landing.query("select customer_id, name from raw.erp__customers order by 1")
    assert names == [("C1", 'A " " B'), ("C2", " "), ("C3", "C")]


def test_file_with_a_byte_order_mark_and_quotes_around_all_is_read(landing):
    landing.deliver_required(
        erp__customers=b'\xef\xbb\xbf"customer_id","name"\n"C1"," "\n"C2","A "" "" B"\n'
    )
    landing.load()
    names = landing.query("select customer_id, name from raw.erp__customers order by 1")
    assert names == [("C1", " "), ("C2", 'A " " B')]


def test_lines_that_do_not_end_alike_are_called_so(landing):
    landing.deliver_required(erp__customers=b"customer_id,name\r\nC1,Ada\nC2,Bo\r\n")
    fault = assert_refused(landing, "malformed_file", CUSTOMERS, 2)
    assert "lines do not end alike" in fault.message


def test_malformed_parquet_is_refused(landing):
    directory = landing.deliver_required(erp__customers=pa.table({"customer_id": []}))
    path = directory / "erp__customers.parquet"
    path.write_bytes(b"PAR1 not really")
    manifest = directory / "manifest.json"
    manifest.write_text(_with_hash_of(path, manifest), "utf-8")
    assert_refused(landing, "malformed_file", "erp/erp-0001/erp__customers.parquet")


def _with_hash_of(path, manifest):
    content = json.loads(manifest.read_text("utf-8"))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    content["tables"]["erp__customers"]["sha256"] = sha256
    return json.dumps(content)


def test_parquet_column_of_a_type_that_cannot_hold_the_value_is_refused(landing):
    table = pa.table(
        {"customer_id": ["C1"], "name": ["Ada"], "opened_on": [date(2024, 1, 1)]}
    )
    numbers = table.set_column(0, "customer_id", pa.array([1.0]))
    landing.deliver_required(erp__customers=numbers)
    assert_refused(
        landing,
        "wrong_column_type",
        "erp/erp-0001/erp__customers.parquet",
        column="customer_id",
    )


def test_parquet_decimals_that_would_be_read_as_floating_point_are_refused(landing):
    amount = pa.array([Decimal("1234567890123.4567")], pa.decimal256(50, 4))
    table = pa.table({"customer_id": ["C1"], "name": ["Ada"], "credit_limit": amount})
    landing.deliver_required(erp__customers=table)
    file = "erp/erp-0001/erp__customers.parquet"
    fault = assert_refused(landing, "wrong_column_type", file, column="credit_limit")
    assert "WIDE DECIMAL(50,4) where the contract has decimal(18,4)" in fault.message


def test_duplicate_key_names_the_second_line(landing):
    landing.deliver_required(
        erp__customers="customer_id,name\nC1,Ada\nC2,Bo\nC3,Cy\nC2,Di\nC1,Ed\n"
    )
    assert_refused(landing, "duplicate_key", CUSTOMERS, 5, "customer_id")


def test_duplicate_key_names_all_key_columns_and_the_parquet_row(landing):
    rows = pa.table(
        {
            "product_id": ["P1", "P2", "P1"],
            "valid_from": [date(2024, 1, 1)] * 3,
            "name": ["a", "b", "c"],
        }
    )
    landing.deliver_required(erp__products=rows)
    assert_refused(
        landing,
        "duplicate_key",
        "erp/erp-0001/erp__products.parquet",
        3,
        "product_id, valid_from",
    )


def test_empty_key_part_counts_as_a_value_of_its_own(landing):
    landing.deliver_required()
    header = (
        "entity_code,account_id,cost_center_id,fiscal_period,"
        "opening_amount,debit_amount,credit_amount,closing_amount\n"
    )
    row = "DE01,1000,,2024-01,0,5,0,5\n"
    landing.deliver({"gl__trial_balances": header + row + row}, system="gl")
    assert_refused(
        landing,
        "duplicate_key",
        "gl/gl-0001/gl__trial_balances.csv",
        3,
        "entity_code, account_id, cost_center_id, fiscal_period",
    )


def test_every_check_has_its_outcome_in_the_list(landing):
    listed = describe_checks()
    for check in CHECKS.values():
        assert f"| `{check.code}` | {check.meaning} |" in listed
    assert "`quarantine_over_limit`" in listed
    assert "exit 21" in listed
    assert "exit 20, waivable" in listed
    assert "row quarantined" in listed


def test_row_check_cannot_end_a_refresh():
    with pytest.raises(ValueError, match="bad_date quarantines a row"):
        refuse("bad_date", "no")
