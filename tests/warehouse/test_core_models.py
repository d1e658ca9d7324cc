"""Do the first pass's tables say what plain Python computes from the same rows?"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.warehouse.tiny_company import (
    AS_OF,
    CURRENCY_OF_ACCOUNT,
    PARTY_OF_ACCOUNT,
    order_lines,
    rate_of,
)

CENT = Decimal("0.01")


def cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def last_business_day(day):
    return day - timedelta(days=max(0, day.weekday() - 4))


def day_of(line):
    return date.fromisoformat(line["ordered_at"][:10])


def is_demand(line):
    return line["document_type"] == "sale" and line["status"] != "cancelled"


def constant_amount(line):
    rate = rate_of("closing", last_business_day(AS_OF))
    return line["net_amount"] * (rate if line["currency_code"] == "USD" else 1)


@pytest.fixture(scope="module")
def orders_of_party():
    """Demand orders by party: date and lines."""
    orders = defaultdict(dict)
    for line in order_lines():
        if is_demand(line):
            party = PARTY_OF_ACCOUNT[line["sold_to_id"]]
            orders[party].setdefault(line["order_id"], []).append(line)
    return orders


@pytest.fixture
def customer_of_party(query):
    """Persistent customer id by party, from the resolved ERP accounts."""
    rows = query("""
        select source_customer_id, customer_id from intermediate.int_customers_resolved
        where source_system = 'erp'
    """)
    return {
        PARTY_OF_ACCOUNT[row["source_customer_id"]]: row["customer_id"] for row in rows
    }


@pytest.fixture
def features(query, customer_of_party):
    """Features by party."""
    by_customer = {
        row["customer_id"]: row for row in query("from features.ftr_customers")
    }
    return {party: by_customer[key] for party, key in customer_of_party.items()}


def test_every_line_is_converted_at_the_rate_of_its_day(query):
    converted = {
        (row["order_id"], row["line_no"]): row["net_amount_base_ccy"]
        for row in query("from intermediate.int_order_lines_converted")
    }
    expected = {}
    for line in order_lines():
        rate = (
            rate_of("average", last_business_day(day_of(line)))
            if line["currency_code"] == "USD"
            else Decimal(1)
        )
        expected[line["order_id"], line["line_no"]] = cents(line["net_amount"] * rate)
    assert converted == expected


def test_accounts_with_one_tax_id_are_one_customer(query, customer_of_party):
    rows = query("""
        select source_customer_id, customer_id, match_rule
        from intermediate.int_customers_resolved
        where source_customer_id in ('A1', 'A2', 'K3')
        order by source_customer_id
    """)
    assert [(row["customer_id"], row["match_rule"]) for row in rows] == [
        (customer_of_party["one"], "tax_id"),
        (customer_of_party["one"], "tax_id"),
        (customer_of_party["three"], "crm_key"),
    ]


def test_recency_frequency_and_money_agree_with_plain_python(features, orders_of_party):
    for party, orders in orders_of_party.items():
        row = features[party]
        last = max(day_of(lines[0]) for lines in orders.values())
        assert row["recency_days"] == (AS_OF - last).days, party
        assert row["order_count"] == len(orders), party


def test_net_sales_are_at_constant_rates_net_of_returns(features):
    sales = defaultdict(Decimal)
    of_order = defaultdict(Decimal)
    party_of_order = {}
    for line in order_lines():
        if line["status"] != "cancelled":
            of_order[line["order_id"]] += constant_amount(line)
            party_of_order[line["order_id"]] = PARTY_OF_ACCOUNT[line["sold_to_id"]]
    for order_id, amount in of_order.items():
        sales[party_of_order[order_id]] += cents(amount)
    assert {party: features[party]["net_sales_amount_base_ccy"] for party in sales} == (
        dict(sales)
    )


def test_ratios_rest_on_the_orders_they_count(features, orders_of_party):
    for party, orders in orders_of_party.items():
        lines = [line for own in orders.values() for line in own]
        rush = sum(own[0]["is_rush"] == "true" for own in orders.values())
        row = features[party]
        assert row["line_count_per_order"] == pytest.approx(len(lines) / len(orders))
        assert row["rush_order_ratio"] == pytest.approx(rush / len(orders))
        assert row["gross_margin_ratio"] == pytest.approx(0.5, abs=1e-3)


def test_customer_without_a_sale_is_kept_and_excluded(features):
    assert features["four"]["is_excluded"]
    assert features["four"]["exclusion_reason"] == "no_sale_in_window"
    assert features["four"]["net_sales_amount_base_ccy"] is None


def test_absent_source_is_unknown_and_not_zero(features):
    row = features["one"]
    assert row["service_case_count_per_order"] is None
    assert row["on_time_ratio"] is None
    assert row["perfect_order_ratio"] is None
    assert not row["is_imputed_on_time_ratio"]


def test_every_quoted_currency_has_its_rate(query):
    assert set(CURRENCY_OF_ACCOUNT.values()) == {"EUR", "USD"}
    assert query("from intermediate.int_missing_exchange_rates") == []


def test_row_after_the_as_of_date_reaches_nothing(query, features):
    assert features["three"]["net_sales_amount_base_ccy"] is None
    left_out = query(
        "select table_name, later_row_count from raw.table_availability"
        " where later_row_count > 0"
    )
    assert {row["table_name"]: row["later_row_count"] for row in left_out} == {
        "erp__order_lines": 1,
        "erp__charges": 1,
        "wms__return_lines": 1,
        "tms__shipments": 1,
        "tms__shipment_lines": 1,
    }
    for table, condition in (
        ("intermediate.int_order_lines_converted", "order_id = 'LATE'"),
        ("intermediate.int_orders_aggregated", "order_id = 'LATE'"),
        ("intermediate.int_cost_objects_enumerated", "order_id = 'LATE'"),
        ("intermediate.int_charges_converted", "document_id = 'X1'"),
        ("intermediate.int_ledger_lines_mapped", "document_id = 'erp:X1'"),
        ("staging.stg_wms__return_lines", "return_id = 'R1'"),
        ("intermediate.int_shipments_timed", "shipment_id = 'S2'"),
        ("intermediate.int_shipment_lines_weighted", "shipment_id = 'S2'"),
        ("features.ftr_products", "product_id = 'P9'"),
    ):
        assert not query(f"from {table} where {condition}"), table


def test_row_of_the_as_of_date_itself_counts(query):
    assert query("from intermediate.int_charges_converted where document_id = 'X0'")
    assert query("from intermediate.int_shipments_timed where shipment_id = 'S1'")
    fulfilled = query(
        """
        select shipped_qty from intermediate.int_order_lines_fulfilled
        where order_id = 'O1' and line_no = 1
        """
    )
    assert [row["shipped_qty"] for row in fulfilled] == [1]
