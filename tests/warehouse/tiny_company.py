"""The rows of a company small enough to recompute in plain Python."""

from datetime import date, timedelta
from decimal import Decimal

AS_OF = date(2025, 12, 31)
FIRST_DAY = date(2025, 1, 1)
PARTY_OF_ACCOUNT = {"A1": "one", "A2": "one", "A3": "three", "A4": "four"}
CURRENCY_OF_ACCOUNT = {"A1": "EUR", "A2": "USD", "A3": "USD", "A4": "EUR"}


def rate_of(rate_type, day):
    """Euros for a dollar: moves daily, quoted on business days only."""
    cents = Decimal((day - FIRST_DAY).days % 40)
    return (Decimal("0.9") if rate_type == "average" else Decimal("0.8")) + cents / 1000


def order_lines():
    """Ninety orders of one to three lines, their dates and amounts by arithmetic."""
    accounts = sorted(PARTY_OF_ACCOUNT)
    lines = []
    for number in range(90):
        account = accounts[number * number % 3]
        day = FIRST_DAY + timedelta(days=number * 37 % 350)
        for line_no in range(1, 2 + number % 3):
            qty = 1 + number * line_no % 7
            is_return = number % 11 == 5 and line_no == 2
            is_cancelled = number % 13 == 6
            net = Decimal(qty) * Decimal("10.005") * (-1 if is_return else 1)
            lines.append(
                {
                    "order_id": f"O{number}",
                    "line_no": line_no,
                    "document_type": "return" if is_return else "sale",
                    "entity_code": "E1",
                    "sold_to_id": account,
                    "product_id": f"P{qty % 3}",
                    "ordered_at": f"{day} 09:00:00",
                    "ordered_qty": -qty if is_return else qty,
                    "net_amount": net,
                    "cogs_amount": net / 2,
                    "currency_code": CURRENCY_OF_ACCOUNT[account],
                    "is_rush": "true" if number % 4 == 0 else "false",
                    "status": "cancelled" if is_cancelled else "shipped",
                }
            )
    return lines


def late_order_line():
    """The only order of A3 and of product P9, the day after the as-of date."""
    return {
        **order_lines()[0],
        "order_id": "LATE",
        "sold_to_id": "A3",
        "product_id": "P9",
        "ordered_at": f"{AS_OF + timedelta(days=1)} 00:00:00",
        "net_amount": Decimal("5000000.00"),
        "status": "shipped",
    }


def exchange_rates():
    """Dollar quotes of every business day, in the direction dollar to euro."""
    days = [FIRST_DAY - timedelta(days=5) + timedelta(days=n) for n in range(370)]
    return [
        {
            "from_currency_code": "USD",
            "to_currency_code": "EUR",
            "rate_date": day,
            "rate_type": rate_type,
            "rate": rate_of(rate_type, day),
            "quote": "multiply",
        }
        for day in days
        if day.weekday() < 5
        for rate_type in ("average", "closing")
    ]


def company_tables():
    """Rows by landing table; A1 and A2 share a tax id, A4 never orders."""
    tax_ids = {"A1": "DE 123", "A2": "de-123", "A3": "US9", "A4": ""}
    return {
        "erp__customers": [
            {
                "customer_id": account,
                "name": f"Account {account}",
                "entity_code": "E1",
                "tax_id": tax_ids[account],
                "currency_code": CURRENCY_OF_ACCOUNT[account],
                "business_unit": "north",
            }
            for account in sorted(PARTY_OF_ACCOUNT)
        ],
        "erp__products": [
            {"product_id": f"P{n}", "valid_from": "2024-01-01", "name": f"Product {n}"}
            for n in range(3)
        ],
        "erp__order_lines": [*order_lines(), late_order_line()],
        "erp__charges": [
            {
                "document_id": f"X{number}",
                "line_no": 1,
                "charge_type": "freight",
                "direction": "cost",
                "amount": 10,
                "currency_code": "EUR",
                "charged_on": AS_OF + timedelta(days=number),
                "entity_code": "E1",
                "customer_id": "A1",
            }
            for number in range(2)
        ],
        "wms__return_lines": [
            {
                "return_id": "R1",
                "line_no": 1,
                "order_id": "O1",
                "order_line_no": 1,
                "product_id": "P0",
                "qty": 1,
                "received_at": f"{AS_OF + timedelta(days=1)} 08:00:00",
            }
        ],
        "tms__shipments": [
            {
                "shipment_id": shipment_id,
                "entity_code": "E1",
                "shipped_at": f"{day} 08:00:00",
            }
            for shipment_id, day in (
                ("S1", AS_OF),
                ("S2", AS_OF + timedelta(days=1)),
            )
        ],
        "tms__shipment_lines": [
            {
                "shipment_id": shipment_id,
                "order_id": "O1",
                "line_no": 1,
                "qty": 1,
            }
            for shipment_id in ("S1", "S2")
        ],
        "erp__exchange_rates": exchange_rates(),
        "crm__accounts": [
            {"account_id": "K3", "erp_customer_id": "A3", "name": "Account of A3"}
        ],
    }
