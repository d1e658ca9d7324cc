"""Files that are not what their manifest promises."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.badinput.case import (
    REJECTED,
    Case,
    Change,
    Edit,
    Meddler,
    Rewrite,
    Rows,
    label_of,
    put_value,
    rows_of,
)
from benchmarks.badinput.company import Landing, text
from benchmarks.badinput.trial import Verdict

_FILE = f"{label_of('erp__customers')}/erp__customers.csv"


def _case(
    name: str, change: Change, code: str, file: str, column: str | None = None
) -> Case:
    return Case(name, change, Verdict(REJECTED, code, file, None, column))


def _altered(name: str, table: str, alter: Rewrite) -> Case:
    def change(landing: Landing) -> None:
        label = label_of(table)
        file = landing.manifests[label]["tables"][table]["file"]
        landing.files[f"{label}/{file}"] = alter(landing.files[f"{label}/{file}"])

    suffix = "parquet" if table.startswith("tms") else "csv"
    file = f"{label_of(table)}/{table}.{suffix}"
    return _case(f"altered on its way: {name}", change, "sha256_mismatch", file)


_ALTERED = (
    _altered("one byte", "erp__customers", lambda b: b.replace(b"Ulm", b"Ulz", 1)),
    _altered("tail lost", "erp__order_lines", lambda b: b[:-40]),
    _altered("a line more", "erp__customers", lambda b: b + b"C999,X,,,,\n"),
    _altered("line ends", "erp__products", lambda b: b.replace(b"\n", b"\r\n")),
    _altered("half a Parquet file", "tms__shipments", lambda b: b[: len(b) // 2]),
)


def _promise(
    name: str, code: str, table: str, edit: Edit, column: str | None = None
) -> Case:
    """Change rows of the file and make its hash fit; all else is as promised."""
    label = label_of(table)

    def change(landing: Landing) -> None:
        rows = rows_of(landing, table)
        edit(rows)
        landing.files[f"{label}/{table}.csv"] = text(rows)
        landing.reseal(label, table)

    place = f"{label}/{table}.csv", "*" if code.startswith("row_checksum") else column
    return _case(f"promise broken: {name}", change, code, *place)


def _swap(column: int) -> Edit:
    def edit(rows: Rows) -> None:
        rows[5][column], rows[9][column] = rows[9][column], rows[5][column]

    return edit


_ORDERS, _CLIENTS = "erp__order_lines", "erp__customers"
_PROMISES = (
    _promise("a row lost", "row_count_mismatch", _ORDERS, lambda r: r.pop(7)),
    _promise("the last row lost", "row_count_mismatch", _CLIENTS, lambda r: r.pop()),
    _promise("a row twice", "row_count_mismatch", _ORDERS, lambda r: r.append(r[3])),
    _promise(
        "a cent",
        "control_total_mismatch",
        _ORDERS,
        put_value(9, "net_amount", "34.2600"),
        "net_amount",
    ),
    _promise(
        "a sign",
        "control_total_mismatch",
        _ORDERS,
        put_value(9, "net_amount", "-34.2500"),
        "net_amount",
    ),
    _promise(
        "an amount emptied",
        "control_total_mismatch",
        _ORDERS,
        put_value(9, "net_amount", ""),
        "net_amount",
    ),
    _promise(
        "a decimal point moved",
        "control_total_mismatch",
        _ORDERS,
        put_value(9, "ordered_qty", "20.0000"),
        "ordered_qty",
    ),
    _promise("amounts of two rows swapped", "row_checksum_mismatch", _ORDERS, _swap(9)),
    _promise(
        "customers of two rows swapped", "row_checksum_mismatch", _ORDERS, _swap(4)
    ),
    _promise(
        "another name", "row_checksum_mismatch", _CLIENTS, put_value(3, "name", "Eve")
    ),
    _promise(
        "a name emptied", "row_checksum_mismatch", _CLIENTS, put_value(3, "city", "")
    ),
    _promise(
        "another day",
        "row_checksum_mismatch",
        _ORDERS,
        put_value(3, "requested_date", "2024-01-09"),
    ),
    _promise(
        "a flag turned",
        "row_checksum_mismatch",
        _ORDERS,
        put_value(3, "is_rush", "true"),
    ),
    _promise(
        "a number without a total",
        "row_checksum_mismatch",
        _CLIENTS,
        put_value(3, "credit_limit", "9.0000"),
    ),
    _promise(
        "a blank added", "row_checksum_mismatch", _CLIENTS, put_value(3, "city", "Ulm ")
    ),
    _promise(
        "columns renamed crosswise",
        "row_checksum_mismatch",
        _CLIENTS,
        lambda r: r.__setitem__(0, [r[0][0], r[0][2], r[0][1], *r[0][3:]]),
    ),
)


def _meddled(name: str, act: Callable[[Path], object]) -> Case:
    verdict = Verdict(REJECTED, "file_changed", _FILE)
    return Case(
        f"while it is read: {name}",
        lambda landing: None,
        verdict,
        lambda area: Meddler(area, _FILE, act),
    )


def _replace(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content.replace(b"Ulm", b"Ulz"))


_GROWING = (
    _meddled("the file grows", lambda path: path.open("ab").write(b"C999,X,,,,\n")),
    _meddled("the file is replaced", _replace),
    _meddled("the file is cut", lambda path: path.write_bytes(path.read_bytes()[:-30])),
)
CASES = (*_ALTERED, *_PROMISES, *_GROWING)
