"""Textbook cases written down as a delivery and a policy directory."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

from tests.refresh.defective_delivery import copy_policy
from tests.refresh.textbook_rows import DAY, PERIOD


def land_cases(cases, landing):
    """Write the deliveries: the three required tables and a ledger, all by hand."""
    product = {"product_id": "ITEM", "valid_from": "2000-01-01", "name": "Item"}
    tables = {
        "erp__customers": cases.tables["customers"],
        "erp__products": [product],
        "erp__order_lines": cases.tables["lines"],
    }
    if "rates" in cases.tables:
        tables["erp__exchange_rates"] = cases.tables["rates"]
    deliver(landing, "erp", tables)
    cash = {"account_id": "cash", "name": "Cash", "account_type": "asset"}
    ledger = {
        "gl__accounts": [*cases.tables["accounts"], cash],
        "gl__journal_lines": list(journal_lines(cases.postings)),
    }
    deliver(landing, "gl", {**ledger, **named(cases, "gl__")})
    if transport := named(cases, "tms__"):
        deliver(landing, "tms", transport)


def named(cases, system):
    """Pick the tables that cases added under the name of a system."""
    return {name: rows for name, rows in cases.tables.items() if system in name}


def journal_lines(postings):
    """Balance each posting against cash."""
    for number, posting in enumerate(postings):
        line = {
            "journal_id": f"J{number}",
            "posting_date": DAY,
            "fiscal_period": PERIOD,
            "currency_code": "EUR",
            "base_amount": "",
            "customer_id": "",
            "source_document_id": "",
            **posting,
        }
        yield {**line, "line_no": 1}
        amounts = {name: minus(line[name]) for name in ("amount", "base_amount")}
        yield {**line, "line_no": 2, "account_id": "cash", **amounts}


def minus(amount):
    return amount[1:] if amount.startswith("-") else amount and f"-{amount}"


def deliver(landing, system, tables):
    """Write the tables of one system and their manifest."""
    directory = Path(landing) / system / f"{system}-0001"
    directory.mkdir(parents=True)
    manifest = {
        "manifest_version": 1,
        "company": "textbook",
        "system": system,
        "delivery_id": f"{system}-0001",
        "sequence": 1,
        "period": f"2024-11/{PERIOD}",
        "time_zone": "UTC",
        "units": {},
        "tables": {},
        "absent": {},
    }
    for table, rows in tables.items():
        path = write_rows(directory / f"{table}.csv", rows, list(rows[0]))
        manifest["tables"][table] = {
            "file": path.name,
            "rows": len(rows),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "control_totals": {},
        }
    (directory / "manifest.json").write_text(json.dumps(manifest))


def write_policy(cases, directory):
    """Write the policy files of the cases, dated and approved."""
    defaults = copy_policy(directory.with_name("defaults"))
    directory.mkdir()
    for name, rows in cases.policy.items():
        columns, _ = read_rows(defaults / f"{name}.csv")
        always = {"valid_from": "2000-01-01", "approved_by": "textbook"}
        dated = [
            {**{k: v for k, v in always.items() if k in columns}, **row} for row in rows
        ]
        write_rows(directory / f"{name}.csv", dated, columns)
    columns, rows = read_rows(defaults / "policy_settings.csv")
    for row in rows:
        name = row["setting_name"]
        row["setting_value"] = cases.settings.get(name, row["setting_value"])
    write_rows(directory / "policy_settings.csv", rows, columns)
    shutil.rmtree(defaults)
    return directory


def read_rows(path):
    with path.open(newline="") as stream:
        reader = csv.DictReader(stream)
        return reader.fieldnames, list(reader)


def write_rows(path, rows, columns):
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
