"""Does a reader of each real company's release see the figures of its raw files?"""

from decimal import Decimal

import adventureworks_figures
import pandas as pd
import pytest
import scms_figures

NO_LEDGER = "the data set has no general ledger"


@pytest.fixture(scope="module")
def sales():
    return adventureworks_figures.sales()


@pytest.fixture(scope="module")
def postings():
    return adventureworks_figures.postings()


@pytest.fixture(scope="module")
def deliveries():
    return scms_figures.deliveries()


def totals(frame, keys, column):
    return frame.groupby(keys)[column].sum().to_dict()


# AdventureWorks


@pytest.mark.parametrize(
    ("raw_column", "column"),
    [
        ("SalesAmountUSD", "net_amount_base_ccy"),
        ("TotalProductCostUSD", "cogs_amount_base_ccy"),
    ],
    ids=["revenue", "cost_of_goods"],
)
def test_each_line_sold_is_released_once_at_the_average_rate_of_its_day(
    adventureworks_release, sales, raw_column, column
):
    assert len(sales) == 60_398 + 60_855
    sql = f"select order_id, line_no, {column} from core.fct_order_lines"
    released = adventureworks_release.query(sql)
    assert len(released) == len(sales)
    expected = sales.set_index(["SalesOrderNumber", "SalesOrderLineNumber"])[raw_column]
    assert {row[:2]: row[2] for row in released} == expected.to_dict()


def test_revenue_per_currency_is_exact_to_four_decimals(adventureworks_release, sales):
    expected = totals(sales, "CurrencyAlternateKey", "SalesAmount")
    assert len(expected) == 7
    sql = """
        select local_currency_code, sum(net_amount_local_ccy)
        from core.fct_order_lines group by all
    """
    assert adventureworks_release.figures(sql) == expected


@pytest.mark.parametrize(
    ("mart", "column"),
    [
        ("core.fct_order_lines", "net_amount_base_ccy"),
        ("sales.rpt_net_sales_by_customer_month", "net_sales_amount_base_ccy"),
        ("finance.rpt_profitability_by_customer_month", "net_sales_amount_base_ccy"),
        (
            "finance.rpt_revenue_reconciliation_by_entity_month",
            "order_net_sales_amount_base_ccy",
        ),
    ],
)
def test_converted_revenue_is_the_same_to_the_cent_in_every_mart(
    adventureworks_release, sales, mart, column
):
    expected = sum(sales["SalesAmountUSD"])
    assert adventureworks_release.query(f"select sum({column}) from {mart}") == [
        (expected,)
    ]


def test_revenue_per_year_is_that_of_the_order_dates(adventureworks_release, sales):
    expected = totals(sales, sales["OrderDate"].dt.year, "SalesAmountUSD")
    assert sorted(expected) == [2010, 2011, 2012, 2013, 2014]
    sql = """
        select year(order_date), sum(net_amount_base_ccy)
        from core.fct_order_lines group by all
    """
    assert adventureworks_release.figures(sql) == expected


def test_buyers_are_the_stores_and_persons_behind_the_accounts(
    adventureworks_release, sales
):
    persons = sales.loc[sales["store"].isna(), "account"].nunique()
    assert (sales["store"].nunique(), persons) == (635, 18_484)
    sql = """
        select party_type, count(distinct customer_id)
        from core.fct_order_lines join core.dim_customers using (customer_id)
        group by all
    """
    assert adventureworks_release.figures(sql) == {
        "organisation": sales["store"].nunique(),
        "person": persons,
    }


def test_one_party_is_one_customer(adventureworks_release, sales):
    stores = dict(zip(sales["account"], sales["store"], strict=True))
    sql = "select distinct sold_to_id, customer_id from core.fct_order_lines"
    pairs = {
        (account if pd.isna(stores[account]) else stores[account], customer_id)
        for account, customer_id in adventureworks_release.query(sql)
    }
    parties, customers = (set(side) for side in zip(*pairs, strict=True))
    assert len(pairs) == len(parties) == len(customers)


def test_orders_of_each_party_are_those_of_its_store_or_person(
    adventureworks_release, sales
):
    """Resellers order under one account of several: they match through the store."""
    party = sales["store"].fillna(sales["account"])
    expected = sales.groupby(party)["SalesOrderNumber"].nunique()
    assert (len(expected), expected.sum()) == (635 + 18_484, 3_796 + 27_659)
    accounts = adventureworks_figures.stores_of_accounts()
    parties = accounts.fillna(pd.Series(accounts.index, accounts.index))
    sql = """
        select source_customer_id, count(distinct order_id)
        from core.dim_customer_identifiers
        left join core.fct_order_lines using (customer_id)
        where source_system = 'erp' and is_current
        group by all
    """
    released = adventureworks_release.figures(sql)
    assert set(released) == set(accounts.index)
    assert released == {
        account: expected.get(party, 0) for account, party in parties.items()
    }


