"""The sample company's landed rows, read and converted in plain Python."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from functools import cached_property
from pathlib import Path

import duckdb

CENT = Decimal("0.01")
POLICY = Path(__file__).parents[2] / "dbt_project" / "seeds" / "policy"
AS_OF = date(2025, 12, 31)
WINDOW_START = date(2024, 1, 1)


def cents(amount):
    """Round half away from zero to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def codes_where(policy, key, flag):
    """Codes of a policy file for which a flag is true."""
    with (POLICY / f"{policy}.csv").open(encoding="utf-8") as handle:
        return {row[key] for row in csv.DictReader(handle) if row[flag] == "true"}


@dataclass(frozen=True)
class PlainCompany:
    """Landed tables of a data directory as lists of dictionaries."""

    data_dir: Path
    customer_of_account: dict

    def rows(self, table):
        file = next(self.data_dir.glob(f"landing/*/*/{table}.*"))
        with duckdb.connect() as connection:
            cursor = connection.execute(f"select * from '{file}'")
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    @cached_property
    def rates(self):
        """Euros for one unit, by currency, rate type and day quoted."""
        quoted = {}
        for row in self.rows("erp__exchange_rates"):
            rate = Decimal(str(row["rate"]))
            if row["quote"] == "divide":
                rate = (1 / rate).quantize(Decimal("1e-18"), ROUND_UP)
            quoted[
                row["from_currency_code"], row["rate_type"], day(row["rate_date"])
            ] = rate
        return quoted

    def rate(self, currency, rate_type, on):
        """The last quote not after a day."""
        if currency == "EUR":
            return Decimal(1)
        while (currency, rate_type, on) not in self.rates:
            on -= timedelta(days=1)
        return self.rates[currency, rate_type, on]

    @cached_property
    def constant_rates(self):
        return {
            currency: self.rate(currency, "closing", AS_OF)
            for currency in ("EUR", "GBP", "USD")
        }

    @cached_property
    def order_lines(self):
        """Order lines with their day, customer and what policy makes of them."""
        void = codes_where("policy_line_statuses", "line_status", "is_void")
        demand = codes_where("policy_document_types", "document_type", "is_demand")
        lines = self.rows("erp__order_lines")
        for line in lines:
            line["day"] = day(line["ordered_at"])
            line["customer_id"] = self.customer_of_account[line["sold_to_id"]]
            line["is_net_sales"] = line["status"] not in void
            line["is_demand"] = line["is_net_sales"] and line["document_type"] in demand
        return lines

    @cached_property
    def orders(self):
        """Lines by order."""
        orders = defaultdict(list)
        for line in self.order_lines:
            orders[line["order_id"]].append(line)
        return dict(orders)

    @cached_property
    def demand_orders(self):
        """Demand lines by order, for orders that have any."""
        orders = {
            order_id: [line for line in lines if line["is_demand"]]
            for order_id, lines in self.orders.items()
        }
        return {order_id: lines for order_id, lines in orders.items() if lines}

    def constant_sales(self, lines):
        """Net sales of lines of one currency at the last closing rate."""
        sold = [line for line in lines if line["is_net_sales"]]
        if not sold:
            return Decimal(0)
        total = sum(line["net_amount"] for line in sold)
        return cents(total * self.constant_rates[sold[0]["currency_code"]])


def day(moment):
    return moment.date() if isinstance(moment, datetime) else moment
