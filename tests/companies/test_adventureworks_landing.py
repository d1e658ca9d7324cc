"""AdventureWorks: what landed equals what plain pandas counts in the raw files."""

from collections import Counter
from decimal import Decimal

import pandas as pd
import pytest
from company_sources import source_of

ENTITIES = {
    3: "US-NORTHEAST",
    4: "US-NORTHWEST",
    5: "US-CENTRAL",
    6: "US-SOUTHEAST",
    7: "US-SOUTHWEST",
    8: "CANADA",
    11: "FRANCE",
    12: "GERMANY",
    13: "AUSTRALIA",
}


def table(name, columns=None):
    file = source_of("adventureworks") / "dw" / f"{name}.parquet"
    return pd.read_parquet(file, columns=columns)


@pytest.fixture(scope="module")
def query(landed):
    connection = landed("adventureworks")
    return lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def sales():
    facts = [table("FactInternetSales"), table("FactResellerSales")]
    return pd.concat(facts).merge(table("DimCurrency"), validate="many_to_one")


@pytest.fixture(scope="module")
def finance():
    facts = table("FactFinance").merge(table("DimAccount"), validate="many_to_one")
    # DOUBLE in the file, but cents: Decimal through the text is exact.
    facts["cents"] = [Decimal(str(amount)) for amount in facts["Amount"]]
    return facts


def by(frame, keys, column):
    return {key: sum(group[column]) for key, group in frame.groupby(keys)}


def test_both_sales_facts_land_line_by_line(sales, query):
    assert len(sales) == 60_398 + 60_855
    sql = "select count(*), count(distinct order_id) from erp__order_lines"
    assert query(sql) == [(len(sales), sales["SalesOrderNumber"].nunique())]


@pytest.mark.parametrize(
    ("raw_column", "column"),
    [
        ("SalesAmount", "net_amount"),
        ("TotalProductCost", "cogs_amount"),
        ("TaxAmt", "tax_amount"),
    ],
)
def test_amounts_are_exact_in_the_currency_of_the_line(
    sales, query, raw_column, column
):
    expected = by(sales, "CurrencyAlternateKey", raw_column)
    sql = f"select currency_code, sum({column}) from erp__order_lines group by all"
    assert dict(query(sql)) == expected


def test_cost_read_in_the_line_s_currency_gives_one_margin_everywhere(sales):
    internet = sales[sales["CustomerKey"].notna()]
    revenue = by(internet, "CurrencyAlternateKey", "SalesAmount")
    cost = by(internet, "CurrencyAlternateKey", "TotalProductCost")
    ratios = {code: float(cost[code] / revenue[code]) for code in revenue}
    assert min(ratios.values()) > 0.53
    assert max(ratios.values()) < 0.61
    # Read as USD it would be: one franc was worth less than 0.16 USD.
    assert ratios["FRF"] / 0.16 > 3.5


def test_converted_revenue_equals_the_average_rate_of_the_order_date(sales, query):
    rates = table("FactCurrencyRate")
    rates["rate"] = [round(Decimal(repr(rate)), 12) for rate in rates["AverageRate"]]
    joined = sales.merge(
        rates[["CurrencyKey", "Date", "rate"]],
        left_on=["CurrencyKey", "OrderDate"],
        right_on=["CurrencyKey", "Date"],
        validate="many_to_one",
    )
    assert len(joined) == len(sales), "a currency without a rate"
    expected = sum(
        a * b for a, b in zip(joined["SalesAmount"], joined["rate"], strict=True)
    )
    sql = """
        select sum(net_amount * coalesce(rate::decimal(18, 12), 1))
        from erp__order_lines
        left join erp__exchange_rates
            on from_currency_code = currency_code
            and rate_date = ordered_at::date::varchar
            and rate_type = 'average'
    """
    ((total,),) = query(sql)
    assert abs(Decimal(str(total)) - expected) < Decimal("0.01")


