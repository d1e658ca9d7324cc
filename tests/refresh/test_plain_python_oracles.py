"""Does a release say what plain Python computes from the landed rows themselves?"""

import statistics
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np
import pytest

from tests.refresh.plain_python_company import (
    AS_OF,
    WINDOW_START,
    PlainCompany,
    cents,
    codes_where,
    day,
)


@pytest.fixture(scope="module")
def table(released):
    """Read a published table as dictionaries."""
    company, _ = released

    def read(sql):
        path = company.data_dir / "current" / "published.duckdb"
        with duckdb.connect(str(path), read_only=True) as connection:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    return read


@pytest.fixture(scope="module")
def plain(released, table):
    """The landed rows; only who is who is taken from the release."""
    company, _ = released
    identifiers = table("""
        select source_customer_id, customer_id from core.dim_customer_identifiers
        where source_system = 'erp' and valid_to_date is null
    """)
    accounts = {row["source_customer_id"]: row["customer_id"] for row in identifiers}
    return PlainCompany(company.data_dir, accounts)


@pytest.fixture(scope="module")
def features(table):
    return {row["customer_id"]: row for row in table("from features.ftr_customers")}


@pytest.fixture(scope="module")
def products(table):
    return {row["product_id"]: row for row in table("from features.ftr_products")}


def month_of(line):
    return 12 * line["day"].year + line["day"].month


def monthly_demand(plain):
    """Quantity by product and month."""
    demand = defaultdict(lambda: defaultdict(Fraction))
    for line in plain.order_lines:
        if line["is_demand"] and line["day"] >= WINDOW_START:
            demand[line["product_id"]][month_of(line)] += Fraction(line["ordered_qty"])
    return demand


def test_demand_classes_follow_from_interval_and_variation(plain, products):
    last_month = 12 * AS_OF.year + AS_OF.month
    classes = {}
    for product_id, demand in monthly_demand(plain).items():
        sizes = [size for size in demand.values() if size > 0]
        if len(sizes) < 4:
            classes[product_id] = "insufficient"
            continue
        month_count = last_month - min(demand) + 1
        is_intermittent = Fraction(month_count, len(sizes)) >= Fraction("1.32")
        variation = statistics.variance(sizes) / statistics.mean(sizes) ** 2
        classes[product_id] = {
            (False, False): "smooth",
            (False, True): "erratic",
            (True, False): "intermittent",
            (True, True): "lumpy",
        }[is_intermittent, variation >= Fraction("0.49")]
    assert len(set(classes.values())) == 5
    assert {name: products[name]["demand_class"] for name in classes} == classes


def test_xyz_classes_count_months_without_demand(plain, products):
    last_month = 12 * AS_OF.year + AS_OF.month
    classes = {}
    for product_id, demand in monthly_demand(plain).items():
        months = range(min(demand), last_month + 1)
        if len(months) < 2:
            continue
        sizes = [demand.get(month, Fraction(0)) for month in months]
        variation = statistics.variance(sizes) / statistics.mean(sizes) ** 2
        classes[product_id] = (
            "Z" if variation >= 1 else "Y" if variation >= Fraction(1, 4) else "X"
        )
    assert set(classes.values()) == {"X", "Y", "Z"}
    assert {name: products[name]["xyz_class"] for name in classes} == classes


def test_abc_classes_take_the_share_before_the_product(plain, products):
    by_month = defaultdict(list)
    for line in plain.order_lines:
        if line["day"] >= WINDOW_START:
            key = (line["product_id"], month_of(line), line["currency_code"])
            by_month[key].append(line)
    sales = defaultdict(Decimal)
    for (product_id, _, _), lines in by_month.items():
        sales[product_id] += plain.constant_sales(lines)
    total = sum(amount for amount in sales.values() if amount > 0)
    classes, before = {}, Decimal(0)
    for product_id, amount in sorted(sales.items(), key=lambda at: (-at[1], at[0])):
        if amount <= 0:
            classes[product_id] = "C"
            continue
        share = before / total
        classes[product_id] = (
            "A" if share < Decimal("0.80") else "B" if share < Decimal("0.95") else "C"
        )
        before += amount
    assert {name: products[name]["abc_class"] for name in classes} == classes


def customer_orders(plain):
    """Days of the demand orders in the window, by customer."""
    days = defaultdict(list)
    for lines in plain.demand_orders.values():
        if lines[0]["day"] >= WINDOW_START:
            days[lines[0]["customer_id"]].append(lines[0]["day"])
    return days


def customer_sales(plain, weight=lambda _: Decimal(1)):
    """Net sales at constant rates in the window, by customer."""
    sales = defaultdict(Decimal)
    for lines in plain.orders.values():
        if lines[0]["day"] >= WINDOW_START:
            amount = plain.constant_sales(lines) * weight(lines[0]["day"])
            sales[lines[0]["customer_id"]] += amount
    return sales


def test_rfm_scores_count_the_quintile_cuts_reached(plain, features, table):
    days, sales = customer_orders(plain), customer_sales(plain)
    outsiders = {
        row["customer_id"]
        for row in table(
            "select customer_id from core.dim_customers where is_intercompany"
        )
    }
    values = {
        customer: ((AS_OF - max(own)).days, len(own), float(sales[customer]))
        for customer, own in days.items()
        if customer not in outsiders
    }
    cuts = [
        sorted(set(np.quantile(column, [0.2, 0.4, 0.6, 0.8]) + 1))
        for column in zip(*values.values(), strict=True)
    ]

    def reached(at, value):
        return sum(bool(cut <= value) for cut in cuts[at])

    expected = {
        customer: (
            1 + len(cuts[0]) - reached(0, recency),
            1 + reached(1, frequency),
            1 + reached(2, money),
        )
        for customer, (recency, frequency, money) in values.items()
    }
    assert {
        customer: tuple(
            features[customer][f"{name}_score"]
            for name in ("recency", "frequency", "monetary")
        )
        for customer in expected
    } == expected


