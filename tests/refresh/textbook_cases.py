"""Textbook cases as a delivery: an entity each, postings and quantities by hand."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

from tests.refresh.defective_delivery import copy_policy

PERIOD, DAY = "2025-01", "2025-01-15"

# Accounts of a case, what was posted (cost positive), and its pool: treatment, and rows
# of policy_activity_drivers as activity -> columns.
WE_09_RATES = {
    "orders": ("order", 100),
    "visits": ("visit", 80),
    "miles": ("deliver", 2),
    "cases_sold": ("handle", "0.5"),
    "expedites": ("expedite", 300),
}
# WE-09 by customer: orders, visits, delivery miles, cases, expedited deliveries, and
# revenue and cost of goods.
WE_09 = {
    "P": (15, 2, 140, 2_080, 0, "29952.00", "24960.00"),
    "Q": (25, 3, 120, 8_750, 0, "123900.00", "105000.00"),
    "R": (30, 6, 180, 60_800, 0, "802560.00", "729600.00"),
    "S": (25, 2, 320, 31_800, 0, "442656.00", "381600.00"),
    "T": (30, 3, 800, 3_900, 1, "50544.00", "46800.00"),
}
WE_02 = {"order": (8, 49_000), "inquiry": (44, 1_400), "credit_check": (50, 2_500)}
WE_08_COSTS = {"s1": 92_400, "s2": 184_800, "s3": 138_600, "p1": 400_000, "p2": 500_000}
WE_08_USED = {
    "s1": {"s2": 1_000, "s3": 2_000, "p1": 4_000, "p2": 3_000},
    "s2": {"s1": 2_000, "s3": 4_000, "p1": 10_000, "p2": 4_000},
    "s3": {"s1": 4_500, "p1": 1_500, "p2": 9_000},
}
# WE-14 and WE-17: an amount to split, and over which quantities, an order each.
ROUNDING = {
    "we_14_a": ("0.05", (70, 30)),
    "we_14_b": ("0.05", (30, 70)),
    "we_14_c": ("8.00", (1, 1, 1)),
    "we_17_a": ("-10.00", (1, 1, 1)),
    "we_17_b": ("1.00", (1, 1, 1)),
    "we_17_c": ("100.00", ("0.1", "0.2", "0.7")),
    "we_17_d": ("3.00", ()),
}


POLICY_FILES = (
    "policy_cost_pools",
    "policy_activity_drivers",
    "policy_capacities",
    "policy_driver_quantities",
    "policy_pool_services",
)


class Cases:
    """Rows of the landing tables and of the policy, added to case by case."""

    def __init__(self):
        self.tables = {name: [] for name in ("customers", "lines", "accounts")}
        self.postings, self.policy = [], {name: [] for name in POLICY_FILES}

    def customer(self, case, name, revenue="0.00", goods="0.00"):
        """Add a customer with one order line; return its account."""
        account = f"{case}-{name}"
        self.tables["customers"].append(
            {"customer_id": account, "name": f"{name} of {case}", "entity_code": case}
        )
        self.order(case, account, f"O-{account}", revenue, goods)
        return account

    def order(self, case, account, order_id, revenue="0.00", goods="0.00"):
        """Add an order of one line."""
        self.tables["lines"].append(
            {
                "order_id": order_id,
                "line_no": 1,
                "document_type": "sale",
                "entity_code": case,
                "sold_to_id": account,
                "product_id": "ITEM",
                "ordered_at": f"{DAY} 08:00:00",
                "ordered_qty": 1,
                "net_amount": revenue,
                "cogs_amount": goods,
                "currency_code": "EUR",
            }
        )

    def post(self, case, name, amount, **columns):
        """Post an amount to the account of a pool."""
        self.postings.append(
            {
                "entity_code": case,
                "account_id": f"{case}_{name}",
                "amount": amount,
                **columns,
            }
        )

    def pool(self, case, name, amount, treatment="allocate", activities=None):
        """Post an amount to an account of its own that is a pool of its own."""
        pool = f"{case}_{name}"
        self.tables["accounts"].append(
            {"account_id": pool, "name": pool, "account_type": "expense"}
        )
        self.post(case, name, amount)
        self.policy["policy_cost_pools"].append(
            {
                "cost_pool_code": pool,
                "cost_pool_name": name,
                "account_pattern": pool,
                "treatment": treatment,
                "reason": "textbook",
            }
        )
        for activity, columns in (activities or {}).items():
            self.policy["policy_activity_drivers"].append(
                {"cost_pool_code": pool, "activity_code": activity, **columns}
            )
        return pool

    def quantity(self, case, driver, quantity, **bearer):
        """State a quantity of a customer account or of an order."""
        self.policy["policy_driver_quantities"].append(
            {
                "driver_code": driver,
                "driver_unit": "units",
                "entity_code": case,
                "fiscal_period": PERIOD,
                "quantity": quantity,
                **bearer,
            }
        )


def units(driver, **columns):
    """Name a stated driver in a row of policy_activity_drivers."""
    return {"driver_code": driver, "driver_unit": "units", **columns}


def all_cases():
    """Write down WE-02, 05, 08, 09, 14, 17, 64 and cases of our own."""
    cases = Cases()
    we_02(cases)
    we_05_and_08(cases)
    we_09(cases)
    rounding(cases)
    we_64(cases)
    direct(cases)
    return cases


def we_02(cases):
    account = cases.customer("we_02", "buyer")
    activities = {
        activity: units(
            f"we_02_{activity}", unit_minutes=minutes, capacity_worker_group="reps"
        )
        for activity, (minutes, _) in WE_02.items()
    }
    cases.pool("we_02", "desk", "560000.00", "customer_sustaining", activities)
    for activity, (_, volume) in WE_02.items():
        cases.quantity("we_02", f"we_02_{activity}", volume, erp_customer_id=account)
    cases.policy["policy_capacities"].append(
        {"worker_group": "reps", "theoretical_minutes": 700_000, "practical_ratio": 1}
    )


def we_05_and_08(cases):
    serve(
        cases,
        "we_05",
        {"y": 7_260, "z": 4_000, "a": 0, "b": 0},
        {"y": {"z": 2, "a": 8}, "z": {"y": 3, "b": 7}},
    )
    serve(cases, "we_08", WE_08_COSTS, WE_08_USED)


def serve(cases, case, costs, used):
    """Add pools of which some serve others; each other pool has one customer."""
    for name, amount in costs.items():
        if name in used:
            cases.pool(case, name, f"{amount}.00", "service")
            continue
        driver = f"{case}_{name}_units"
        cases.quantity(case, driver, 1, erp_customer_id=cases.customer(case, name))
        if amount:
            cases.pool(case, name, f"{amount}.00", activities={"make": units(driver)})
        else:
            policy_only(cases, case, name, driver)
    for source, users in used.items():
        for target, quantity in users.items():
            cases.policy["policy_pool_services"].append(
                {
                    "from_pool_code": f"{case}_{source}",
                    "to_pool_code": f"{case}_{target}",
                    "entity_code": case,
                    "service_qty": quantity,
                }
            )


def policy_only(cases, case, name, driver):
    """Add a pool that is served and has no posting of its own."""
    cases.pool(case, name, "0.00", activities={"make": units(driver)})
    cases.postings.pop()


def we_09(cases):
    drivers = list(WE_09_RATES)
    for name, (*quantities, revenue, goods) in WE_09.items():
        account = cases.customer("we_09", name, revenue, goods)
        for driver, quantity in zip(drivers, quantities, strict=True):
            if quantity:
                cases.quantity("we_09", driver, quantity, erp_customer_id=account)
    for driver, (activity, rate) in WE_09_RATES.items():
        row = units(driver, standard_rate_base_ccy=rate)
        cases.pool("we_09", driver, "100000.00", activities={activity: row})


def rounding(cases):
    for case, (amount, weights) in ROUNDING.items():
        driver = f"{case}_weight"
        cases.pool(case, "pool", amount, activities={"split": units(driver)})
        account = cases.customer(case, "buyer")
        for place, weight in enumerate(weights):
            order_id = f"{case}-{place}"
            cases.order(case, account, order_id)
            cases.quantity(case, driver, weight, order_id=order_id)
    # A driver that is known, and that nothing drives in the case's entity.
    cases.quantity("we_14_a", "we_17_d_weight", 1, order_id="we_14_a-0")


def we_64(cases):
    """4,200.00 freight, 4,690.00 wages of which 640.00 idle, 109.75 management."""
    account = cases.customer("we_64", "buyer")
    cases.quantity("we_64", "we_64_trips", 7, erp_customer_id=account)
    cases.quantity("we_64", "we_64_minutes", 4_050, erp_customer_id=account)
    cases.pool("we_64", "freight", "4200.00", activities={"ship": units("we_64_trips")})
    row = units("we_64_minutes", unit_minutes=1, capacity_worker_group="crew")
    cases.pool("we_64", "wages", "4690.00", activities={"work": row})
    cases.pool("we_64", "management", "109.75", "sustaining")
    cases.policy["policy_capacities"].append(
        {"worker_group": "crew", "theoretical_minutes": 4_690, "practical_ratio": 1}
    )


def direct(cases):
    """Charge claims to whom they name: an order; a customer, with a reversal."""
    p, q = cases.customer("direct", "p"), cases.customer("direct", "q")
    cases.pool("direct", "claims", "7.77", "direct")
    cases.post("direct", "claims", "100.01", source_document_id=f"O-{p}", customer_id=q)
    cases.post("direct", "claims", "40.00", customer_id=q)
    cases.post("direct", "claims", "-40.00", customer_id=q)
    cases.post("direct", "claims", "-25.00", customer_id=q, source_document_id="INV7")


def land_cases(cases, landing):
    """Write the deliveries: the three required tables and a ledger, all by hand."""
    product = {"product_id": "ITEM", "valid_from": "2000-01-01", "name": "Item"}
    deliver(
        landing,
        "erp",
        {
            "erp__customers": cases.tables["customers"],
            "erp__products": [product],
            "erp__order_lines": cases.tables["lines"],
        },
    )
    cash = {"account_id": "cash", "name": "Cash", "account_type": "asset"}
    deliver(
        landing,
        "gl",
        {
            "gl__accounts": [*cases.tables["accounts"], cash],
            "gl__journal_lines": list(journal_lines(cases.postings)),
        },
    )


def journal_lines(postings):
    """Balance each posting against cash."""
    for number, posting in enumerate(postings):
        amount = posting["amount"]
        other = amount[1:] if amount.startswith("-") else f"-{amount}"
        line = {
            "journal_id": f"J{number}",
            "posting_date": DAY,
            "fiscal_period": PERIOD,
            "currency_code": "EUR",
            "customer_id": "",
            "source_document_id": "",
        }
        yield {**line, "line_no": 1, **posting}
        cash = {"account_id": "cash", "amount": other}
        yield {**line, "line_no": 2, **posting, **cash}


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
        "period": f"{PERIOD}/{PERIOD}",
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
        with (defaults / f"{name}.csv").open(newline="") as stream:
            columns = next(csv.reader(stream))
        always = {"valid_from": "2000-01-01", "approved_by": "textbook"}
        dated = [
            {**{k: v for k, v in always.items() if k in columns}, **row} for row in rows
        ]
        write_rows(directory / f"{name}.csv", dated, columns)
    shutil.rmtree(defaults)
    return directory


def write_rows(path, rows, columns):
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
