"""SCMS: what landed equals what plain Python counts in the raw file."""

import csv
from datetime import datetime
from decimal import Decimal

import pytest
from company_sources import source_of


@pytest.fixture(scope="module")
def raw():
    file = source_of("scms") / "SCMS_Delivery_History_Dataset.csv"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def query(landed):
    connection = landed("scms")
    return lambda sql: connection.execute(sql).fetchall()


def day(text):
    return datetime.strptime(text, "%d-%b-%y").date()


def is_number(text):
    return text[:1].isdigit()


def test_every_delivered_line_lands_once(raw, query):
    assert len(raw) == 10_324
    assert query("select count(*), count(distinct line_no) from erp__order_lines") == [
        (len(raw), len({row["ID"] for row in raw}))
    ]


def test_revenue_is_the_value_of_the_lines(raw, query):
    value = sum(Decimal(row["Line Item Value"]) for row in raw)
    (total,) = query("select sum(net_amount::decimal(18, 4)) from erp__order_lines")
    assert total[0] == value
    assert query("select distinct currency_code from erp__order_lines") == [("USD",)]


def test_lines_without_value_stay(raw, query):
    free = sum(Decimal(row["Line Item Value"]) == 0 for row in raw)
    assert free == 17
    sql = "select count(*) from erp__order_lines where net_amount::decimal(18, 4) = 0"
    assert query(sql) == [(free,)]


def test_freight_is_counted_once_per_shipment(raw, query):
    costs = [row["Freight Cost (USD)"] for row in raw]
    freight = sum(Decimal(cost) for cost in costs if is_number(cost))
    sql = """
        select sum(amount::decimal(18, 4)), count(*), count(distinct shipment_id)
        from tms__freight_charges
    """
    assert query(sql) == [(freight, 6_198, 6_198)]


def test_weight_is_counted_once_per_shipment(raw, query):
    weights = [row["Weight (Kilograms)"] for row in raw]
    weight = sum(Decimal(text) for text in weights if is_number(text))
    sql = "select sum(weight_kg::decimal(18, 4)) from tms__shipments"
    assert query(sql) == [(weight,)]


def test_insurance_is_a_cost_of_the_lines_that_name_it(raw, query):
    amounts = [row["Line Item Insurance (USD)"] for row in raw]
    named = [Decimal(text) for text in amounts if text]
    sql = "select sum(amount::decimal(18, 4)), count(*) from erp__charges"
    assert query(sql) == [(sum(named), len(raw) - 287)]
    assert query("select distinct charge_type, direction from erp__charges") == [
        ("insurance", "cost")
    ]


def test_the_freight_status_of_a_shipment_is_what_its_rows_say(raw, query):
    texts = {}
    for row in raw:
        texts.setdefault(row["ASN/DN #"], []).append(row["Freight Cost (USD)"])
    expected = {"charged": 0, "included_in_price": 0, "invoiced_separately": 0}
    for rows in texts.values():
        # Each reference leads to a row of the same shipment, so none is left over.
        own = [text for text in rows if not text.startswith("See ")]
        if any(is_number(text) for text in own):
            expected["charged"] += 1
        elif own[0].startswith("Freight Included"):
            expected["included_in_price"] += 1
        else:
            expected["invoiced_separately"] += 1
    sql = "select freight_status, count(*) from tms__shipments group by all"
    assert dict(query(sql)) == expected
    assert query("select count(parent_shipment_id) from tms__shipments") == [(0,)]


def test_on_time_is_a_matter_of_dates(raw, query):
    on_time = sum(
        day(row["Delivered to Client Date"]) <= day(row["Scheduled Delivery Date"])
        for row in raw
    )
    sql = """
        select count(*) filter (actual_delivery_date <= promised_date), count(*)
        from erp__order_lines
        join tms__shipment_lines using (order_id, line_no)
        join tms__shipments using (shipment_id)
    """
    assert query(sql) == [(on_time, len(raw))]


def test_customers_are_the_projects_below_their_countries(raw, query):
    projects = {row["Project Code"]: row["Country"] for row in raw}
    assert query("select count(distinct sold_to_id) from erp__order_lines") == [
        (len(projects),)
    ]
    sql = "select customer_id, parent_customer_id from erp__customers"
    parents = {child: parent for child, parent in query(sql) if parent}
    assert parents == projects
    sql = "select count(*) from erp__customers where parent_customer_id is null"
    assert query(sql) == [(len(set(projects.values())),)]


def test_an_order_is_dated_by_the_first_date_it_has(raw, query):
    def order_date(row):
        for column in ("PO Sent to Vendor Date", "PQ First Sent to Client Date"):
            if is_number(row[column]):
                return datetime.strptime(row[column], "%m/%d/%y").date()
        return day(row["Scheduled Delivery Date"])

    dates = {row["ID"]: str(order_date(row)) for row in raw}
    sql = "select line_no, ordered_at[:10] from erp__order_lines"
    assert dict(query(sql)) == dates
