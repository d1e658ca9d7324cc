"""The rows of the good company."""

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

_ROWS = 120


def _day(number: int) -> date:
    return date(2024, 1, 1) + timedelta(days=number)


CUSTOMERS = [
    ("customer_id", "name", "city", "credit_limit", "is_government", "opened_on"),
    *(
        (f"C{n:03}", f"Kunde {n} Süd", "Ulm", f"{n + 1000}.0000", "false", _day(-n))
        for n in range(_ROWS)
    ),
]
PRODUCTS = [
    ("product_id", "valid_from", "name", "weight_kg"),
    *((f"P{n:03}", "2024-01-01", f"Bolt {n}", f"{n + 1}.500000") for n in range(_ROWS)),
]
ORDERS = [
    (
        "order_id",
        "line_no",
        "document_type",
        "entity_code",
        "sold_to_id",
        "product_id",
        "ordered_at",
        "requested_date",
        "ordered_qty",
        "net_amount",
        "currency_code",
        "is_rush",
    ),
    *(
        (
            f"O{n:04}",
            1,
            "sale",
            "DE01",
            f"C{n:03}",
            f"P{n:03}",
            f"{_day(n)} 08:00:00",
            _day(n + 5),
            f"{n % 7 + 1}.0000",
            f"{n * 3 + 10}.2500",
            "EUR",
            "true" if n % 9 == 0 else "false",
        )
        for n in range(_ROWS)
    ),
]
ACCOUNTS = [
    ("account_id", "name", "account_type"),
    ("1000", "Cash", "asset"),
    ("4000", "Sales", "revenue"),
    ("6000", "Freight", "expense"),
]
JOURNALS = [
    (
        "entity_code",
        "journal_id",
        "line_no",
        "posting_date",
        "fiscal_period",
        "account_id",
        "amount",
        "currency_code",
    ),
    *(
        (
            "DE01",
            f"J{n // 2:03}",
            n % 2 + 1,
            _day(n - n % 2),
            f"{_day(n - n % 2):%Y-%m}",
            "1000" if n % 2 else "4000",
            f"{'-' if n % 2 else ''}{n // 2 + 100}.00",
            "EUR",
        )
        for n in range(_ROWS)
    ),
]
BALANCES = [
    (
        "entity_code",
        "account_id",
        "cost_center_id",
        "fiscal_period",
        "opening_amount",
        "debit_amount",
        "credit_amount",
        "closing_amount",
    ),
    *(
        (
            "DE01",
            "1000",
            f"K{n:03}",
            "2024-01",
            *(f"{m}.00" for m in (0, n + 5, 1, n + 4)),
        )
        for n in range(_ROWS)
    ),
]
PERIODS = [
    ("entity_code", "fiscal_period", "starts_on", "ends_on", "status"),
    ("DE01", "2024-01", "2024-01-01", "2024-01-31", "closed"),
    ("DE01", "2024-02", "2024-02-01", "2024-02-29", "closed"),
    ("DE01", "2024-03", "2024-03-01", "2024-03-31", "open"),
    ("DE01", "2024-04", "2024-04-01", "2024-04-30", "open"),
]


def shipments() -> pa.Table:
    """Return the only table that is delivered as Parquet."""
    return pa.table(
        {
            "shipment_id": [f"S{n:03}" for n in range(_ROWS)],
            "carrier_id": ["K1"] * _ROWS,
            "planned_delivery_date": pa.array([_day(n) for n in range(_ROWS)]),
            "weight_kg": pa.array(
                [Decimal(f"{n + 10}.2500") for n in range(_ROWS)],
                pa.decimal128(18, 4),
            ),
        }
    )