def test_accounts_of_one_store_are_one_customer_and_persons_stay_apart(
    adventureworks_release,
):
    """No account is lost: 701 stores hold 1,336 accounts, each person one."""
    accounts = adventureworks_figures.stores_of_accounts()
    by_store = accounts.dropna().groupby(accounts).size()
    persons = accounts.isna().sum()
    assert (len(by_store), by_store.sum(), persons) == (701, 1_336, 18_484)
    sql = """
        select party_type, identifier_count, count(*)
        from core.dim_customers where is_active group by all
    """
    assert adventureworks_release.figures(sql) == {
        **{
            ("organisation", int(size)): int(count)
            for size, count in by_store.value_counts().items()
        },
        ("person", 1): persons,
    }


def test_two_stores_of_one_name_stay_two_customers(adventureworks_release, sales):
    names = adventureworks_figures.store_names()
    namesakes = names[names.duplicated(keep=False)]
    revenue = totals(sales, "store", "SalesAmountUSD")
    expected = sorted((name, revenue[store]) for store, name in namesakes.items())
    assert len(expected) == 2 * 2
    sql = """
        select customer_name, sum(net_amount_base_ccy)
        from core.fct_order_lines join core.dim_customers using (customer_id)
        where party_type = 'organisation'
        group by customer_name, customer_id
    """
    released = adventureworks_release.query(sql)
    assert sorted(row for row in released if row[0] in set(namesakes)) == expected


def test_every_cost_pool_is_its_postings_in_usd(adventureworks_release, postings):
    expected = totals(postings, ["entity", "period", "pool"], "cost")
    assert set(postings["pool"]) > {"commissions", "warehouse_space", "order_handling"}
    sql = """
        select entity_code, fiscal_period, cost_pool_code, gl_amount_base_ccy
        from finance.rpt_gl_reconciliation_by_cost_pool_month
    """
    assert adventureworks_release.figures(sql) == expected


def test_the_ledger_of_each_organisation_and_month_is_whole(
    adventureworks_release, postings
):
    expected = totals(postings, ["entity", "period"], "cost")
    assert len(expected) == 6 * 36 + 2 * 24 + 12
    sql = """
        select entity_code, fiscal_period, sum(gl_amount_base_ccy)
        from finance.rpt_gl_reconciliation_by_cost_pool_month group by all
    """
    assert adventureworks_release.figures(sql) == expected


def test_no_pool_has_a_variance_and_what_it_allocates_is_there(adventureworks_release):
    sql = """
        select gl_amount_base_ccy, allocated_amount_base_ccy,
            unused_capacity_amount_base_ccy, sustaining_amount_base_ccy,
            excluded_amount_base_ccy, unallocated_amount_base_ccy,
            quarantined_amount_base_ccy, variance_amount_base_ccy
        from finance.rpt_gl_reconciliation_by_cost_pool_month
    """
    pools = adventureworks_release.query(sql)
    assert pools
    for ledger, *parts, variance in pools:
        assert (sum(parts), variance) == (ledger, 0)
    sql = "select sum(allocated_amount_base_ccy) from core.fct_cost_to_serve"
    assert adventureworks_release.query(sql) == [(sum(row[1] for row in pools),)]


def test_the_gap_between_the_ledger_and_what_was_sold_is_shown(
    adventureworks_release, sales, postings
):
    """Trade sales less returns and discounts; order lines and the freight charged."""
    is_revenue = postings["AccountCodeAlternateKey"].isin([4200, 4130, 4140])
    months = ["entity", "period"]
    ledger = totals(postings[is_revenue], months, "cost")
    sold = totals(sales, months, "SalesAmountUSD")
    freight = totals(sales, months, "FreightUSD")
    nothing = Decimal(0)
    expected = {
        month: -ledger.get(month, nothing)
        - sold.get(month, nothing)
        - freight.get(month, nothing)
        for month in ledger.keys() | sold.keys()
    }
    sql = """
        select entity_code, fiscal_period, gap_amount_base_ccy
        from finance.rpt_revenue_reconciliation_by_entity_month
    """
    assert adventureworks_release.figures(sql) == expected
    assert all(expected.values())


# SCMS


def test_each_line_delivered_is_released_once_at_its_value(scms_release, deliveries):
    sql = "select order_id, line_no, net_amount_base_ccy from core.fct_order_lines"
    released = scms_release.query(sql)
    assert len(released) == len(deliveries) == 10_324
    expected = deliveries.set_index(["order", "line"])["value"].to_dict()
    assert {row[:2]: row[2] for row in released} == expected
    assert sum(row[2] for row in released) == sum(deliveries["value"])


def test_customers_with_sales_are_the_projects_below_their_countries(
    scms_release, deliveries
):
    expected = totals(deliveries, ["project", "country"], "value")
    assert len(expected) == deliveries["project"].nunique() == 142
    sql = """
        select customers.customer_name, parents.customer_name, sum(net_amount_base_ccy)
        from core.fct_order_lines
        join core.dim_customers as customers using (customer_id)
        join core.dim_customers as parents
            on parents.customer_id = customers.parent_customer_id
        group by all
    """
    assert scms_release.figures(sql) == expected
    sql = "select count(distinct customer_id) from core.fct_order_lines"
    assert scms_release.query(sql) == [(len(expected),)]