def test_freight_charged_is_the_facts_own_counted_once(sales, query):
    expected = by(sales, "CurrencyAlternateKey", "Freight")
    sql = "select currency_code, sum(amount) from erp__charges group by all"
    assert dict(query(sql)) == expected


def test_every_order_is_one_shipment_that_left_before_its_due_date(sales, query):
    sql = """
        select count(*), count(*) filter (shipped_at[:10] < planned_delivery_date)
        from tms__shipments
    """
    orders = sales["SalesOrderNumber"].nunique()
    assert query(sql) == [(orders, orders)]
    assert (sales["ShipDate"] < sales["DueDate"]).all()


def customers():
    names = ["CustomerID", "PersonID", "StoreID", "TerritoryID", "AccountNumber"]
    file = source_of("adventureworks") / "oltp" / "Customer.csv"
    return pd.read_csv(file, sep="\t", header=None, dtype=str).set_axis(
        [*names, "rowguid", "modified"], axis=1
    )


def test_parties_are_701_stores_and_18_484_persons(query):
    accounts = customers()
    stores = accounts["StoreID"].nunique()
    persons = accounts["StoreID"].isna().sum()
    sql = """
        select party_type, count(*) - count(from_id)
        from erp__customers
        left join mdm__id_references on from_id = customer_id
        group by all
    """
    assert dict(query(sql)) == {"organisation": stores, "person": persons}


def test_a_store_s_contact_is_the_store_and_no_person(query):
    """635 accounts name a person and a store: the person buys for the store."""
    accounts = customers()
    contacts = accounts.dropna(subset=["PersonID", "StoreID"])["AccountNumber"]
    buyers = accounts[accounts["StoreID"].isna()]["AccountNumber"]
    assert (len(contacts), len(buyers)) == (635, 18_484)
    parties = dict(query("select customer_id, party_type from erp__customers"))
    assert {parties[account] for account in contacts} == {"organisation"}
    assert {parties[account] for account in buyers} == {"person"}


def test_a_second_account_leads_to_the_account_of_the_same_store(query):
    accounts = customers().set_index("AccountNumber")["StoreID"]
    references = query("select from_id, to_id, method from mdm__id_references")
    assert len(references) == accounts.notna().sum() - accounts.nunique()
    for from_id, to_id, method in references:
        assert accounts[from_id] == accounts[to_id]
        assert method == "via_site"


def test_two_stores_of_one_name_stay_two(query):
    sql = """
        select count(*) from erp__customers
        where name = 'Friendly Bike Shop'
        and customer_id not in (select from_id from mdm__id_references)
    """
    assert query(sql) == [(2,)]


def test_a_line_sells_the_product_version_in_force(sales, query):
    versions = table("DimProduct", ["ProductKey", "ProductAlternateKey"])
    sold = sales.merge(versions, validate="many_to_one")
    expected = Counter(sold["ProductAlternateKey"])
    sql = "select product_id, count(*) from erp__order_lines group by all"
    assert dict(query(sql)) == expected
    spans = sold.merge(table("DimProduct", ["ProductKey", "StartDate"]))
    landed_from = {
        "2011-07-01": "2010-12-29",
        "2012-07-01": "2011-12-29",
        "2013-07-01": "2012-12-28",
    }
    for start, orders in spans.groupby(spans["StartDate"].dt.strftime("%Y-%m-%d")):
        assert orders["OrderDate"].min() >= pd.Timestamp(landed_from[start])


def test_stock_is_that_of_the_version_in_force(query):
    stock = table("FactProductInventory", ["ProductKey", "MovementDate"])
    keys = table("DimProduct", ["ProductKey", "ProductAlternateKey"])
    joined = stock.merge(keys, validate="many_to_one")
    days = joined[["ProductAlternateKey", "MovementDate"]].drop_duplicates()
    sql = "select count(*) from wms__inventory_balances"
    assert query(sql) == [(len(days),)]


