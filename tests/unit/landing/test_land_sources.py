"""What stands in an extract is what lands: types, names and lines of source files."""

from decimal import Decimal
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mapping_project import column_of, land_text, mapping_text, rows_of, write_files

from echelon.errors import EchelonError

CUSTOMERS = """
erp__customers:
  from: customers
  columns:
    customer_id: id
    name: name
    credit_limit: credit
"""


def customers(source):
    return mapping_text(f"customers: {source}", CUSTOMERS)


def parquet(number, credit):
    stream = BytesIO()
    pq.write_table(
        pa.table({"id": [number], "name": ["Ann"], "credit": credit}), stream
    )
    return stream.getvalue()


def decimals(text, scale):
    return pa.array([text]).cast(pa.decimal128(18, scale))


@pytest.mark.parametrize(
    ("first", "second", "landed"),
    [
        ([10], [1.5], ["10.0000", "1.5000"]),
        (decimals("10.10", 2), decimals("10.1275", 4), ["10.1000", "10.1275"]),
        ([10], ["10.75"], ["10.0000", "10.7500"]),
        ([10], ["much"], ["10.0000", "much"]),
    ],
    ids=["fraction", "scale", "text", "no number"],
)
def test_files_of_one_source_keep_their_values_whatever_their_types(
    tmp_path, first, second, landed
):
    files = {"c1.parquet": parquet(1, first), "c2.parquet": parquet(2, second)}
    deliveries = land_text(tmp_path, customers("{file: 'c*.parquet'}"), files)
    assert column_of(deliveries, "erp__customers", "credit_limit") == landed


@pytest.mark.parametrize(
    ("file", "content"),
    [("c.parquet", parquet(1, [5])), ("c.csv", b"id,name,credit\n1,Ann,5\n")],
    ids=["parquet", "csv"],
)
def test_the_name_of_a_directory_is_no_column(tmp_path, file, content):
    source = tmp_path / "source"
    write_files(source / "credit=9", {file: content})
    text = customers(f"{{file: credit=9/{file}}}")
    landed = land_text(tmp_path, text)
    assert column_of(landed, "erp__customers", "credit_limit") == ["5.0000"]


@pytest.mark.parametrize(
    ("written", "names"),
    [("'c[1].csv'", ["Bob"]), ("'c*.csv'", ["Bob", "Ann"])],
    ids=["by its name", "by a wildcard"],
)
def test_a_file_with_brackets_in_its_name_is_read_itself(tmp_path, written, names):
    files = {
        "c1.csv": "id,name,credit\n1,Ann,5\n",
        "c[1].csv": "id,name,credit\n0,Bob,7\n",
    }
    landed = land_text(tmp_path, customers(f"{{file: {written}}}"), files)
    assert [row["name"] for row in rows_of(landed, "erp__customers")] == names


def test_a_pattern_in_brackets_still_finds_its_files(tmp_path):
    files = {"c1.csv": "id,name,credit\n1,Ann,5\n"}
    landed = land_text(tmp_path, customers("{file: 'c[0-9].csv'}"), files)
    assert column_of(landed, "erp__customers", "name") == ["Ann"]


@pytest.mark.parametrize(
    ("layout", "before"),
    [
        ("{}", "\n \r\n\n"),
        ("{skip: 1}", "Report\n\n"),
        ("{skip: 1}", "Report\r\n"),
        ("{skip: 2}", '"Report\nof",x\n'),
        ("{skip: 1}", 'The "report\n'),
        ("{skip: 2, quote: ''}", '"Report\nof",x\n'),
        ("{delimiter: ',', encoding: cp1252, skip: 1}", "Report\n\n"),
    ],
    ids=[
        "blank lines",
        "blank after skipped",
        "other line end",
        "quoted line end skipped",
        "open quote skipped",
        "without quotes",
        "other encoding",
    ],
)
def test_lines_before_the_header_are_lines_whatever_they_hold(tmp_path, layout, before):
    text = customers(f"{{file: c.csv, format: {layout}}}")
    files = {"c.csv": before + "id,name,credit\n1,Ann,5\n2,Bob,6\n"}
    landed = land_text(tmp_path, text, files)
    assert column_of(landed, "erp__customers", "name") == ["Ann", "Bob"]


def test_decimals_that_would_be_read_as_floating_point_are_refused(tmp_path):
    credit = pa.array([Decimal("12345678901234.5678")], pa.decimal256(50, 4))
    files = {"c.parquet": parquet(1, credit)}
    with pytest.raises(EchelonError, match=r"column credit is a WIDE DECIMAL\(50,4\)"):
        land_text(tmp_path, customers("{file: c.parquet}"), files)


def test_lines_may_end_in_several_ways(tmp_path):
    files = {"c.csv": "id,name,credit\r\n1,Ann,5\n2,Bob,6\r\n3,Cid,7\n"}
    landed = land_text(tmp_path, customers("{file: c.csv}"), files)
    assert column_of(landed, "erp__customers", "name") == ["Ann", "Bob", "Cid"]