def test_freight_is_counted_once_per_shipment(scms_release, deliveries):
    charged = deliveries[deliveries["has_freight"]].set_index("shipment")["freight"]
    assert charged.index.is_unique
    expected = dict.fromkeys(deliveries["shipment"]) | charged.to_dict()
    sql = "select shipment_id, freight_amount_base_ccy from core.fct_shipments"
    assert scms_release.figures(sql) == expected
    sql = "select sum(freight_amount_base_ccy) from core.fct_shipments"
    assert scms_release.query(sql) == [(sum(deliveries["freight"]),)]


@pytest.mark.parametrize("charge", ["freight", "insurance"])
def test_charges_of_each_month_are_allocated_or_shown_as_unallocated(
    scms_release, deliveries, charge
):
    months = [f"{date:%Y-%m}" for date in deliveries["delivered"]]
    expected = totals(deliveries, months, charge)
    sql = f"""
        select fiscal_period, charged_amount_base_ccy, allocated_amount_base_ccy,
            unallocated_amount_base_ccy, variance_amount_base_ccy
        from finance.rpt_charge_reconciliation_by_cost_pool_month
        where cost_pool_code = '{charge}'
    """
    pools = scms_release.query(sql)
    assert {row[0]: row[1] for row in pools} == {
        month: total for month, total in expected.items() if total
    }
    for _, charged, allocated, unallocated, variance in pools:
        assert (allocated + unallocated, variance) == (charged, 0)
    assert sum(row[2] + row[3] for row in pools) == sum(deliveries[charge])


def test_a_project_costs_the_freight_and_insurance_of_its_deliveries(
    scms_release, deliveries
):
    costs = deliveries.assign(cost=deliveries["freight"] + deliveries["insurance"])
    expected = totals(costs, "project", "cost")
    sql = """
        select customer_name, sum(allocated_amount_base_ccy)
        from core.fct_cost_to_serve join core.dim_customers using (customer_id)
        group by all
    """
    released = scms_release.figures(sql)
    assert released == {project: cost for project, cost in expected.items() if cost}


def test_a_shipment_is_on_time_by_the_earliest_date_of_its_lines(
    scms_release, deliveries
):
    shipments = deliveries.groupby("shipment")
    expected = shipments["delivered"].max() <= shipments["scheduled"].min()
    assert len(expected) == 7_030
    assert 0.88 < expected.mean() < 0.89
    sql = "select shipment_id, is_on_time from core.fct_shipments"
    assert scms_release.figures(sql) == expected.to_dict()


def test_an_order_is_on_time_if_each_of_its_lines_is(scms_release, deliveries):
    lines = deliveries.assign(
        is_on_time=deliveries["delivered"] <= deliveries["scheduled"]
    )
    orders = lines.groupby(["project", "order"])["is_on_time"].all()
    assert 0.89 < orders.mean() < 0.90
    projects = orders.groupby("project")
    expected = pd.concat([projects.size(), projects.size(), projects.sum()], axis=1)
    sql = """
        select customer_name, sum(order_count), sum(timed_order_count),
            sum(on_time_order_count)
        from supply_chain.rpt_order_fulfilment_by_customer_month
        join core.dim_customers using (customer_id)
        group by all
    """
    assert sorted(scms_release.query(sql)) == list(expected.itertuples(name=None))


@pytest.mark.parametrize(
    "mart",
    [
        "rpt_gl_reconciliation_by_cost_pool_month",
        "rpt_revenue_reconciliation_by_entity_month",
    ],
)
def test_a_mart_that_needs_a_ledger_says_why_it_is_not_available(scms_release, mart):
    sql = f"""
        select is_available, availability_status
        from governance.rpt_mart_availability
        where schema_name = 'finance' and mart_name = '{mart}'
    """
    reasons = f"gl__accounts ({NO_LEDGER}), gl__journal_lines ({NO_LEDGER})"
    assert scms_release.query(sql) == [(False, f"not available: {reasons}")]
    assert scms_release.query(f"select count(*) from finance.{mart}") == [(0,)]


def test_freight_without_a_ledger_is_available_as_charged_and_says_so(scms_release):
    sql = """
        select is_available, availability_status
        from governance.rpt_mart_availability
        where mart_name = 'rpt_freight_reconciliation_by_entity_month'
    """
    assert scms_release.query(sql) == [(True, "available")]
    rows = scms_release.query(
        """
        select distinct gl_amount_base_ccy, gap_amount_base_ccy, anomaly_status
        from finance.rpt_freight_reconciliation_by_entity_month where is_tied
        """
    )
    assert rows == [(None, None, "available: no general ledger to compare with")]