def test_ledger_totals_per_organisation_and_account_type(finance, query):
    actual = finance[(finance["ScenarioKey"] == 1)]
    actual = actual[actual["AccountType"].isin(["Revenue", "Expenditures"])]
    sign = {"Expenditures": 1, "Revenue": -1}
    expected = {
        (ENTITIES[organisation], kind): sign[kind] * sum(rows["cents"])
        for (organisation, kind), rows in actual.groupby(
            ["OrganizationKey", "AccountType"]
        )
    }
    sql = """
        select entity_code,
            case normal_balance when 'debit' then 'Expenditures' else 'Revenue' end,
            sum(amount::decimal(18, 2))
        from gl__journal_lines
        join gl__accounts using (account_id)
        where account_id <> '1900'
        group by all
    """
    assert {(entity, kind): total for entity, kind, total in query(sql)} == expected


def test_every_journal_balances(query):
    sql = """
        select count(*), count(*) filter (total <> 0) from (
            select entity_code, journal_id, sum(amount::decimal(18, 2)) as total
            from gl__journal_lines group by all
        )
    """
    assert query(sql) == [(299, 0)]


def test_the_counter_line_is_what_the_source_s_balance_sheet_says(finance, query):
    """Within a fiscal year the result is the change of current retained earnings."""
    earnings = finance[(finance["ScenarioKey"] == 1) & (finance["AccountKey"] == 46)]
    sql = """
        select entity_code, posting_date, amount::decimal(18, 2)
        from gl__journal_lines where account_id = '1900'
    """
    results = {(entity, day): amount for entity, day, amount in query(sql)}
    compared = 0
    for organisation, rows in earnings.groupby("OrganizationKey"):
        balance, year = Decimal(0), None
        for row in rows.sort_values("Date").itertuples():
            # Fiscal years start on the last days of the calendar year before.
            fiscal_year = (row.Date + pd.Timedelta(days=10)).year
            before = balance if fiscal_year == year else Decimal(0)
            change = row.cents - before
            assert results[ENTITIES[organisation], str(row.Date.date())] == change
            balance, year = row.cents, fiscal_year
            compared += 1
    assert compared == 276


def test_the_balance_sheet_of_the_source_balances_by_itself(finance):
    actual = finance[finance["ScenarioKey"] == 1]
    for _, rows in actual.groupby(["OrganizationKey", "Date"]):
        sums = by(rows, "AccountType", "cents")
        assert sums.get("Assets", 0) == sums.get("Liabilities", 0)


def test_the_budget_covers_what_it_covers(finance, query):
    budget = finance[finance["ScenarioKey"] == 2]
    sign = budget["AccountType"].map({"Expenditures": 1, "Revenue": -1})
    sql = "select count(*), sum(amount::decimal(18, 2)) from gl__budgets"
    assert query(sql) == [(len(budget), sum(budget["cents"] * sign))]


def test_periods_join_up_and_hold_every_posting(query):
    sql = """
        select count(*) from (
            select starts_on::date
                - lag(ends_on::date) over (
                    partition by entity_code order by starts_on
                ) as step
            from gl__periods
        ) where step <> 1
    """
    assert query(sql) == [(0,)]
    sql = """
        select count(*) from gl__journal_lines
        join gl__periods using (entity_code, fiscal_period)
        where posting_date not between starts_on and ends_on
    """
    assert query(sql) == [(0,)]
    assert query("select min(fiscal_period), max(fiscal_period) from gl__periods") == [
        ("2010-12", "2014-01")
    ]


def test_protected_attributes_are_one_row_each(query):
    persons = len(table("DimCustomer", ["CustomerKey"]))
    sql = "select attribute, count(*) from crm__protected_attributes group by all"
    assert dict(query(sql)) == dict.fromkeys(
        ["gender", "marital_status", "birth_date", "yearly_income"], persons
    )
