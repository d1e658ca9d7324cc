from datetime import date

import pytest

from echelon.errors import EchelonError, ExitCode

JOURNALS = "gl/gl-0001/gl__journal_lines.csv"
JOURNAL_HEADER = (
    "entity_code,journal_id,line_no,posting_date,fiscal_period,account_id,"
    "amount,currency_code,base_amount\n"
)
ACCOUNTS = (
    "account_id,name,account_type\n"
    "1000,Cash,asset\n1200,Receivables,asset\n4000,Sales,revenue\n"
)
BALANCE_HEADER = (
    "entity_code,account_id,cost_center_id,fiscal_period,"
    "opening_amount,debit_amount,credit_amount,closing_amount\n"
)


def posting(journal, line, account, amount, *, currency="EUR", base=""):
    return (
        f"DE01,{journal},{line},2024-01-31,2024-01,{account},{amount},"
        f"{currency},{base}\n"
    )


def waiving(code, reason, valid_to="2100-01-01"):
    waiver = {"reason": reason, "valid_to": valid_to}
    return lambda manifest: manifest.update(waived_checks={code: waiver})


BALANCED = posting("J1", 1, "1000", "100.00") + posting("J1", 2, "4000", "-100.00")


@pytest.fixture
def ledger(landing):
    landing.deliver_required()

    def deliver(journals, amend=lambda manifest: None, **more):
        tables = {"gl__accounts": ACCOUNTS, "gl__journal_lines": journals, **more}
        landing.deliver(tables, system="gl", amend=amend)
        return landing

    return deliver


def test_balanced_journals_load(ledger):
    report = ledger(JOURNAL_HEADER + BALANCED).load()
    assert report.tables["gl__journal_lines"].row_count == 2
    assert report.waived_checks == {}


MISTYPED_YEAR = BALANCED.replace("J1,2,2024-01-31", "J1,2,2042-01-31")


def test_journal_of_which_a_line_is_not_known_yet_is_refused(ledger):
    """As of the end of 2024 the books would bear one side of it."""
    landed = ledger(JOURNAL_HEADER + MISTYPED_YEAR)
    with pytest.raises(EchelonError) as caught:
        landed.load(date(2024, 12, 31))
    fault = caught.value.fault
    assert (fault.code, fault.file, fault.line) == ("journal_cut_by_date", JOURNALS, 2)
    assert "off by 100.00 EUR without its lines after 2024-12-31" in fault.message


def test_journal_of_which_a_line_is_not_known_yet_loads_if_that_is_declared(ledger):
    waived = waiving("journal_cut_by_date", "a batch of several months")
    report = ledger(JOURNAL_HEADER + MISTYPED_YEAR, waived).load(date(2024, 12, 31))
    assert report.waived_checks == {"journal_cut_by_date": 1}
    assert report.tables["gl__journal_lines"].later_row_count == 1


def test_unbalanced_journal_names_entity_journal_and_amount(ledger):
    short = posting("J2", 1, "1200", "7.00") + posting("J2", 2, "4000", "-6.99")
    error = ledger(JOURNAL_HEADER + BALANCED + short).fault()
    assert error.exit_code == ExitCode.INPUT_REJECTED
    fault = error.fault
    assert (fault.code, fault.file, fault.line) == ("unbalanced_journal", JOURNALS, 4)
    assert "journal J2 of DE01 is off by 0.01 EUR (1 unbalanced" in fault.message


def test_single_sided_ledger_may_waive_the_balance_with_a_reason(ledger):
    single = posting("J2", 1, "1200", "7.00") + posting("J3", 1, "4000", "5.00")
    report = ledger(
        JOURNAL_HEADER + single,
        amend=waiving("unbalanced_journal", "one-sided"),
    ).load()
    assert report.waived_checks == {"unbalanced_journal": 2}


