"""A company of 120 customers by arithmetic, whose deliveries arrive month by month."""

import csv
import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

from echelon.config import CONTRACTS_DIR
from echelon.landing.contract import load_contracts

CUSTOMERS = [f"C{number:03}" for number in range(120)]
MONTHS = [f"2025-{month:02}" for month in range(7, 13)]
AS_OF = "2025-12-31"


def customers(ids=CUSTOMERS, intercompany=()):
    return [
        {
            "customer_id": customer,
            "name": f"Company {customer}",
            "entity_code": "E1",
            "currency_code": "EUR",
            "is_intercompany": "true" if customer in intercompany else "false",
            "opened_on": "2024-12-01",
        }
        for customer in ids
    ]


def accounts(ids):
    return [{"account_id": account, "name": f"Prospect {account}"} for account in ids]


def order_lines(months, amount_of=None):
    """Every other customer orders weekly and little, the others monthly and much.

    Days and amounts differ from customer to customer by remainders only.
    """
    lines = []
    for number, customer in enumerate(CUSTOMERS):
        is_large = number % 2 == 1
        for month in months:
            for day in (5,) if is_large else (1, 8, 15, 22):
                placed = date.fromisoformat(f"{month}-01") + timedelta(
                    days=day + number % 5
                )
                for line_no in range(1, 7 if is_large else 2):
                    order_id = f"{customer}-{month}-{day:02}"
                    amount = (400 if is_large else 20) + (number * 7 + day) % 5
                    lines.append(
                        {
                            "order_id": order_id,
                            "line_no": line_no,
                            "document_type": "sale",
                            "entity_code": "E1",
                            "sold_to_id": customer,
                            "product_id": f"P{(number + line_no + day) % 9}",
                            "ordered_at": f"{placed} 09:00:00",
                            "ordered_qty": 1 + number % 2,
                            "net_amount": (amount_of or {}).get(order_id, amount),
                            "cogs_amount": amount / 2,
                            "currency_code": "EUR",
                        }
                    )
    return lines


def freight(months):
    """One freight charge a month, on the first day."""
    return [
        {
            "document_id": f"F-{month}",
            "line_no": 1,
            "charge_type": "freight",
            "direction": "cost",
            "amount": 100,
            "currency_code": "EUR",
            "charged_on": f"{month}-01",
            "entity_code": "E1",
        }
        for month in months
    ]


def products():
    return [
        {"product_id": f"P{n}", "valid_from": "2024-01-01", "name": f"Product {n}"}
        for n in range(9)
    ]


def shipments(months):
    """One shipment a month, known as delivered from the third of the month after."""
    known_to = months[-1]
    return [
        {
            "shipment_id": f"S-{month}",
            "entity_code": "E1",
            "shipped_at": f"{month}-28 08:00:00",
            "actual_delivery_date": f"{after}-03" if after <= known_to else "",
        }
        for month, after in zip(months, [*months[1:], "2026-12"], strict=True)
    ]


def carrier_invoices(months):
    """An invoice for the shipment of each month, undated."""
    return [
        {
            "carrier_invoice_id": f"I-{month}",
            "line_no": 1,
            "shipment_id": f"S-{month}",
            "entity_code": "E1",
            "charge_type": "base",
            "amount": 50,
            "currency_code": "EUR",
        }
        for month in months
    ]


def hours(months):
    return [
        {
            "warehouse_id": "W1",
            "worker_group": "picking",
            "period": month,
            "paid_minutes": 6000,
            "practical_capacity_minutes": 5000,
        }
        for month in months
    ]


def land_until(landing: Path, months: list[str]) -> None:
    """Land first deliveries: what each system knows at the end of the last month."""
    period = f"{months[0]}/{months[-1]}"
    deliver(
        landing,
        "erp",
        1,
        period,
        erp__customers=customers(),
        erp__products=products(),
        erp__order_lines=order_lines(months),
        erp__charges=freight(months),
    )
    deliver(landing, "crm", 1, months[-1], crm__accounts=accounts(["K1", "K2"]))
    deliver(
        landing,
        "tms",
        1,
        period,
        tms__shipments=shipments(months),
        tms__freight_charges=carrier_invoices(months),
    )
    deliver(landing, "wms", 1, period, wms__labor_hours=hours(months))
    declare_absent(landing, {"erp", "crm", "tms", "wms"})


def deliver(landing: Path, system: str, sequence: int, period: str, **tables) -> Path:
    """Write one delivery; tables of the system that are not given stay unmentioned."""
    delivery_id = f"{system}-{sequence:04}"
    folder = landing / system / delivery_id
    folder.mkdir(parents=True)
    listed = {name: _write(folder, name, rows) for name, rows in tables.items()}
    manifest = {
        "manifest_version": 1,
        "company": "growing",
        "system": system,
        "delivery_id": delivery_id,
        "sequence": sequence,
        "period": period,
        "time_zone": "UTC",
        "tables": listed,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def declare_absent(landing: Path, given: set[str]) -> None:
    """Deliver, for the systems that never deliver, why they do not."""
    contracts = load_contracts(CONTRACTS_DIR)
    for system in sorted({contract.system for contract in contracts.values()} - given):
        folder = deliver(landing, system, 0, "2025-01")
        manifest = json.loads((folder / "manifest.json").read_text())
        names = [name for name, c in contracts.items() if c.system == system]
        manifest["absent"] = dict.fromkeys(names, "the growing company has none")
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _write(folder: Path, name: str, rows: list[dict]) -> dict:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"file": path.name, "rows": len(rows), "sha256": sha256}
