"""Textbook cases of variances and freight: an entity each."""

from decimal import Decimal

from tests.refresh.textbook_rows import DAY, PERIOD, units

# WE-19 by product: budgeted units, margin a unit, units sold.
WE_19 = {
    "kola": (400_000, "2", 480_000),
    "limor": (600_000, "1.2", 900_000),
    "orlem": (1_500_000, "2.5", 1_620_000),
}
# WE-65: freight a kilogram of nine shipments of 100 kg on one lane.
WE_65 = ("2.1", "2.0", "2.2", "2.1", "1.9", "2.0", "2.3", "2.1", "4.9")


def we_19(cases):
    """Post a margin of 6,090,000 against 5,270,000 budgeted, as negative cost."""
    case = "we_19"
    account = cases.customer(case, "buyer")
    cases.pool(
        case,
        "margin",
        "-6090000.00",
        activities={
            product: units(f"we_19_{product}", unit_minutes=margin)
            for product, (_, margin, _) in WE_19.items()
        },
    )
    for product, (planned, margin, sold) in WE_19.items():
        cases.quantity(case, f"we_19_{product}", sold, erp_customer_id=account)
        cases.policy["policy_cost_plans"].append(
            {
                "plan_code": "budget",
                "entity_code": case,
                "cost_pool_code": "we_19_margin",
                "activity_code": product,
                "volume_unit": "units",
                "volume_qty": planned,
                "driver_code": f"we_19_{product}",
                "rate_base_ccy_per_driver": f"-{margin}",
            }
        )
    cases.tables["gl__budgets"] = [
        {
            "version": "budget",
            "entity_code": case,
            "account_id": "we_19_margin",
            "cost_center_id": "",
            "fiscal_period": PERIOD,
            "amount": "-5270000.00",
            "currency_code": "EUR",
        }
    ]


def we_65(cases):
    """Move 100 kg nine times on one lane; the carrier's invoices tie to the ledger."""
    case = "we_65"
    account = cases.customer(case, "buyer")
    row = {"driver_code": "freight_charges", "driver_unit": "base currency"}
    cases.pool(case, "freight", "2160.00", activities={"transport": row})
    cases.tables["tms__shipments"] = [
        {
            "shipment_id": f"we_65-{place}",
            "entity_code": case,
            "lane_id": "we_65",
            "mode": "ltl",
            "shipped_at": f"{DAY} 15:00:00",
            "weight_kg": 100,
        }
        for place in range(len(WE_65))
    ]
    cases.tables["tms__shipment_lines"] = [
        {
            "shipment_id": f"we_65-{place}",
            "order_id": f"O-{account}",
            "line_no": 1,
            "qty": 1,
        }
        for place in range(len(WE_65))
    ]
    cases.tables["tms__freight_charges"] = [
        {
            "carrier_invoice_id": f"I-we_65-{place}",
            "line_no": 1,
            "shipment_id": f"we_65-{place}",
            "entity_code": case,
            "charge_type": "freight",
            "amount": Decimal(rate) * 100,
            "currency_code": "EUR",
            "invoiced_on": DAY,
        }
        for place, rate in enumerate(WE_65)
    ]