def test_recent_sales_weigh_by_their_half_life(plain, features):
    expected = customer_sales(
        plain, lambda on: Decimal("0.5") ** (Decimal((AS_OF - on).days) / 90)
    )
    assert len(expected) > 1000
    for customer, amount in expected.items():
        decayed = features[customer]["decayed_net_sales_amount_base_ccy"]
        if decayed is not None:
            assert abs(decayed - amount) < Decimal("0.02"), customer


def line_outcomes(plain):
    """On time, in full and perfect of each demand line, None where unknown."""
    shipments = {row["shipment_id"]: row for row in plain.rows("tms__shipments")}
    shipped = defaultdict(list)
    for row in plain.rows("tms__shipment_lines"):
        shipped[row["order_id"], row["line_no"]].append(row)
    damage = codes_where("policy_return_reasons", "reason_code", "is_damage")
    papers = codes_where("policy_case_types", "case_type", "is_document_error")
    damaged = {
        (row["order_id"], row["order_line_no"])
        for row in plain.rows("wms__return_lines")
        if row["reason_code"] in damage
    }
    disputed = {
        row["order_id"]
        for row in plain.rows("crm__service_cases")
        if row["case_type"] in papers
    }
    for order_id, lines in plain.demand_orders.items():
        outcomes = []
        for line in lines:
            key = (order_id, line["line_no"])
            due = day(line["requested_date"] or line["promised_date"])
            parts = [shipments[row["shipment_id"]] for row in shipped[key]]
            arrivals = [day(part["actual_delivery_date"]) for part in parts]
            if not parts:
                outcomes.append((False, due, None, None, None))
            elif None in arrivals:
                outcomes.append((True, due, None, None, None))
            else:
                qty = sum(row["qty"] for row in shipped[key])
                on_time = max(arrivals) <= due
                otif = on_time and qty >= line["ordered_qty"]
                is_flawless = key not in damaged and order_id not in disputed
                outcomes.append((True, due, on_time, otif, otif and is_flawless))
        yield lines[0], outcomes


def verdict(outcomes, measure):
    """Whether every line of an order meets a measure; None where nobody can say."""
    known = [line[measure] for line in outcomes if line[measure] is not None]
    if not any(line[0] for line in outcomes) or not known:
        return None
    is_overdue = max(line[1] for line in outcomes) < AS_OF
    if not all(known) or (is_overdue and not all(line[0] for line in outcomes)):
        return False
    return True if len(known) == len(outcomes) else None


def test_service_ratios_count_orders_whose_every_line_was_kept(plain, features):
    counts = defaultdict(lambda: defaultdict(list))
    for first, outcomes in line_outcomes(plain):
        if first["day"] >= WINDOW_START:
            for name, measure in (("on_time", 2), ("otif", 3), ("perfect_order", 4)):
                result = verdict(outcomes, measure)
                if result is not None:
                    counts[first["customer_id"]][f"{name}_ratio"].append(result)
    assert len(counts) > 1000
    for customer, ratios in counts.items():
        for name, results in ratios.items():
            expected = sum(results) / len(results)
            assert features[customer][name] == pytest.approx(expected), (customer, name)


def profit_and_loss(plain, table):
    """Net sales, cost of goods, cost to serve by customer, from lines and rows."""
    money = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0)])
    for line in plain.order_lines:
        if line["is_net_sales"]:
            rate = plain.rate(line["currency_code"], "average", line["day"])
            own = money[line["customer_id"]]
            own[0] += cents(line["net_amount"] * rate)
            own[1] += cents(line["cogs_amount"] * rate)
    for row in table("""
        select customer_id, sum(allocated_amount_base_ccy) as amount
        from core.fct_cost_to_serve group by customer_id
    """):
        money[row["customer_id"]][2] += row["amount"]
    return money


def test_customer_profit_adds_up_from_order_lines_and_cost_rows(plain, table):
    published = table("""
        select customer_id, sum(net_sales_amount_base_ccy) as sales,
            sum(cogs_amount_base_ccy) as cogs,
            sum(cost_to_serve_amount_base_ccy) as cost,
            sum(contribution_amount_base_ccy) as contribution
        from finance.rpt_profitability_by_customer_month group by customer_id
    """)
    expected = profit_and_loss(plain, table)
    assert {
        row["customer_id"]: [row["sales"], row["cogs"], row["cost"]]
        for row in published
    } == expected
    for row in published:
        sales, cogs, cost = expected[row["customer_id"]]
        assert row["contribution"] == sales - cogs - cost


def test_whale_curve_runs_from_the_best_customer_to_the_worst(plain, table):
    contributions = {
        customer: sales - cogs - cost
        for customer, (sales, cogs, cost) in profit_and_loss(plain, table).items()
    }
    ranked = sorted(contributions.items(), key=lambda at: (-at[1], at[0]))
    total = sum(contributions.values())
    curve = table("from finance.rpt_whale_curve_by_customer order by rank")
    running = Decimal(0)
    for row, (customer, contribution) in zip(curve, ranked, strict=True):
        running += contribution
        assert row["customer_id"] == customer
        assert row["cumulative_contribution_amount_base_ccy"] == running
        assert float(row["cumulative_ratio"]) == pytest.approx(
            float(running / total), abs=1e-6
        )
    assert running == total > 0
