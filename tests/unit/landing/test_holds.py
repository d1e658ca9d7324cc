from datetime import date

import pytest
from landing_area import REQUIRED

from echelon.errors import ExitCode

HEADER = "product_id,valid_from,name,list_price\n"


def priced(count, price, *, first=0):
    rows = (f"P{n},2024-01-01,Bolt,{price}\n" for n in range(first, first + count))
    return HEADER + "".join(rows)


def accepting(code, valid_to="2025-02-01", period="2025-01"):
    waiver = {"reason": "new price list", "valid_to": valid_to}
    return lambda m: m.update(waived_checks={code: waiver}, period=period)


def later(landing, sequence, content, amend=lambda m: m.update(period="2025-01")):
    landing.deliver({"erp__products": content}, sequence=sequence, amend=amend)
    return landing


@pytest.fixture
def priced_in_euros(landing):
    landing.deliver({**REQUIRED, "erp__products": priced(100, "2.50")})
    return landing


def test_prices_in_cents_are_held_at_their_column(priced_in_euros):
    error = later(priced_in_euros, 2, priced(100, "250.00")).fault()
    assert error.exit_code == ExitCode.HELD_FOR_APPROVAL
    fault = error.fault
    assert (fault.code, fault.column) == ("unit_shift", "list_price")
    assert (
        "is 250.000000, that of earlier deliveries 2.500000: 100 times" in fault.message
    )


def test_seven_times_the_price_and_99_rows_are_not_judged(priced_in_euros):
    later(priced_in_euros, 2, priced(100, "17.50"))
    later(priced_in_euros, 3, priced(99, "999.00"))
    assert priced_in_euros.load()


def test_a_corrected_delivery_is_forgotten_and_never_becomes_the_measure(
    priced_in_euros,
):
    later(priced_in_euros, 2, priced(100, "250.00"))
    later(priced_in_euros, 3, priced(100, "2.60"))
    assert priced_in_euros.load().tables["erp__products"].row_count == 100
    later(priced_in_euros, 4, priced(100, "260.00"))
    assert priced_in_euros.fault().fault.file == "erp/erp-0004/erp__products.csv"


def test_a_held_delivery_is_accepted_for_good_by_a_waiver_of_its_system(
    priced_in_euros,
):
    later(priced_in_euros, 2, priced(100, "250.00"))
    priced_in_euros.deliver({}, sequence=3, amend=accepting("unit_shift"))
    report = priced_in_euros.load(date(2030, 1, 1))
    assert report.waived_checks == {"unit_shift": 1}
    assert priced_in_euros.query("select * from raw.waived_checks") == [
        ("unit_shift", "erp-0003", "new price list", date(2025, 2, 1), False, 1)
    ]


def test_a_waiver_says_nothing_of_periods_after_it(priced_in_euros):
    amend = accepting("unit_shift", valid_to="2025-01-31")
    later(priced_in_euros, 2, priced(100, "250.00"), amend)
    assert priced_in_euros.fault().fault.code == "unit_shift"


def test_what_was_accepted_becomes_the_measure(priced_in_euros):
    later(priced_in_euros, 2, priced(100, "250.00"), accepting("unit_shift"))
    later(priced_in_euros, 3, priced(100, "2.50"), lambda m: m.update(period="2025-03"))
    assert priced_in_euros.fault().fault.file == "erp/erp-0003/erp__products.csv"


def test_a_correction_without_a_filled_column_is_held(priced_in_euros):
    later(priced_in_euros, 2, "product_id,valid_from,name\nP1,2024-01-01,Nut\n")
    fault = priced_in_euros.fault().fault
    assert (fault.code, fault.column) == ("column_emptied", "list_price")
    assert "the column is missing; 100 of 100 rows" in fault.message


def test_a_column_nobody_filled_may_go(landing):
    landing.deliver({**REQUIRED, "erp__products": priced(100, "")})
    later(landing, 2, "product_id,valid_from,name\nP1,2024-01-01,Nut\n")
    assert landing.load()


def orders(month, count_a_day, days=28):
    header = REQUIRED["erp__order_lines"].split("\n")[0]
    rows = (
        f"O{month}-{day}-{n},1,sale,DE01,C1,P1,{month}-{day:02} 08:00:00,2,1.00,EUR"
        for day in range(1, days + 1)
        for n in range(count_a_day)
    )
    return "\n".join([header, *rows]) + "\n"


