"""Each construct of the mapping language, on files small enough to check by hand."""

from datetime import datetime
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mapping_project import column_of, land_text, mapping_text, rows_of

from echelon.errors import EchelonError

CUSTOMERS = """
erp__customers:
  from: customers
  columns:
    customer_id: id
    name: name
"""


def customers_mapping(source, **columns):
    lines = "".join(f"    {name}: {value}\n" for name, value in columns.items())
    return mapping_text(f"customers: {source}", CUSTOMERS.rstrip() + "\n" + lines)


@pytest.mark.parametrize(
    ("layout", "content"),
    [
        ("{}", b"\xef\xbb\xbfid,name\n1,M\xc3\xbcller\n"),
        ("{delimiter: ';', encoding: cp1252}", b"id;name\r\n1;M\xfcller\r\n"),
        ("{delimiter: ';|', nulls: ['', 'NULL']}", 'id;|name\n1;|"Müller"\n'),
        ("{encoding: utf-16, quote: ''}", "id,name\n1,Müller\n".encode("utf-16")),
        ("{skip: 2}", "report\nof today\nid,name\n1,Müller\n"),
        ("{delimiter: '+|', row_terminator: '&|', quote: ''}", "id+|name&|1+|Müller&|"),
    ],
    ids=["bom", "cp1252", "long delimiter", "utf-16", "preamble", "long terminator"],
)
def test_a_text_file_is_read_however_it_is_written(tmp_path, layout, content):
    text = customers_mapping(f"{{file: c.csv, format: {layout}}}")
    landed = land_text(tmp_path, text, {"c.csv": content})
    assert rows_of(landed, "erp__customers") == [{"customer_id": "1", "name": "Müller"}]


def test_a_file_without_header_gets_its_names_from_the_mapping(tmp_path):
    source = (
        "{file: c.txt, columns: [id, name], format: {header: false, delimiter: ' '}}"
    )
    landed = land_text(tmp_path, customers_mapping(source), {"c.txt": "1 Ann\n2 Bob\n"})
    assert column_of(landed, "erp__customers", "name") == ["Ann", "Bob"]


def test_null_tokens_mean_no_value(tmp_path):
    source = "{file: c.csv, format: {nulls: ['', 'NULL', '-']}}"
    text = customers_mapping(source, city="city", region="{from: region, nulls: [n/a]}")
    files = {"c.csv": "id,name,city,region\n1,Ann,NULL,n/a\n2,Bob,-,North\n"}
    landed = land_text(tmp_path, text, files)
    assert column_of(landed, "erp__customers", "city") == [None, None]
    assert column_of(landed, "erp__customers", "region") == [None, "North"]


def test_several_files_of_one_layout_are_one_source(tmp_path):
    files = {"c1.csv": "id,name\n1,Ann\n", "c2.csv": "name,id\nBob,2\n"}
    landed = land_text(tmp_path, customers_mapping("{file: 'c*.csv'}"), files)
    assert column_of(landed, "erp__customers", "name") == ["Ann", "Bob"]


def test_each_column_tries_its_own_date_formats(tmp_path):
    text = customers_mapping(
        "{file: c.csv}",
        opened_on="{from: opened, format: ['%d-%b-%y', '%m/%d/%y']}",
        closed_on="{from: closed, format: '%d.%m.%Y'}",
    )
    files = {
        "c.csv": "id,name,opened,closed\n1,A,2-Jun-06,31.12.2020\n"
        "2,B,11/3/10,01.02.2021\n3,C,unknown,\n"
    }
    landed = land_text(tmp_path, text, files)
    opened = column_of(landed, "erp__customers", "opened_on")
    # What does not parse lands as it is: loading quarantines it with its line.
    assert opened == ["2006-06-02", "2010-11-03", "unknown"]
    assert column_of(landed, "erp__customers", "closed_on")[0] == "2020-12-31"


