import csv
import io
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from cast_oracle import decimal_or_none
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from landing_area import REQUIRED, LandingArea

from echelon.errors import ExitCode

HEADER = (
    "order_id,line_no,document_type,entity_code,sold_to_id,product_id,ordered_at,"
    "requested_date,ordered_qty,net_amount,currency_code,is_rush\n"
)


def order_line(number, **changed):
    values = {
        "order_id": f"O{number}",
        "line_no": "1",
        "document_type": "sale",
        "entity_code": "DE01",
        "sold_to_id": "C1",
        "product_id": "P1",
        "ordered_at": "2024-02-01 08:00:00",
        "requested_date": "2024-02-05",
        "ordered_qty": "2",
        "net_amount": "10.00",
        "currency_code": "EUR",
        "is_rush": "false",
    }
    assert set(changed) <= set(values)
    return ",".join({**values, **changed}.values()) + "\n"


def order_lines(count, **changed_by_number):
    """Order lines O1..On (file lines 2..n+1); some with changed values."""
    changed = {int(name[1:]): values for name, values in changed_by_number.items()}
    rows = [order_line(n, **changed.get(n, {})) for n in range(1, count + 1)]
    return HEADER + "".join(rows)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("line_no", "1.9", "bad_integer"),
        ("ordered_at", "2024-02-01", "bad_timestamp"),
        ("requested_date", "2024-02-30", "bad_date"),
        ("net_amount", "10.00001", "bad_decimal"),
        ("is_rush", "yes", "bad_boolean"),
        ("product_id", "", "missing_value"),
        ("document_type", "gift", "value_not_allowed"),
    ],
)
def test_bad_row_is_kept_aside_with_line_column_and_reason(
    landing, column, value, code
):
    landing.deliver_required(erp__order_lines=order_lines(100, n40={column: value}))
    report = landing.load()
    loaded = report.tables["erp__order_lines"]
    assert (loaded.row_count, loaded.quarantined_row_count) == (99, 1)
    amount = None if column == "net_amount" else Decimal("10.00")
    assert loaded.quarantined_amount == amount
    rows = landing.query(
        "select delivery_id, source_file, source_line, column_name, error_code,"
        " entity_code, fiscal_period, amount, reason from raw.quarantined_rows"
    )
    file = "erp/erp-0001/erp__order_lines.csv"
    assert [row[:8] for row in rows] == [
        ("erp-0001", file, 41, column, code, "DE01", None, amount)
    ]
    assert value == "" or value not in rows[0][8]
    assert landing.query("select count(*) from raw.erp__order_lines") == [(99,)]
    assert landing.query(
        "select row_count, quarantined_row_count from raw.deliveries"
        " where table_name = 'erp__order_lines'"
    ) == [(100, 1)]


def test_row_with_two_faults_is_counted_once(landing):
    bad = {"line_no": "x", "is_rush": "maybe"}
    landing.deliver_required(erp__order_lines=order_lines(100, n1=bad))
    landing.load()
    assert landing.query("select column_name, amount from raw.quarantined_rows") == [
        ("line_no", Decimal("10.00"))
    ]


def test_quarantine_over_its_limit_names_the_first_bad_row(landing):
    content = order_lines(100, n7={"is_rush": "x"}, n3={"net_amount": "x"})
    landing.deliver_required(erp__order_lines=content)
    error = landing.fault()
    assert error.exit_code == ExitCode.QUARANTINE_OVER_LIMIT
    assert error.fault.code == "quarantine_over_limit"
    file = "erp/erp-0001/erp__order_lines.csv"
    where = (error.fault.file, error.fault.line, error.fault.column)
    assert where == (file, 4, "net_amount")
    assert "2 of 100 rows" in error.fault.message
    assert "limit of 1.00%" in error.fault.message


def test_quarantine_at_its_limit_is_accepted(landing):
    content = order_lines(200, n7={"is_rush": "x"}, n3={"net_amount": "x"})
    landing.deliver_required(erp__order_lines=content)
    assert landing.load().tables["erp__order_lines"].quarantined_row_count == 2


def test_control_total_covers_quarantined_rows(landing):
    content = order_lines(300, n2={"net_amount": "10.00001"}, n3={"is_rush": "x"})
    totals = {"net_amount": "3000.00001"}
    landing.deliver(
        {**REQUIRED, "erp__order_lines": content},
        amend=lambda m: m["tables"]["erp__order_lines"].update(control_totals=totals),
    )
    assert landing.load().tables["erp__order_lines"].row_count == 298


