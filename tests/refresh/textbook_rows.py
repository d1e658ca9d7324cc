"""Rows of the landing tables and of the policy that a textbook case needs."""

PERIOD, DAY = "2025-01", "2025-01-15"

POLICY_FILES = (
    "policy_cost_pools",
    "policy_activity_drivers",
    "policy_capacities",
    "policy_cost_plans",
    "policy_cost_steps",
    "policy_driver_quantities",
    "policy_pool_services",
)


class Cases:
    """Rows of the landing tables and of the policy, added to case by case."""

    def __init__(self):
        self.tables = {name: [] for name in ("customers", "lines", "accounts")}
        self.postings, self.policy = [], {name: [] for name in POLICY_FILES}
        self.settings = {}

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
                "ship_to_id": account,
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

    def quantity(self, case, driver, quantity, **columns):
        """State a quantity of a customer account or of an order."""
        self.policy["policy_driver_quantities"].append(
            {
                "driver_code": driver,
                "driver_unit": "units",
                "entity_code": case,
                "fiscal_period": PERIOD,
                "quantity": quantity,
                **columns,
            }
        )


def units(driver, **columns):
    """Name a stated driver in a row of policy_activity_drivers."""
    return {"driver_code": driver, "driver_unit": "units", **columns}