def test_waiver_ends_with_its_last_day_and_the_release_says_so(ledger):
    single = posting("J2", 1, "1200", "7.00")
    landing = ledger(
        JOURNAL_HEADER + BALANCED + single,
        amend=waiving("unbalanced_journal", "one-sided", "2024-03-01"),
    )
    assert landing.load(date(2024, 2, 29)).waived_checks == {"unbalanced_journal": 1}
    assert landing.query("select * from raw.waived_checks") == [
        ("unbalanced_journal", "gl-0001", "one-sided", date(2024, 3, 1), True, 1)
    ]
    with pytest.raises(EchelonError, match="journal J2 of DE01 is off by"):
        landing.load(date(2024, 3, 1))


def test_journal_in_two_currencies_balances_in_the_base_currency(ledger):
    mixed = posting("J2", 1, "1200", "10.00", currency="USD", base="9.00") + posting(
        "J2", 2, "4000", "-9.00", base="-9.00"
    )
    assert ledger(JOURNAL_HEADER + mixed).load()


@pytest.mark.parametrize(
    ("first_base", "second_base"),
    [("", ""), ("9.00", ""), ("9.00", "-8.99")],
    ids=["no_base_amounts", "one_base_amount", "base_amounts_off"],
)
def test_journal_in_two_currencies_that_balances_in_none_is_refused(
    ledger, first_base, second_base
):
    mixed = posting(
        "J2", 1, "1200", "10.00", currency="USD", base=first_base
    ) + posting("J2", 2, "4000", "-10.00", base=second_base)
    fault = ledger(JOURNAL_HEADER + mixed).fault().fault
    assert fault.code == "unbalanced_journal"
    assert "J2 of DE01 is off by -10.00 EUR" in fault.message


def test_journal_in_two_currencies_may_balance_in_each(ledger):
    euros = BALANCED.replace("J1,1", "J2,1").replace("J1,2", "J2,2")
    dollars = posting("J2", 3, "1000", "7.00", currency="USD") + posting(
        "J2", 4, "4000", "-7.00", currency="USD"
    )
    assert ledger(JOURNAL_HEADER + euros + dollars).load()


def test_quarantined_line_does_not_unbalance_its_journal(ledger):
    many = "".join(
        posting(f"K{n}", 1, "1000", "1.00") + posting(f"K{n}", 2, "4000", "-1.00")
        for n in range(150)
    )
    bad_date = BALANCED.replace("2024-01-31", "2024-01-32", 1)
    unread = posting("J2", 1, "1200", "x") + posting("J2", 2, "4000", "-3.00")
    report = ledger(JOURNAL_HEADER + bad_date + unread + many).load()
    assert report.tables["gl__journal_lines"].quarantined_row_count == 2
    assert str(report.tables["gl__journal_lines"].quarantined_amount) == "100.00"


def test_quarantined_ledger_line_keeps_entity_period_and_amount(ledger):
    many = "".join(
        posting(f"K{n}", 1, "1000", "1.00") + posting(f"K{n}", 2, "4000", "-1.00")
        for n in range(50)
    )
    bad = BALANCED.replace("2024-01-31", "2024-01-32", 1)
    landing = ledger(JOURNAL_HEADER + bad + many)
    landing.load()
    found = landing.query(
        "select entity_code, fiscal_period, amount::varchar from raw.quarantined_rows"
    )
    assert found == [("DE01", "2024-01", "100.00")]


def test_a_bad_line_delivered_again_is_valued_once_and_unbalances_nothing(ledger):
    many = "".join(
        posting(f"K{n}", 1, "1000", "1.00") + posting(f"K{n}", 2, "4000", "-1.00")
        for n in range(150)
    )
    bad = BALANCED.replace("2024-01-31", "2024-01-32", 1)
    unread = posting("J2", "x", "1200", "3.00") + posting("J2", 2, "4000", "-3.00")
    landing = ledger(JOURNAL_HEADER + bad + unread + many)
    for sequence in (2, 3):
        again = {"gl__journal_lines": JOURNAL_HEADER + bad + unread + many}
        landing.deliver(again, "gl", sequence=sequence)
    loaded = landing.load().tables["gl__journal_lines"]
    assert str(loaded.quarantined_amount) == "103.00"
    assert landing.query(
        "select delivery_id, amount::varchar from raw.quarantined_rows order by all"
    ) == [
        ("gl-0001", "0.00"),
        ("gl-0001", "0.00"),
        ("gl-0002", "0.00"),
        ("gl-0002", "0.00"),
        ("gl-0003", "100.00"),
        ("gl-0003", "3.00"),
    ]


