"""Textbook cases: an entity each, postings and quantities by hand."""

from tests.refresh.textbook_finance import we_19, we_65
from tests.refresh.textbook_rows import DAY, Cases, units

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
# WE-18: contributions of ten customers, from the most to the least profitable.
WE_18 = (900, 600, 300, 150, 60, 20, -10, -120, -350, -550)
WE_02 = {"order": (8, 49_000), "inquiry": (44, 1_400), "credit_check": (50, 2_500)}
WE_08_COSTS = {"s1": 92_400, "s2": 184_800, "s3": 138_600, "p1": 400_000, "p2": 500_000}
WE_08_USED = {
    "s1": {"s2": 1_000, "s3": 2_000, "p1": 4_000, "p2": 3_000},
    "s2": {"s1": 2_000, "s3": 4_000, "p1": 10_000, "p2": 4_000},
    "s3": {"s1": 4_500, "p1": 1_500, "p2": 9_000},
}
# A computer department (Horngren, support departments): 3,000,000 fixed, 200 an hour;
# 18,750 hours of practical capacity, 12,000 planned and 12,000 worked.
DUAL_COSTS = {"fixed": 3_000_000, "variable": 2_400_000, "a": 0, "b": 0, "idle": 0}
DUAL_PLANNED = {"a": 8_000, "b": 4_000}
DUAL_USED = {"a": 9_000, "b": 3_000}
# Orders of three customers, of which a clerk enters 1,000.
CLERKS = {"a": 1_200, "b": 900, "c": 400}
# A hospital (Garrison, Noreen and Brewer, cost behaviour): patient-days of a month and
# what its maintenance cost.
HOSPITAL = {
    "2024-06": (5_600, 7_900),
    "2024-07": (7_100, 8_500),
    "2024-08": (5_000, 7_400),
    "2024-09": (6_500, 8_200),
    "2024-10": (7_300, 9_100),
    "2024-11": (8_000, 9_800),
    "2024-12": (6_200, 7_800),
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


def all_cases():
    """Write down WE-02, 05, 08, 09, 14, 17, 19, 64, 65, 67 and cases of our own."""
    cases = Cases()
    we_02(cases)
    we_05_and_08(cases)
    dual_rates(cases)
    we_09(cases)
    rounding(cases)
    we_19(cases)
    we_64(cases)
    we_65(cases)
    we_67(cases)
    direct(cases)
    thirteenth_period(cases)
    hospital(cases)
    currencies(cases)
    clerks(cases)
    return cases


def step_down_cases():
    """Write down WE-08 in steps and WE-18, the only ten customers of the company."""
    cases = Cases()
    serve(cases, "we_08", WE_08_COSTS, WE_08_USED, has_customers=False)
    cases.settings = {
        "service_allocation_method": "step_down",
        "service_step_order": "we_08_s1 we_08_s2 we_08_s3",
    }
    for place, contribution in enumerate(WE_18):
        cases.customer("we_18", f"{place}", f"{1_000 + contribution}.00", "1000.00")
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


def dual_rates(cases):
    """Charge fixed cost by planned use, variable cost by actual use: a pool each."""
    for case, planned in {
        "dual_budget": DUAL_PLANNED,
        "dual_capacity": {**DUAL_PLANNED, "idle": 6_750},
    }.items():
        used = {"fixed": planned, "variable": DUAL_USED}
        serve(cases, case, DUAL_COSTS, used, has_customers=False)


def serve(cases, case, costs, used, has_customers=True):
    """Add pools of which some serve others; each other pool has one customer."""
    for name, amount in costs.items():
        if name in used or not has_customers:
            treatment = "service" if name in used else "sustaining"
            cases.pool(case, name, f"{amount}.00", treatment)
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


def we_67(cases):
    """Split a route of 300.00: 120.00 of stem by stop, 180.00 by minutes there."""
    case = "we_67"
    cases.tables["tms__stops"] = []
    stops = {cases.customer(case, name): name for name in "abc"}
    carry(cases, case, *stops)
    for place, (account, minutes) in enumerate(zip(stops, (30, 15, 15), strict=True)):
        cases.tables["tms__stops"].append(
            {
                "shipment_id": case,
                "stop_id": stops[account],
                "destination_id": account,
                "sequence": place + 1,
                "wait_minutes": minutes,
                "distance_km": 10 * (place + 1),
            }
        )
    activities = {
        "stem": {"driver_code": "drop_count", "driver_unit": "drops"},
        "drop": {"driver_code": "drop_minutes", "driver_unit": "minutes"},
    }
    for activity, share in (("stem", "0.4"), ("drop", "0.6")):
        activities[activity]["resource_share"] = share
    cases.pool(case, "route", "300.00", activities=activities)


def carry(cases, case, *accounts):
    """Add a shipment named as the case, of the one order of each account."""
    shipped = {"shipment_id": case, "entity_code": case, "lane_id": case}
    cases.tables["tms__shipments"].append(
        {**cases.tables["tms__shipments"][0], **shipped}
    )
    for account in accounts:
        cases.tables["tms__shipment_lines"].append(
            {"shipment_id": case, "order_id": f"O-{account}", "line_no": 1, "qty": 1}
        )


def direct(cases):
    """Charge claims to an order, a shipment of two, a customer; take one back."""
    case = "direct"
    p, q = cases.customer(case, "p"), cases.customer(case, "q")
    carry(cases, case, p, q)
    cases.pool(case, "claims", "7.77", "direct")
    cases.post(case, "claims", "100.01", source_document_id=f"O-{p}", customer_id=q)
    cases.post(case, "claims", "10.00", source_document_id=case)
    cases.post(case, "claims", "40.00", customer_id=q)
    cases.post(case, "claims", "-40.00", customer_id=q)
    cases.post(case, "claims", "-25.00", customer_id=q, source_document_id="INV7")


def thirteenth_period(cases):
    """Close a year by 90.00: two orders of November and one of December drove it."""
    case = "closing"
    p, q = cases.customer(case, "p"), cases.customer(case, "q")
    for period, account, quantity in (("2024-11", p, 2), ("2024-12", q, 1)):
        cases.quantity(
            case,
            "closing_units",
            quantity,
            fiscal_period=period,
            erp_customer_id=account,
        )
    row = units("closing_units", unit_minutes=1, capacity_worker_group="clerks")
    cases.pool(case, "wages", "0.00", activities={"work": row})
    cases.postings.pop()
    for period, day, amount in (
        ("2024-12", "2024-12-15", "10.00"),
        ("2024-13", "2024-12-31", "90.00"),
    ):
        cases.post(case, "wages", amount, posting_date=day, fiscal_period=period)
    cases.policy["policy_capacities"].append(
        {"worker_group": "clerks", "theoretical_minutes": 2, "practical_ratio": 1}
    )


def hospital(cases):
    """Post seven months of maintenance, and a 13th period that no day drove."""
    case = "hospital"
    account = cases.customer(case, "ward")
    cases.pool(
        case, "maintenance", "0.00", activities={"maintain": units("patient_days")}
    )
    cases.postings.pop()
    for period, (days, cost) in HOSPITAL.items():
        dated = {"posting_date": f"{period}-15", "fiscal_period": period}
        cases.post(case, "maintenance", f"{cost}.00", **dated)
        month = {"fiscal_period": period, "erp_customer_id": account}
        cases.quantity(case, "patient_days", days, **month)
    dated = {"posting_date": "2024-12-31", "fiscal_period": "2024-13"}
    cases.post(case, "maintenance", "5000.00", **dated)


def currencies(cases):
    """100.00 pounds at 1.15, 50.00 booked as 60.00 euros; charges in the group."""
    account = cases.customer("uk", "buyer")
    cases.quantity("uk", "uk_trips", 1, erp_customer_id=account)
    cases.pool("uk", "freight", "0.00", activities={"ship": units("uk_trips")})
    cases.postings.pop()
    cases.post("uk", "freight", "100.00", currency_code="GBP")
    cases.post("uk", "freight", "50.00", currency_code="GBP", base_amount="60.00")
    cases.pool("uk", "recharges", "500.00", "excluded")
    cases.tables["rates"] = [
        {
            "from_currency_code": "GBP",
            "to_currency_code": "EUR",
            "rate_date": day,
            "rate_type": rate_type,
            "rate": rate,
            "quote": "multiply",
        }
        for day, rate_type, rate in (
            (DAY, "average", "1.15"),
            (DAY, "closing", "1.20"),
        )
    ]


def clerks(cases):
    """Three clerks at 10,000.00, of which some go only with two customers together."""
    case = "clerks"
    for name, orders in CLERKS.items():
        account = cases.customer(case, name)
        cases.quantity(case, "clerks_orders", orders, erp_customer_id=account)
    row = units("clerks_orders")
    pool = cases.pool(case, "desk", "30000.00", activities={"enter": row})
    cases.policy["policy_cost_pools"][-1] |= {
        "behaviour": "step",
        "avoidable_ratio": 1,
        "avoidability_months": 3,
    }
    cases.policy["policy_cost_steps"].append(
        {"cost_pool_code": pool, "step_qty": 1_000}
    )
