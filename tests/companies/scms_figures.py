"""What SCMS delivered, line by line, by plain Python from its raw file."""

import csv
from datetime import datetime
from decimal import Decimal

import pandas as pd
from company_sources import source_of


def deliveries():
    """Return the delivered lines; freight is zero where another row has it, or none."""
    file = source_of("scms") / "SCMS_Delivery_History_Dataset.csv"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = pd.DataFrame(csv.DictReader(stream))
    freight = rows["Freight Cost (USD)"]
    insurance = rows["Line Item Insurance (USD)"]
    return pd.DataFrame(
        {
            "order": rows["PO / SO #"],
            "line": rows["ID"].astype(int),
            "shipment": rows["ASN/DN #"],
            "project": rows["Project Code"],
            "country": rows["Country"],
            "value": [Decimal(text) for text in rows["Line Item Value"]],
            "has_freight": [text[0].isdigit() for text in freight],
            "freight": [Decimal(text if text[0].isdigit() else 0) for text in freight],
            "insurance": [Decimal(text or 0) for text in insurance],
            "scheduled": [day(text) for text in rows["Scheduled Delivery Date"]],
            "delivered": [day(text) for text in rows["Delivered to Client Date"]],
        }
    )


def day(text):
    return datetime.strptime(text, "%d-%b-%y").date()
