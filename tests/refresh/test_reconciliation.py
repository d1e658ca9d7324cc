"""Finance gets the same reconciliation from the release and from the command."""

import json
from decimal import Decimal

import pytest


def test_the_release_holds_the_reconciliation_of_its_last_closed_period(
    released, tmp_path
):
    company = released[0]
    listed = {
        name
        for name in company.manifest()["files"]
        if name.startswith("reconciliation/")
    }
    printed = company.run("reconcile", "--out", tmp_path, "--json")
    files = json.loads(printed.stdout)["files"]
    assert {f"reconciliation/{file.rsplit('/', 1)[-1]}" for file in files} == listed
    for name in listed:
        kept = (company.data_dir / "current" / name).read_bytes()
        assert (tmp_path / name.rsplit("/", 1)[-1]).read_bytes() == kept
    # The sample company keeps December open.
    assert any(name.endswith("_2025-11.html") for name in listed)


def test_an_accrual_is_all_that_parts_freight_from_the_carriers(released):
    rows = released[0].query(
        """
        select reconciling_reason, count(*), max(abs(
            ledger_amount_local_ccy - subledger_amount_local_ccy
        )) < 0.05 * max(ledger_amount_local_ccy)
        from finance.rpt_subledger_reconciliation_by_item_month
        where subledger_code = 'freight' and item_code like '%-FREIGHT'
        group by all
        """
    )
    assert rows == [("amount_differs", 72, True)]


def test_a_waterfall_comes_to_the_customers_contribution(released, tmp_path):
    company = released[0]
    customer, contribution = company.query(
        "select customer_id, contribution_amount_base_ccy"
        " from finance.rpt_profitability_by_customer_month"
        " where fiscal_period = '2025-11' order by 2 desc, 1 limit 1"
    )[0]
    out = tmp_path / "waterfall.svg"
    arguments = ("draw", "customer", customer, "--period", "2025-11", "--out", out)
    rows = json.loads(company.run(*arguments, "--json").stdout)["rows"]
    amounts = {row["step"]: Decimal(row["amount"]) for row in rows}
    assert amounts["Contribution"] == contribution
    assert out.read_text().startswith("<svg")


@pytest.mark.parametrize(
    "arguments",
    [
        ("reconcile", "--period", "1999-01"),
        ("draw", "customer", "C0"),
        ("draw", "bird", "C0"),
        ("draw", "flow", "--out", "flow.docx"),
    ],
    ids=["period", "customer", "kind", "suffix"],
)
def test_what_is_not_there_is_not_printed(released, arguments):
    assert released[0].run(*arguments).returncode == 30