@pytest.mark.parametrize(
    ("written", "example", "expected"),
    [
        ('"1.234,50"', "'1.234,56'", "1234.5000"),
        ('"1.234,50-"', "'1.234,56'", "-1234.5000"),
        ("1'234.50", '"1\'234.56"', "1234.5000"),
        ("0.12345", "'1234.56'", "0.12345"),
        ('"1234,5"', "'1.234,56'", "1234.5000"),
        ('"-1 234 567,5 "', "'1 234,56'", "-1234567.5000"),
        ("250.00", "'1.234,56'", "250.00 (not 1.234,56)"),
        ('"2.5.0,00"', "'1.234,56'", "2.5.0,00"),
        ('"1,23"', "'1,234.56'", "1,23"),
        ('"1234.567,00"', "'1.234,56'", "1234.567,00"),
        ("1.234", "'1.234,56'", "1234.0000"),
        (".5-", "'1234.56'", "-0.5000"),
        ("n/a", "'1.234,56'", "n/a"),
    ],
    ids=[
        "comma",
        "trailing minus",
        "apostrophe",
        "too exact for the type stays text",
        "ungrouped",
        "padded",
        "the other decimal mark is marked",
        "groups of one stay",
        "a group of two stays",
        "a first group of four stays",
        "group without decimals",
        "leading mark",
        "no number stays",
    ],
)
def test_a_number_is_read_by_example(tmp_path, written, example, expected):
    text = customers_mapping(
        "{file: c.csv}", credit_limit=f"{{from: limit_, format: {example}}}"
    )
    files = {"c.csv": f"id,name,limit_\n1,A,{written}\n"}
    landed = land_text(tmp_path, text, files)
    assert column_of(landed, "erp__customers", "credit_limit") == [expected]


@pytest.mark.parametrize(
    ("written", "landed"),
    [
        ("03.02.21", "2021-02-03"),
        ("03.02.2021", "2021-02-03"),
        ("03.02.0021", "03.02.0021"),
        ("infinity", "infinity"),
    ],
    ids=["two digits", "four digits", "year 21", "no date"],
)
def test_a_year_of_two_digits_is_none_of_four(tmp_path, written, landed):
    text = customers_mapping(
        "{file: c.csv}",
        opened_on="{from: opened, format: ['%d.%m.%Y', '%d.%m.%y']}",
        closed_on="{from: opened, format: '%d.%m.%Y'}",
    )
    files = {"c.csv": f"id,name,opened\n1,A,{written}\n"}
    row = rows_of(land_text(tmp_path, text, files), "erp__customers")[0]
    assert row["opened_on"] == landed
    is_read = len(written) == 10 and landed != written
    assert row["closed_on"] == (landed if is_read else written)


def test_rename_constant_and_expression_fill_columns(tmp_path):
    text = customers_mapping(
        "{file: c.csv}",
        city="town",
        currency_code="{constant: EUR}",
        is_government="town = 'Bonn'",
        payment_terms_days=30,
    )
    landed = land_text(tmp_path, text, {"c.csv": "id,name,town\n1,A,Bonn\n"})
    row = rows_of(landed, "erp__customers")[0]
    assert row["city"] == "Bonn"
    assert row["currency_code"] == "EUR"
    assert row["is_government"] == "true"
    assert row["payment_terms_days"] == "30"


@pytest.mark.parametrize(
    ("unmapped", "expected"),
    [("empty", None), ("keep", "X"), ("{constant: other}", "other")],
    ids=["empty", "keep", "constant"],
)
def test_an_unmapped_value_becomes_what_the_mapping_says(tmp_path, unmapped, expected):
    value = f"{{from: kind, map: {{R: reseller, 1: internet}}, unmapped: {unmapped}}}"
    text = customers_mapping("{file: c.csv}", channel_code=value)
    files = {"c.csv": "id,name,kind\n1,A,R\n2,B,1\n3,C,X\n4,D,\n"}
    landed = land_text(tmp_path, text, files)
    channels = column_of(landed, "erp__customers", "channel_code")
    assert channels == ["reseller", "internet", expected, None]


