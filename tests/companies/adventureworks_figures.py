"""What AdventureWorks sold and booked, in USD, by plain pandas from its raw files."""

import csv
from decimal import ROUND_HALF_UP, Decimal
from fnmatch import fnmatchcase
from functools import cache

import pandas as pd
from company_sources import ROOT, source_of

CENT = Decimal("0.01")
# Money is converted at rates of twelve decimals; the file has floating-point ones.
RATE_PLACES = 12
ENTITY_OF_ORGANISATION = {
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
ENTITY_OF_REGION = {
    "Northwest": "US-NORTHWEST",
    "Northeast": "US-NORTHEAST",
    "Central": "US-CENTRAL",
    "Southwest": "US-SOUTHWEST",
    "Southeast": "US-SOUTHEAST",
    "Canada": "CANADA",
    "France": "FRANCE",
    "Germany": "GERMANY",
    "Australia": "AUSTRALIA",
    "United Kingdom": "EUROPE",
}


def table(name):
    return pd.read_parquet(source_of("adventureworks") / "dw" / f"{name}.parquet")


@cache
def average_rates():
    """Return the USD for one unit of a currency on a day."""
    rows = table("FactCurrencyRate")
    keys = zip(rows["CurrencyKey"], rows["Date"], strict=True)
    rates = [round(Decimal(repr(rate)), RATE_PLACES) for rate in rows["AverageRate"]]
    return dict(zip(keys, rates, strict=True))


def in_usd(frame, column, date_column):
    """Convert at the rate of the row's day, rounded half away from zero to the cent."""
    rates = average_rates()
    return [
        (amount * rates[currency, day]).quantize(CENT, ROUND_HALF_UP)
        for amount, currency, day in zip(
            frame[column], frame["CurrencyKey"], frame[date_column], strict=True
        )
    ]


def sales():
    """Both sales facts with their amounts in USD, entity, period and buyer."""
    facts = pd.concat([table("FactInternetSales"), table("FactResellerSales")])
    facts = facts.merge(table("DimCurrency"), validate="many_to_one")
    for column in ("SalesAmount", "TotalProductCost", "Freight"):
        facts[f"{column}USD"] = in_usd(facts, column, "OrderDate")
    regions = table("DimSalesTerritory").set_index("SalesTerritoryKey")
    region = facts["SalesTerritoryKey"].map(regions["SalesTerritoryRegion"])
    facts["entity"] = region.map(ENTITY_OF_REGION)
    facts["period"] = fiscal_periods(facts["OrderDate"])
    persons = table("DimCustomer").set_index("CustomerKey")["CustomerAlternateKey"]
    resellers = table("DimReseller").set_index("ResellerKey")["ResellerAlternateKey"]
    person = facts["CustomerKey"].map(persons)
    facts["account"] = person.fillna(facts["ResellerKey"].map(resellers))
    store_of_account = stores_of_accounts()
    assert facts["account"].isin(store_of_account.index).all()
    facts["store"] = facts["account"].map(store_of_account)
    return facts


def stores_of_accounts():
    """Return the StoreID of each AccountNumber of the oltp, null for a person."""
    file = source_of("adventureworks") / "oltp" / "Customer.csv"
    accounts = pd.read_csv(file, sep="\t", header=None, dtype=str)
    return accounts.set_index(4)[2]


def store_names():
    """Return the name of each StoreID."""
    file = source_of("adventureworks") / "oltp" / "Store.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [row.split("+|") for row in stream.read().split("&|\n")]
    return pd.Series({row[0]: row[1] for row in rows if len(row) > 1})


def postings():
    """Return the actual profit and loss of FactFinance in USD, cost positive."""
    facts = table("FactFinance").merge(table("DimAccount"), validate="many_to_one")
    currencies = table("DimOrganization")[["OrganizationKey", "CurrencyKey"]]
    facts = facts.merge(currencies, validate="many_to_one")
    is_result = facts["AccountType"].isin(["Revenue", "Expenditures"])
    facts = facts[is_result & (facts["ScenarioKey"] == 1)].copy()
    # DOUBLE in the file, but cents: Decimal through the text is exact.
    facts["amount"] = [Decimal(str(amount)) for amount in facts["Amount"]]
    facts["cost"] = in_usd(facts, "amount", "Date")
    facts["cost"] *= facts["AccountType"].map({"Revenue": -1, "Expenditures": 1})
    facts["entity"] = facts["OrganizationKey"].map(ENTITY_OF_ORGANISATION)
    facts["period"] = fiscal_periods(facts["Date"])
    facts["pool"] = [
        cost_pool(str(account), str(department))
        for account, department in zip(
            facts["AccountCodeAlternateKey"], facts["DepartmentGroupKey"], strict=True
        )
    ]
    return facts


def fiscal_periods(days):
    """Name the ledger month of each day: the ledger dates 36 from January 2011 on.

    The closing entries of a year, a few postings on its last day, start none. Sales go
    on for a month after the last of them.
    """
    ledger_days = table("FactFinance").query("ScenarioKey == 1")["Date"]
    counts = ledger_days.value_counts()
    starts = sorted(counts[counts > 100].index)
    starts.append(ledger_days.max() + pd.Timedelta(days=1))
    months = pd.period_range("2011-01", periods=len(starts), freq="M").astype(str)
    assert months[-1] == "2014-01"
    return months[pd.DatetimeIndex(starts).searchsorted(days, side="right") - 1]


@cache
def cost_pool(account, department):
    """Find the one most specific rule: a department given, then the longer pattern."""
    file = ROOT / "mappings" / "adventureworks_policy" / "policy_cost_pools.csv"
    with file.open(newline="") as stream:
        rules = [
            (rule["cost_center_id"] != "", len(pattern.strip("*")), code)
            for rule in csv.DictReader(stream)
            for code in [rule["cost_pool_code"]]
            for pattern in [rule["account_pattern"].replace("%", "*")]
            if fnmatchcase(account, pattern)
            and rule["cost_center_id"] in ("", department)
        ]
    return max(rules)[-1]
