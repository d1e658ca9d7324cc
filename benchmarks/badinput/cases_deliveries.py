"""Deliveries that are good by themselves and odd beside those before them."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from benchmarks.badinput.case import HELD, Case, Change
from benchmarks.badinput.company import ERP, Landing, text
from benchmarks.badinput.rows import CUSTOMERS, JOURNALS, ORDERS, PRODUCTS, shipments
from benchmarks.badinput.trial import Verdict

_SECOND, _LEDGER = "erp/erp-0002", "gl/gl-0002"


def _held(name: str, change: Change, code: str, place: tuple) -> Case:
    return Case(f"hold: {name}", change, Verdict(HELD, code, *place))


def _scaled(rows: list[tuple], column: str, times: str) -> bytes:
    """Write rows with a column in another unit."""
    at = rows[0].index(column)
    changed = [
        (*row[:at], _times(row[at], Decimal(times)), *row[at + 1 :]) for row in rows[1:]
    ]
    return text([rows[0], *changed])


def _times(value: str, times: Decimal) -> str:
    scale = len(value.partition(".")[2])
    return f"{Decimal(value) * times:.{scale}f}"


def _unit(table: str, rows: list[tuple], column: str, times: str) -> Case:
    return _held(
        f"{table}.{column} times {times}",
        lambda landing: landing.deliver(_SECOND, {table: _scaled(rows, column, times)}),
        "unit_shift",
        (f"{_SECOND}/{table}.csv", None, column),
    )


def _grams(landing: Landing) -> None:
    table = shipments()
    weights = [value * 1000 for value in table.column("weight_kg").to_pylist()]
    at = table.column_names.index("weight_kg")
    field = table.schema.field("weight_kg")
    landing.deliver(
        "tms/tms-0002",
        {"tms__shipments": table.set_column(at, field, pa.array(weights, field.type))},
    )


_UNITS = (
    _unit("erp__order_lines", ORDERS, "net_amount", "1000"),
    _unit("erp__order_lines", ORDERS, "net_amount", "0.01"),
    _unit("erp__order_lines", ORDERS, "ordered_qty", "12"),
    _unit("erp__customers", CUSTOMERS, "credit_limit", "10"),
    _unit("erp__products", PRODUCTS, "weight_kg", "1000"),
    _unit("erp__products", PRODUCTS, "weight_kg", "0.001"),
    _unit("erp__products", PRODUCTS, "weight_kg", "-1000"),
    _held(
        "tms__shipments.weight_kg in grams, Parquet",
        _grams,
        "unit_shift",
        ("tms/tms-0002/tms__shipments.parquet", None, "weight_kg"),
    ),
)


def _without(rows: list[tuple], column: str) -> list[tuple]:
    at = rows[0].index(column)
    return [row[:at] + row[at + 1 :] for row in rows]


def _emptied(rows: list[tuple], column: str) -> list[tuple]:
    at = rows[0].index(column)
    return [rows[0], *((*row[:at], "", *row[at + 1 :]) for row in rows[1:])]


def _column(name: str, table: str, rows: list[tuple], column: str) -> Case:
    return _held(
        f"{table}.{column} {name}",
        lambda landing: landing.deliver(_SECOND, {table: text(rows)}),
        "column_emptied",
        (f"{_SECOND}/{table}.csv", None, column),
    )


_COLUMNS = (
    _column(
        "missing", "erp__customers", _without(CUSTOMERS, "credit_limit"), "credit_limit"
    ),
    _column(
        "missing in one row", "erp__customers", _without(CUSTOMERS[:2], "city"), "city"
    ),
    _column("missing", "erp__order_lines", _without(ORDERS, "is_rush"), "is_rush"),
    _column(
        "empty",
        "erp__order_lines",
        _emptied(ORDERS, "requested_date"),
        "requested_date",
    ),
    _column("empty", "erp__products", _emptied(PRODUCTS, "weight_kg"), "weight_kg"),
)


def _posting(name: str, lines: list[tuple], line: int) -> Case:
    return _held(
        f"closed period, {name}",
        lambda landing: landing.deliver(
            _LEDGER, {"gl__journal_lines": text([JOURNALS[0], *lines])}
        ),
        "closed_period_posting",
        (f"{_LEDGER}/gl__journal_lines.csv", line, "fiscal_period"),
    )


def _line(journal: str, line: int, period: str, account: str, amount: str) -> tuple:
    day = f"{period}-15"
    return "DE01", journal, line, day, period, account, amount, "EUR"


_OPEN = [
    _line("N1", 1, "2024-03", "4000", "5.00"),
    _line("N1", 2, "2024-03", "1000", "-5.00"),
]
_CLOSED = [
    _line("N2", 1, "2024-01", "4000", "5.00"),
    _line("N2", 2, "2024-01", "1000", "-5.00"),
]
_POSTINGS = (
    _posting("a new journal", _CLOSED, 2),
    _posting("a new journal after an open one", [*_OPEN, *_CLOSED], 4),
    _posting(
        "another amount",
        [(*row[:6], f"{row[6][:-3]}.50", row[7]) for row in JOURNALS[1:3]],
        2,
    ),
    _posting(
        "another account", [(*row[:5], "6000", *row[6:]) for row in JOURNALS[1:2]], 2
    ),
    _posting(
        "moved out of it", [(*row[:4], "2024-03", *row[5:]) for row in JOURNALS[1:3]], 2
    ),
    _posting(
        "moved into it", [(*row[:4], "2024-02", *row[5:]) for row in JOURNALS[-2:]], 2
    ),
)


def _orders(first: date, days: int, a_day: int) -> list[tuple]:
    return [
        (
            f"V{first:%m%d}-{day}-{number}",
            *ORDERS[1][1:6],
            f"{first + timedelta(days=day)} 08:00:00",
            *ORDERS[1][7:],
        )
        for day in range(days)
        for number in range(a_day)
    ]


def _volume(name: str, days: int, a_day: int) -> Case:
    """Deliver July after 182 days of 40 order lines a day."""

    def change(landing: Landing) -> None:
        before: Iterable[tuple] = _orders(date(2024, 1, 1), 182, 40)
        landing.put(ERP, "erp__order_lines", text([ORDERS[0], *before]))
        landing.seal(ERP)
        added = _orders(date(2024, 7, 1), days, a_day)
        lines = {"erp__order_lines": text([ORDERS[0], *added])}
        landing.deliver(_SECOND, lines, period="2024-07")

    place = f"{_SECOND}/erp__order_lines.csv", None, "ordered_at"
    return _held(f"a month of orders, {name}", change, "volume_shift", place)


_VOLUMES = (
    _volume("four a day", 31, 4),
    _volume("one day of it, and four", 31, 1),
    _volume("ten times as many", 31, 400),
    _volume("400 a day and only five days", 5, 500),
)
CASES = (*_UNITS, *_COLUMNS, *_POSTINGS, *_VOLUMES)