def test_an_unmapped_value_is_rejected_unless_the_mapping_says_otherwise(tmp_path):
    text = customers_mapping("{file: c.csv}", channel_code="{from: k, map: {R: r}}")
    with pytest.raises(EchelonError, match="1 rows hold values not in the map: X"):
        land_text(tmp_path, text, {"c.csv": "id,name,k\n1,A,R\n2,B,X\n"})


SHIPMENTS = """
tms__shipments:
  from: freight
  columns:
    shipment_id: id
    freight_status:
      from: cost
      match:
        - {pattern: '^[0-9]', value: charged}
        - {pattern: '^See ', value: on_other_shipment}
        - {pattern: 'Included', value: included_in_price}
    parent_shipment_id: {from: cost, extract: '^See (.+) \\(ID#:\\d+\\)$'}
tms__freight_charges:
  from: freight
  where: regexp_matches(cost, '^[0-9]')
  columns:
    carrier_invoice_id: id
    line_no: 1
    shipment_id: id
    charge_type: {constant: freight}
    amount: cost
    currency_code: {constant: USD}
"""


def test_sentinel_text_becomes_a_status_and_the_id_it_refers_to(tmp_path):
    files = {
        "f.csv": "id,cost\nDN-1,780.34\nDN-2,See DN-1 (ID#:10589)\n"
        "DN-3,Freight Included in Commodity Cost\n"
    }
    text = mapping_text("freight: {file: f.csv}", SHIPMENTS)
    landed = land_text(tmp_path, text, files)
    assert rows_of(landed, "tms__shipments") == [
        {"shipment_id": "DN-1", "freight_status": "charged"},
        {
            "shipment_id": "DN-2",
            "freight_status": "on_other_shipment",
            "parent_shipment_id": "DN-1",
        },
        {"shipment_id": "DN-3", "freight_status": "included_in_price"},
    ]
    assert column_of(landed, "tms__freight_charges", "amount") == ["780.3400"]


def test_a_text_no_pattern_matches_is_rejected(tmp_path):
    text = mapping_text("freight: {file: f.csv}", SHIPMENTS)
    with pytest.raises(EchelonError, match="not in the match: Waived"):
        land_text(tmp_path, text, {"f.csv": "id,cost\nDN-1,Waived\n"})


def test_the_sign_flips_always_or_where_the_rule_says(tmp_path):
    text = customers_mapping(
        "{file: c.csv}",
        credit_limit="{from: amount, negate: \"side = 'C'\"}",
        payment_terms_days="{from: days, negate: true}",
    )
    files = {"c.csv": "id,name,amount,side,days\n1,A,5.25,D,3\n2,B,5.25,C,-4\n"}
    landed = land_text(tmp_path, text, files)
    assert column_of(landed, "erp__customers", "credit_limit") == ["5.2500", "-5.2500"]
    assert column_of(landed, "erp__customers", "payment_terms_days") == ["-3", "4"]


def test_wide_columns_become_long_rows(tmp_path):
    tables = """
    crm__protected_attributes:
      from: people
      unpivot: {columns: [gender, born], name: what, value: content}
      columns:
        account_id: id
        attribute: {from: what, map: {gender: gender, born: birth_date}}
        value: content
    """
    text = mapping_text("people: {file: p.csv}", tables)
    files = {"p.csv": "id,gender,born\n1,F,1980-02-03\n2,,1999-01-01\n"}
    landed = land_text(tmp_path, text, files)
    found = [
        tuple(row.values()) for row in rows_of(landed, "crm__protected_attributes")
    ]
    assert found == [
        ("1", "birth_date", "1980-02-03"),
        ("1", "gender", "F"),
        ("2", "birth_date", "1999-01-01"),
    ]


FX = """
erp__exchange_rates:
  from: rates
  columns:
    from_currency_code: cur
    to_currency_code: {constant: USD}
    rate_date: day
    rate_type: {constant: average}
    rate: units
    quote: {constant: divide}
"""