def test_a_bad_correction_adds_nothing_to_the_line_that_stays_in_force(ledger):
    many = "".join(
        posting(f"K{n}", 1, "1000", "1.00") + posting(f"K{n}", 2, "4000", "-1.00")
        for n in range(150)
    )
    landing = ledger(JOURNAL_HEADER + BALANCED + many)
    bad = posting("J1", 1, "1000", "120.00").replace("2024-01-31", "2024-01-32")
    landing.deliver({"gl__journal_lines": JOURNAL_HEADER + bad}, "gl", sequence=2)
    loaded = landing.load().tables["gl__journal_lines"]
    assert (loaded.row_count, loaded.quarantined_row_count) == (302, 1)
    assert loaded.quarantined_amount == 0
    assert landing.query(
        "select sum(amount)::varchar from raw.gl__journal_lines where journal_id = 'J1'"
    ) == [("0.00",)]
    ((reason,),) = landing.query("select reason from raw.quarantined_rows")
    assert reason.endswith("Another row of this key counts.")


def test_one_bad_row_of_a_table_is_one_however_often_it_is_delivered(ledger):
    many = "".join(
        posting(f"K{n}", 1, "1000", "1.00") + posting(f"K{n}", 2, "4000", "-1.00")
        for n in range(50)
    )
    bad = BALANCED.replace("2024-01-31", "2024-01-32", 1)
    landing = ledger(JOURNAL_HEADER + bad + many)
    line = JOURNAL_HEADER + bad.splitlines(keepends=True)[0]
    for sequence in (2, 3):
        landing.deliver({"gl__journal_lines": line}, "gl", sequence=sequence)
    loaded = landing.load().tables["gl__journal_lines"]
    assert str(loaded.quarantined_amount) == "100.00"  # the limit is 1 of 104


def test_unknown_account_names_the_line(ledger):
    odd = posting("J2", 1, "9999", "1.00") + posting("J2", 2, "1000", "-1.00")
    fault = ledger(JOURNAL_HEADER + BALANCED + odd).fault().fault
    assert (fault.code, fault.file, fault.line, fault.column) == (
        "unknown_account",
        JOURNALS,
        4,
        "account_id",
    )
    assert "account 9999 is not in gl__accounts" in fault.message


def test_accounts_are_not_checked_where_the_chart_is_absent(landing):
    landing.deliver_required()
    landing.deliver({"gl__journal_lines": JOURNAL_HEADER + BALANCED}, system="gl")
    assert landing.load().tables["gl__accounts"].is_available is False


def test_untied_trial_balance_names_the_row(ledger):
    rows = "DE01,1000,,2024-01,0,5,0,5\nDE01,1200,,2024-01,1,2,3,1.00\n"
    fault = (
        ledger(JOURNAL_HEADER + BALANCED, gl__trial_balances=BALANCE_HEADER + rows)
        .fault()
        .fault
    )
    assert (fault.code, fault.line) == ("trial_balance_untied", 3)
    assert "account 1200 in 2024-01 is off by -1.00" in fault.message


def test_untied_trial_balance_may_be_waived(ledger):
    rows = "DE01,1200,,2024-01,1,2,3,1.00\n"
    report = ledger(
        JOURNAL_HEADER + BALANCED,
        amend=waiving("trial_balance_untied", "open month"),
        gl__trial_balances=BALANCE_HEADER + rows,
    ).load()
    assert report.waived_checks == {"trial_balance_untied": 1}
