"""Does a load as of a date hold only what was known then?"""

from datetime import date

import pytest
from landing_area import REQUIRED

JANUARY = date(2024, 1, 31)
ORDERS = (
    "order_id,line_no,document_type,entity_code,sold_to_id,product_id,"
    "ordered_at,ordered_qty,net_amount,currency_code\n"
    "O1,1,sale,DE01,C1,P1,2024-01-31 23:59:59,2,10.50,EUR\n"
    "O2,1,sale,DE01,C1,P1,2024-02-01 00:00:00,1,5.25,EUR\n"
)
SHIPMENTS = (
    "shipment_id,shipped_at,actual_delivery_date\n"
    "S1,2024-01-30 08:00:00,2024-01-31\nS2,2024-01-31 08:00:00,2024-02-01\n"
    "S3,2024-02-01 08:00:00,2024-02-02\nS4,,2024-02-02\n"
)
CHARGES = "carrier_invoice_id,line_no,shipment_id,charge_type,amount,currency_code,"
LEDGER = (
    "entity_code,journal_id,line_no,posting_date,fiscal_period,account_id,"
    "amount,currency_code\n"
)


def column(landing, sql):
    return [row[0] for row in landing.query(sql)]


def test_events_after_the_date_are_left_out_and_counted(landing):
    landing.deliver_required(erp__order_lines=ORDERS)
    table = landing.load(JANUARY).tables["erp__order_lines"]
    assert (table.row_count, table.later_row_count) == (1, 1)
    assert table.input_as_of_date == JANUARY
    assert column(landing, "select order_id from raw.erp__order_lines") == ["O1"]


def test_the_last_day_there_is_leaves_nothing_out(landing):
    landing.deliver_required(erp__order_lines=ORDERS)
    table = landing.load(date.max).tables["erp__order_lines"]
    assert (table.row_count, table.later_row_count) == (2, 0)


def test_dates_filled_in_later_are_not_known_yet(landing):
    landing.deliver_required(erp__order_lines=ORDERS)
    landing.deliver({"tms__shipments": SHIPMENTS}, "tms")
    landing.load(JANUARY)
    assert landing.query(
        "select shipment_id, actual_delivery_date from raw.tms__shipments order by 1"
    ) == [("S1", JANUARY), ("S2", None), ("S4", None)]


def test_an_undated_row_goes_with_the_row_it_refers_to(landing):
    charges = (
        CHARGES + "invoiced_on\n"
        "F1,1,S1,base,1,EUR,\nF2,1,S3,base,1,EUR,\nF3,1,S3,base,1,EUR,2024-01-15\n"
        "F4,1,S9,base,1,EUR,\nF5,1,S1,base,1,EUR,2024-02-15\n"
    )
    lines = "shipment_id,order_id,line_no\nS1,O1,1\nS1,O2,1\nS3,O1,1\n"
    landing.deliver_required(erp__order_lines=ORDERS)
    landing.deliver(
        {
            "tms__shipments": SHIPMENTS,
            "tms__shipment_lines": lines,
            "tms__freight_charges": charges,
        },
        "tms",
    )
    landing.load(JANUARY)
    kept = "select carrier_invoice_id from raw.tms__freight_charges order by 1"
    assert column(landing, kept) == ["F1", "F3", "F4"]
    assert landing.query(
        "select shipment_id, order_id from raw.tms__shipment_lines"
    ) == [("S1", "O1")]


@pytest.mark.parametrize(
    ("as_of", "kept"),
    [
        (date(2024, 1, 31), ["2024-01", "P99"]),
        (date(2024, 1, 30), ["P99"]),
        (date(2024, 2, 1), ["2024-01", "2024-02", "P99"]),
    ],
    ids=["month_end", "looking_back_into_a_month", "month_under_way"],
)
def test_a_period_counts_once_it_ended_or_while_nothing_later_landed(
    landing, as_of, kept
):
    landing.deliver_required(erp__order_lines=ORDERS)
    hours = "warehouse_id,worker_group,period\n" + "".join(
        f"W1,picking,{period}\n" for period in ("2024-01", "2024-02", "2024-03", "P99")
    )
    landing.deliver({"wms__labor_hours": hours}, "wms")
    landing.load(as_of)
    found = column(landing, "select period from raw.wms__labor_hours order by 1")
    assert found == kept


def test_a_fiscal_period_is_dated_by_its_own_calendar(landing):
    landing.deliver_required(erp__order_lines=ORDERS)
    budgets = "version,entity_code,account_id,cost_center_id,fiscal_period,amount\n"
    budgets += "B,DE01,1000,K,2024-P1,1\nB,DE01,1000,K,2024-P2,1\n"
    periods = "entity_code,fiscal_period,starts_on,ends_on,status,closed_at\n"
    periods += "DE01,2024-P1,2023-12-16,2024-01-15,closed,2024-02-02 08:00:00\n"
    periods += "DE01,2024-P2,2024-01-16,2024-02-15,open,\n"
    accounts = "account_id,name,account_type\n1000,Cash,asset\n"
    landing.deliver(
        {"gl__accounts": accounts, "gl__budgets": budgets, "gl__periods": periods}, "gl"
    )
    landing.load(JANUARY)
    assert column(landing, "select fiscal_period from raw.gl__budgets") == ["2024-P1"]
    assert column(landing, "select distinct closed_at from raw.gl__periods") == [None]


def test_a_bad_row_of_a_later_date_or_period_leaves_the_quarantine(landing):
    good = "".join(
        f"DE01,K{n},{line},2024-01-15,2024-01,1000,{sign}1.00,EUR\n"
        for n in range(200)
        for line, sign in ((1, ""), (2, "-"))
    )
    bad = (
        "DE01,J1,1,2024-01-15,2024-01,,7.00,EUR\n"
        "DE01,J2,1,2024-02-15,2024-02,,8.00,EUR\n"
        "DE01,J3,1,,2024-02,1000,9.00,EUR\n"
    )
    landing.deliver_required(erp__order_lines=ORDERS)
    accounts = "account_id,name,account_type\n1000,Cash,asset\n"
    landing.deliver(
        {"gl__accounts": accounts, "gl__journal_lines": LEDGER + bad + good},
        "gl",
        amend=lambda m: m.update(
            waived_checks={
                "unbalanced_journal": {"reason": "cut", "valid_to": "2030-01-01"}
            }
        ),
    )
    table = landing.load(JANUARY).tables["gl__journal_lines"]
    assert str(table.quarantined_amount) == "7.00"
    assert table.quarantined_row_count == 1
    assert landing.query(
        "select later_row_count, later_quarantined_row_count"
        " from raw.table_availability where table_name = 'gl__journal_lines'"
    ) == [(0, 2)]


def test_a_date_after_the_period_delivered_makes_no_month_one_looked_back_into(landing):
    stray = "O3,1,sale,DE01,C1,P1,2204-02-01 00:00:00,1,5.25,EUR\n"
    orders = REQUIRED["erp__order_lines"] + stray
    landing.deliver_required(erp__order_lines=orders)
    hours = "warehouse_id,worker_group,period\nW1,picking,2024-02\n"
    landing.deliver({"wms__labor_hours": hours}, "wms")
    report = landing.load(date(2024, 2, 3))
    assert report.tables["erp__order_lines"].later_row_count == 1
    assert report.tables["wms__labor_hours"].row_count == 1