def test_the_direction_of_a_rate_is_stated_not_guessed(tmp_path):
    text = mapping_text("rates: {file: r.csv}", FX)
    files = {"r.csv": "cur,day,units\nEUR,2025-01-31,0.9615\n"}
    row = rows_of(land_text(tmp_path, text, files), "erp__exchange_rates")[0]
    assert (row["quote"], row["rate"]) == ("divide", "0.961500000000")


@pytest.mark.parametrize(
    ("settings", "column", "written", "expected"),
    [
        ("units: {weight: lb}", "weight_kg", "10", "4.5359"),
        ("units: {distance: mi}", "distance_km", "100", "160.9344"),
        ("units: {volume: l}", "volume_m3", "250", "0.250000"),
        (
            "time_zone: Europe/Berlin",
            "shipped_at",
            "2025-07-01 10:00:00",
            "2025-07-01 08:00:00",
        ),
        ("units: {weight: g}", "weight_kg", "1e3", "1e3"),
        ("units: {weight: g}", "weight_kg", "1_200", "1_200"),
        ("units: {weight: g}", "weight_kg", "0.0004", "0.000000400000000000"),
        ("units: {weight: g}", "weight_kg", "1.0000006", "1.0000006"),
        ("units: {weight: g}", "weight_kg", "0", "0.0000"),
        ("units: {weight: t}", "weight_kg", "9" * 17, "9" * 17 + "000.0000"),
        ("units: {weight: t}", "weight_kg", "9" * 18, "9" * 18),
        (
            "time_zone: Europe/Vilnius",
            "shipped_at",
            "2025-01-07T08:00:00Z",
            "2025-01-07 08:00:00",
        ),
        (
            "time_zone: Europe/Vilnius",
            "shipped_at",
            "2025-01-07 08:00:00.000+0130",
            "2025-01-07 06:30:00",
        ),
        (
            "time_zone: UTC",
            "shipped_at",
            "2025-01-07 08:00+02:00",
            "2025-01-07 06:00:00",
        ),
        ("time_zone: Europe/Vilnius", "shipped_at", "2025-1-7", "2025-1-7"),
    ],
    ids=[
        "pounds",
        "miles",
        "litres",
        "summer time",
        "an exponent stays",
        "an underscore stays",
        "a weight is not rounded to none",
        "too exact stays",
        "no weight",
        "too heavy for the contract",
        "too heavy to convert stays",
        "zulu time",
        "offset",
        "offset of a source in UTC",
        "no day stays",
    ],
)
def test_units_and_clocks_become_the_contract_s(
    tmp_path, settings, column, written, expected
):
    tables = f"""
    tms__shipments:
      from: s
      columns: {{shipment_id: id, {column}: x}}
    """
    extra = f"settings: {{base_currency: EUR, {settings}}}\n"
    text = mapping_text("s: {file: s.csv}", tables, extra)
    landed = land_text(tmp_path, text, {"s.csv": f"id,x\n1,{written}\n"})
    assert column_of(landed, "tms__shipments", column) == [expected]


@pytest.mark.parametrize("machine", ["UTC", "America/New_York"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Vilnius"])
def test_an_instant_lands_in_utc_whatever_mapping_and_machine_say(
    tmp_path, monkeypatch, machine, zone
):
    monkeypatch.setenv("TZ", machine)
    stream = BytesIO()
    sent = pa.array([datetime(2025, 1, 7, 8)], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"id": ["1"], "sent": sent}), stream)
    tables = """
    tms__shipments:
      from: s
      columns: {shipment_id: id, shipped_at: sent}
    """
    extra = f"settings: {{base_currency: EUR, time_zone: {zone}}}\n"
    text = mapping_text("s: {file: s.parquet}", tables, extra)
    landed = land_text(tmp_path, text, {"s.parquet": stream.getvalue()})
    found = column_of(landed, "tms__shipments", "shipped_at")
    assert found == ["2025-01-07 08:00:00"]