@pytest.fixture
def two_months(landing):
    january = orders("2024-01", 50) + orders("2024-02", 50).partition("\n")[2]
    landing.deliver(
        {**REQUIRED, "erp__order_lines": january},
        amend=lambda m: m.update(period="2024-01/2024-02"),
    )
    return landing


def deliver_march(landing, content, sequence=2):
    landing.deliver(
        {"erp__order_lines": content},
        sequence=sequence,
        amend=lambda m: m.update(period="2024-03"),
    )
    return landing


def test_a_month_with_a_tenth_of_the_orders_is_held(two_months):
    fault = deliver_march(two_months, orders("2024-03", 4)).fault().fault
    assert fault.code == "volume_shift"
    # 2,800 rows in 59 days, times 28 days.
    assert "112 rows after 2024-02-29, where 1329 would be" in fault.message


def test_a_period_in_the_first_year_there_is_has_no_year_before_it(landing):
    landing.deliver(
        {**REQUIRED, "erp__order_lines": orders("2024-01", 50)},
        amend=lambda m: m.update(period="0001-01"),
    )
    assert deliver_march(landing, orders("2024-03", 50)).load()


def test_a_fifth_of_the_orders_is_not(two_months):
    assert deliver_march(two_months, orders("2024-03", 10)).load()


def test_the_first_days_of_a_month_are_held_against_as_many_days(two_months):
    assert deliver_march(two_months, orders("2024-03", 45, days=2)).load()


def test_the_missing_rows_heal_a_short_month(two_months):
    deliver_march(two_months, orders("2024-03", 4))
    deliver_march(two_months, orders("2024-03", 50), sequence=3)
    assert two_months.load()


def test_a_correction_of_known_days_may_be_as_small_as_it_likes(two_months):
    one = orders("2024-01", 1, days=1).replace("O2024-01-1-0", "O2024-01-1-7")
    two_months.deliver(
        {"erp__order_lines": one},
        sequence=2,
        amend=lambda m: m.update(period="2024-01"),
    )
    assert two_months.load().files[-1].superseded_row_count == 1


POSTED = "DE01,C1,1,2024-01-20,2024-01,6900,45.00,EUR,O1,,Claim\n"
SETTLED = "DE01,C1,2,2024-01-20,2024-01,1000,-45.00,EUR,O1,,Claim\n"


def journals(*lines):
    return (
        "entity_code,journal_id,line_no,posting_date,fiscal_period,account_id,amount,"
        "currency_code,source_document_id,customer_id,description\n" + "".join(lines)
    )


@pytest.fixture
def closed_january(landing):
    landing.deliver(REQUIRED)
    periods = (
        "entity_code,fiscal_period,starts_on,ends_on,status\n"
        "DE01,2024-01,2024-01-01,2024-01-31,closed\n"
    )
    ledger = {"gl__journal_lines": journals(POSTED, SETTLED), "gl__periods": periods}
    landing.deliver(ledger, system="gl")
    return landing


def deliver_again(landing, *lines):
    landing.deliver({"gl__journal_lines": journals(*lines)}, system="gl", sequence=2)
    return landing


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("45.00", "46.00"), (",O1,", ",O2,"), (",O1,,", ",O1,C2,"), ("C1,", "C2,")],
    ids=["another_amount", "another_order", "another_customer", "another_journal"],
)
def test_a_closed_posting_is_held_if_it_changes_what_anyone_bears(
    closed_january, was, becomes
):
    changed = [line.replace(was, becomes) for line in (POSTED, SETTLED)]
    fault = deliver_again(closed_january, *changed).fault().fault
    assert (fault.code, fault.line) == ("closed_period_posting", 2)
    assert "period 2024-01 of DE01 is closed" in fault.message


@pytest.mark.parametrize("description", ["Claim", "Claim of Ada"])
def test_a_closed_posting_may_come_again_and_be_described_better(
    closed_january, description
):
    again = [line.replace("Claim", description) for line in (POSTED, SETTLED)]
    assert deliver_again(closed_january, *again).load()
