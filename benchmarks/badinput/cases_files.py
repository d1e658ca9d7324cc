"""Files that are wrong as a whole."""

import gzip
import io
import zipfile
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.badinput.case import (
    LOADED,
    REJECTED,
    Case,
    Rewrite,
    file_case,
    in_rows,
    spoil,
)
from benchmarks.badinput.company import ERP, TMS, Landing, parquet
from benchmarks.badinput.rows import shipments
from benchmarks.badinput.trial import Verdict

_CUSTOMERS, _ORDERS = "erp__customers", "erp__order_lines"
_MANY = 1_500_000


def _malformed(name: str, content: Rewrite, line: int | None) -> Case:
    return file_case(name, _CUSTOMERS, content, ("malformed_file", line, None))


def _line(number: int, edit: Rewrite) -> Rewrite:
    """Edit one line of a file, counted from 1."""

    def change(content: bytes) -> bytes:
        lines = content.split(b"\n")
        lines[number - 1] = edit(lines[number - 1])
        return b"\n".join(lines)

    return change


def _zipped(content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("erp__customers.csv", content)
    return stream.getvalue()


_MALFORMED = (
    _malformed("a field too few", _line(9, lambda b: b.rpartition(b",")[0]), 9),
    _malformed("a field too many", _line(9, lambda b: b + b",x"), 9),
    _malformed("an empty field too many", _line(9, lambda b: b + b","), 9),
    _malformed(
        "a quoted value beside another",
        _line(9, lambda b: b'"' + b.replace(b",", b'" "x",', 1)),
        9,
    ),
    _malformed("a line that ends otherwise", _line(9, lambda b: b + b"\r"), 9),
    _malformed(
        "a comma in a name", _line(9, lambda b: b.replace(b"Kunde", b"K, L")), 9
    ),
    _malformed("a quote that does not end", _line(120, lambda b: b'"' + b), 120),
    _malformed("Latin-1", lambda b: b.decode().encode("latin-1"), 2),
    _malformed(
        "one byte of Windows-1252",
        _line(9, lambda b: b.replace(b"\xc3\xbc", b"\x92")),
        9,
    ),
    _malformed("UTF-16", lambda b: b.decode().encode("utf-16"), 1),
    _malformed("EBCDIC", lambda b: b.decode().encode("cp037"), 1),
    _malformed("a cut UTF-8 letter", _line(9, lambda b: b.replace(b"\xbc", b"")), 9),
    _malformed(
        "an overlong UTF-8 letter", _line(9, lambda b: b.replace(b"U", b"\xc1\x95")), 9
    ),
    _malformed(
        "half a pair of UTF-16", _line(9, lambda b: b.replace(b"U", b"\xed\xa0\x80")), 9
    ),
    _malformed("carriage returns alone", lambda b: b.replace(b"\n", b"\r"), 1),
    _malformed("compressed by gzip", lambda b: gzip.compress(b, mtime=0), 1),
    _malformed("a zip archive", _zipped, 1),
    _malformed("Parquet named CSV", lambda b: parquet(pa.table({"a": [1]})), 1),
    _malformed(
        "a line of 3 MB", _line(9, lambda b: b.replace(b"Ulm", b"U" * 3_000_000)), 9
    ),
    _malformed(
        "a page of a proxy", lambda b: b"\n<html>Service unavailable</html>\n", 1
    ),
)


def _parquet(name: str, spoilt: Rewrite, code: str = "malformed_file") -> Case:
    file = f"{TMS}/tms__shipments.parquet"
    return Case(
        f"tms__shipments: {name}",
        lambda landing: spoil(landing, "tms__shipments", spoilt),
        Verdict(REJECTED, code, file),
    )


def _without_footer(content: bytes) -> bytes:
    length = int.from_bytes(content[-8:-4], "little")
    return content[: -8 - length] + bytes(length) + content[-8:]


_PARQUET = (
    _parquet("CSV named Parquet", lambda b: b"shipment_id\nS1\n"),
    _parquet("its magic alone", lambda b: b"PAR1"),
    _parquet("tail cut", lambda b: b[:-9]),
    _parquet("half of it", lambda b: b[: len(b) // 2]),
    _parquet("head cut", lambda b: b[9:]),
    _parquet("footer of another length", lambda b: b[:-8] + b"\xff\xff\xff\x7fPAR1"),
    _parquet("footer overwritten", _without_footer),
)


def _bomb_of_rows() -> bytes:
    constant = pa.DictionaryArray.from_arrays(
        pa.array([0] * _MANY, pa.int8()), pa.array(["S"])
    )
    return parquet(pa.table({"shipment_id": constant}))


def _bomb_of_bytes() -> bytes:
    stream = io.BytesIO()
    huge = pa.table({"shipment_id": pa.array(["x" * 300_000_000])})
    pq.write_table(
        huge, stream, compression="zstd", use_dictionary=False, write_statistics=False
    )
    return stream.getvalue()


_BOMBS = (
    _parquet("more rows than bytes", lambda _: _bomb_of_rows(), "oversized_file"),
    _parquet("300 MB in 30 KB", lambda _: _bomb_of_bytes(), "oversized_file"),
)


def _header(
    name: str, edit: Rewrite, code: str, column: str, table: str = _CUSTOMERS
) -> Case:
    return file_case(name, table, _line(1, edit), (code, 1, column))


def _no_rows(table: str) -> Case:
    verdict = Verdict(REJECTED, "empty_table", f"{ERP}/{table}.csv")
    change = in_rows(table, lambda rows: rows.__delitem__(slice(1, None)))
    return Case(f"{table}: a header alone", change, verdict)


_HEADERS = (
    _header(
        "two columns of one name",
        lambda b: b.replace(b"city", b"name"),
        "duplicate_column",
        "name",
    ),
    _header("three empty names", lambda b: b",,,,,", "duplicate_column", "column 1"),
    _header(
        "a misspelt name",
        lambda b: b.replace(b"city", b"citty"),
        "unknown_column",
        "citty",
    ),
    _header(
        "a name in capitals",
        lambda b: b.replace(b"city", b"City"),
        "unknown_column",
        "City",
    ),
    _header(
        "a blank after a name",
        lambda b: b.replace(b"city", b"column 3"),
        "unknown_column",
        "column 3",
    ),
    _header(
        "semicolons",
        lambda b: b.replace(b",", b";"),
        "unknown_column",
        "column 1",
    ),
    _header(
        "tabs",
        lambda b: b.replace(b",", b"\t"),
        "unknown_column",
        "column 1",
    ),
    _header(
        "a name of the loader's own",
        lambda b: b.replace(b"city", b"_record"),
        "unknown_column",
        "_record",
    ),
    _header(
        "a NUL in a name",
        lambda b: b.replace(b"city", b"ci\0ty"),
        "unknown_column",
        "column 3",
    ),
    _header(
        "a byte order mark twice",
        lambda b: b"\xef\xbb\xbf" * 2 + b,
        "unknown_column",
        "column 1",
    ),
    file_case(
        "no header",
        _CUSTOMERS,
        lambda b: b.partition(b"\n")[2],
        ("unknown_column", 1, "C000"),
    ),
    *(
        _header(
            f"no {column}",
            lambda b, old=column, new=new: b.replace(old.encode(), new),
            "missing_column",
            column,
            table,
        )
        for table, column, new in (
            (_CUSTOMERS, "name", b"region"),
            (_CUSTOMERS, "customer_id", b"region"),
            (_ORDERS, "net_amount", b"tax_amount"),
            (_ORDERS, "product_id", b"ship_to_id"),
            (_ORDERS, "ordered_at", b"status"),
            ("erp__products", "valid_from", b"category_1"),
        )
    ),
    *map(_no_rows, (_CUSTOMERS, _ORDERS, "erp__products")),
    file_case("no content", _CUSTOMERS, lambda b: b"", ("empty_file", None, None)),
    file_case("no content", "gl__accounts", lambda b: b"", ("empty_file", None, None)),
)


def _typed(name: str, column: str, values: pa.Array) -> Case:
    table = shipments()
    if column in table.column_names:
        table = table.drop_columns([column])
    spoilt = table.append_column(column, values)
    verdict = Verdict(
        REJECTED, "wrong_column_type", f"{TMS}/tms__shipments.parquet", None, column
    )

    def change(landing: Landing) -> None:
        spoil(landing, "tms__shipments", lambda _: parquet(spoilt))

    return Case(f"tms__shipments: {name}", change, verdict)


_TYPES = (
    _typed("a number where text belongs", "carrier_id", pa.array([1.5] * 120)),
    _typed(
        "a day where a time belongs",
        "shipped_at",
        pa.array([datetime(2024, 1, 1).date()] * 120),
    ),
    _typed(
        "a time where a day belongs",
        "planned_delivery_date",
        pa.array([datetime(2024, 1, 1)] * 120, pa.timestamp("us")),
    ),
    _typed("a flag where an amount belongs", "weight_kg", pa.array([True] * 120)),
    _typed("a number where a flag belongs", "is_expedited", pa.array([1] * 120)),
    _typed("a list where text belongs", "mode", pa.array([["road"]] * 120)),
    _typed("bytes where text belongs", "mode", pa.array([b"road"] * 120)),
)


def _beyond(name: str, column: str, value: int, of: pa.DataType) -> Case:
    """Describe a binary date, in row 41, that nobody could write as YYYY-MM-DD."""
    width = pa.int32() if of == pa.date32() else pa.int64()
    values = pa.array([*[0] * 40, value, *[0] * 79], width).cast(of)
    table = shipments()
    if column in table.column_names:
        table = table.drop_columns([column])
    spoilt = parquet(table.append_column(column, values))
    code = "bad_date" if of == pa.date32() else "bad_timestamp"
    verdict = Verdict(LOADED, code, f"{TMS}/tms__shipments.parquet", 41, column)
    return Case(
        f"tms__shipments.{column}: {name}, Parquet",
        lambda landing: spoil(landing, "tms__shipments", lambda _: spoilt),
        verdict,
    )


_DAY, _MOMENT, _ZONED = pa.date32(), pa.timestamp("us"), pa.timestamp("us", "UTC")
_YEARS = (
    _beyond("before Christ", "planned_delivery_date", -1_000_000, _DAY),
    _beyond("the year 10000", "planned_delivery_date", 2_932_897, _DAY),
    _beyond("infinity", "planned_delivery_date", 2**31 - 1, _DAY),
    _beyond("before Christ", "shipped_at", -(2 * 10**17), _MOMENT),
    _beyond("the year 10000", "shipped_at", 253_402_300_800_000_000, _MOMENT),
    _beyond("infinity", "shipped_at", 2**63 - 1, _MOMENT),
    _beyond("infinity with a zone", "shipped_at", 2**63 - 1, _ZONED),
)
CASES = (*_MALFORMED, *_PARQUET, *_BOMBS, *_HEADERS, *_TYPES, *_YEARS)
