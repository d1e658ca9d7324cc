"""A column is made of what its select computes it from, not of what it is joined by."""

import pytest

from echelon.lineage import Column, direct_sources, origins

KNOWN = {
    "staging.orders": ["order_id", "customer_id", "amount", "is_void"],
    "staging.rates": ["customer_id", "rate"],
}
SALES = """
    with orders as (select * from "warehouse"."staging"."orders"),
    rates as (select * from "warehouse"."staging"."rates")
    select
        customer_id,
        sum(orders.amount * rates.rate) filter (where not orders.is_void) as sales,
        coalesce(max(rates.rate), max(orders.amount)) as either
    from orders
    left join rates using (customer_id)
    group by all
"""


def test_a_column_names_what_it_is_computed_from():
    found = direct_sources(SALES, KNOWN)
    assert found["sales"] == {
        Column("staging.orders", "amount"),
        Column("staging.orders", "is_void"),
        Column("staging.rates", "rate"),
    }
    assert found["either"] == {
        Column("staging.orders", "amount"),
        Column("staging.rates", "rate"),
    }


def test_a_column_joined_by_comes_from_the_first_table():
    found = direct_sources(SALES, KNOWN)
    assert found["customer_id"] == {Column("staging.orders", "customer_id")}


def test_origins_are_columns_nothing_known_makes():
    sources = {
        "marts.profit": {"profit": {Column("marts.sales", "sales")}},
        "marts.sales": direct_sources(SALES, KNOWN),
    }
    assert {at.table for at in origins(Column("marts.profit", "profit"), sources)} == {
        "staging.orders",
        "staging.rates",
    }


def test_a_select_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="cannot be read"):
        direct_sources("select from where", KNOWN)