def test_control_total_still_catches_a_loss_beside_bad_values(landing):
    content = order_lines(300, n2={"net_amount": "abc"})
    totals = {"net_amount": "3000.00"}
    landing.deliver(
        {**REQUIRED, "erp__order_lines": content},
        amend=lambda m: m["tables"]["erp__order_lines"].update(control_totals=totals),
    )
    assert landing.fault().fault.code == "control_total_mismatch"


def test_lines_are_physical_where_values_hold_line_breaks(landing):
    good = "".join(f"C{n},N{n},Ulm\n" for n in range(5, 105))
    content = (
        "customer_id,name,city\r\n"
        'C1,"Ada\nLtd, ""North""",Ulm\r\n'
        "\r\n"
        "C2,,Ulm\r\n" + good.replace("\n", "\r\n")
    )
    landing.deliver_required(erp__customers=content)
    landing.load()
    assert landing.query("select source_line from raw.quarantined_rows") == [(5,)]
    assert landing.query(
        "select customer_id, name, _source_line from raw.erp__customers"
        " order by _source_line limit 2"
    ) == [("C1", 'Ada\nLtd, "North"', 2), ("C5", "N5", 6)]


def test_typed_parquet_row_that_breaks_a_rule_is_set_aside(landing):
    count = 100
    table = pa.table(
        {
            "product_id": [f"P{n}" for n in range(count)],
            "valid_from": pa.array([date(2024, 1, 1)] * count, pa.date32()),
            "name": ["Bolt"] * 70 + [""] + ["Nut"] * 29,
            "list_price": pa.array([Decimal("2.500000")] * count, pa.decimal128(18, 6)),
        }
    )
    landing.deliver_required(erp__products=table)
    landing.load()
    assert landing.query(
        "select source_line, column_name, error_code, amount from raw.quarantined_rows"
    ) == [(71, "name", "missing_value", Decimal("2.50"))]
    assert landing.query("select count(*) from raw.erp__products") == [(99,)]


def test_floating_point_parquet_row_beyond_the_scale_is_set_aside(landing):
    prices = [0.1] * 99 + [0.1 + 0.2]
    table = pa.table(
        {
            "product_id": [f"P{n}" for n in range(100)],
            "valid_from": pa.array([date(2024, 1, 1)] * 100, pa.date32()),
            "name": ["Bolt"] * 100,
            "list_price": prices,
        }
    )
    landing.deliver_required(erp__products=table)
    landing.load()
    assert landing.query(
        "select source_line, column_name, error_code from raw.quarantined_rows"
    ) == [(100, "list_price", "bad_decimal")]
    assert landing.query("select sum(list_price) from raw.erp__products") == [
        (Decimal("9.900000"),)
    ]


# Each example is a whole load: shrinking a failure would take minutes.
@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(
    st.lists(
        st.one_of(
            st.from_regex(r"-?[0-9]{1,5}\.[0-9]{0,6}", fullmatch=True),
            st.text(alphabet='0123456789.,"-\n\r e', max_size=6),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_csv_value_is_loaded_exactly_or_quarantined(values):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["customer_id", "name", "credit_limit"])
    writer.writerows([f"C{n}", "N", value] for n, value in enumerate(values))
    with tempfile.TemporaryDirectory() as directory, duckdb.connect() as connection:
        landing = LandingArea(Path(directory), connection)
        tolerant = replace(
            landing.contracts["erp__customers"], quarantine_limit_ratio=1.0
        )
        landing.contracts["erp__customers"] = tolerant
        landing.deliver_required(erp__customers=text.getvalue())
        landing.load()
        loaded = dict(
            landing.query("select customer_id, credit_limit from raw.erp__customers")
        )
    for number, value in enumerate(values):
        expected = decimal_or_none(value, 18, 4)
        if expected is None and value != "":
            assert f"C{number}" not in loaded
        else:
            assert loaded[f"C{number}"] == expected


def test_lines_of_a_value_are_no_rows_however_long_the_file(landing):
    """The second line of each name has as many commas as a row: 60 MB of them."""
    rows = (
        f'C{n:07},"Firma,Dr.,Hauptstr. {n},Hof\n89073,Ulm,BW,DE,EU,x\nDeutschland",Ulm,'
        "1000.0000,false,2024-01-01\n"
        for n in range(600_000)
    )
    header = "customer_id,name,city,credit_limit,is_government,opened_on\n"
    landing.deliver_required(erp__customers=header + "".join(rows))
    assert landing.load().tables["erp__customers"].row_count == 600_000
