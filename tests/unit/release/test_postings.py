"""Is what was posted worked out again from the files, and compared to the cent?"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echelon.errors import EchelonError, ExitCode
from echelon.release.landed_rows import Deliveries
from echelon.release.pool_rules import Place, PoolRule, choose_pool
from echelon.release.postings import Policy, Posted, add_up_journals, to_cents
from echelon.release.proof import Subject, prove
from echelon.release.publish import publish
from echelon.release.tie_out import TieOut
from tests.unit.release.conftest import ACCOUNTS, JOURNAL_HEADER, JOURNALS, landed

FREIGHT = PoolRule("freight", "61%", "%", "%", "2000-01-01")
POLICY = Policy("2025-12-31", (FREIGHT,), {("GBP", "2025-12-31"): 115 * 10**16})
KEY = ("DE01", "2025-12", "freight", "EUR")


def posting(
    line, amount, *, base=None, account="6110", currency="EUR", day="2025-12-31"
):
    base = amount if base is None else base
    return f"DE01,J1,{line},{day},2025-12,{account},,{amount},{currency},{base}\n"


@pytest.fixture
def books(tmp_path):
    """Land journals, a delivery each, and read them again."""

    def write(*journals, set_aside=None, quarantined=0):
        files = [landed(tmp_path, "gl__accounts", ACCOUNTS)]
        files += [
            landed(tmp_path, "gl__journal_lines", text, sequence, quarantined)
            for sequence, text in enumerate(journals, start=1)
        ]
        return Deliveries(tmp_path, files, set_aside or {})

    return write


def test_profit_and_loss_of_the_date_is_added_up_in_cents(books):
    rows = posting(1, "100.10") + posting(2, "-100.10", account="1000")
    later = posting(3, "7.00", day="2026-01-01")
    posted = add_up_journals(books(JOURNAL_HEADER + rows + later), POLICY)
    assert posted == {KEY: Posted(10010, 1001000, 1)}


def test_the_last_delivery_of_a_line_counts_once(books):
    first = JOURNAL_HEADER + posting(1, "100.00") + posting(2, "1.00")
    deliveries = books(first, JOURNAL_HEADER + posting("001", "90.00"))
    assert add_up_journals(deliveries, POLICY)[KEY].cents == 9100


def test_a_line_set_aside_does_not_count(books):
    lines = JOURNAL_HEADER + posting(1, "100.00") + posting("x", "y")
    name = "gl/gl-0001/gl__journal_lines.csv"
    deliveries = books(lines, set_aside={name: frozenset({3})}, quarantined=1)
    assert deliveries.fault("gl__journal_lines") is None
    assert add_up_journals(deliveries, POLICY)[KEY].cents == 10000


def test_more_lines_set_aside_than_were_is_a_fault(books):
    name = "gl/gl-0001/gl__journal_lines.csv"
    deliveries = books(JOURNALS, set_aside={name: frozenset({2})})
    assert "1 lines are listed as set aside" in deliveries.fault("gl__journal_lines")


def test_a_line_without_base_amount_takes_the_rate_of_the_release(books):
    deliveries = books(JOURNAL_HEADER + posting(1, "10.01", base="", currency="GBP"))
    posted = add_up_journals(deliveries, POLICY)
    assert posted[*KEY[:3], "GBP"].cents == 1151
    unpriced = books(JOURNAL_HEADER + posting(1, "10.01", base="", currency="USD"))
    with pytest.raises(LookupError, match="no rate of USD on 2025-12-31"):
        add_up_journals(unpriced, POLICY)


def test_typed_parquet_is_read_as_text_is(books, tmp_path):
    deliveries = books(JOURNALS)
    row = {
        "entity_code": "DE01",
        "journal_id": "J1",
        "line_no": 1,
        "posting_date": date(2025, 12, 31),
        "fiscal_period": "2025-12",
        "account_id": "6110",
        "cost_center_id": None,
        "amount": Decimal("100.1000"),
        "currency_code": "EUR",
        "base_amount": Decimal("100.1000"),
    }
    path = tmp_path / "gl" / "gl-0001" / "gl__journal_lines.parquet"
    pq.write_table(pa.Table.from_pylist([row]), path)
    deliveries.files[1]["source_file"] = "gl/gl-0001/gl__journal_lines.parquet"
    assert add_up_journals(deliveries, POLICY)[KEY].cents == 10010


@pytest.mark.parametrize(
    ("account", "center", "day", "pool"),
    [
        ("6010", "CC1", "2025-01-31", "chilled"),
        ("6010", "", "2025-01-31", "picking"),
        ("6099", "", "2025-01-31", "warehouse"),
        ("7000", "", "2025-01-31", "unmapped"),
        ("8000", "", "2025-01-31", "unmapped"),
        ("6010", "", "2019-12-31", "unmapped"),
        ("A_1\\2", "", "2025-01-31", "fines"),
        ("AX1\\2", "", "2025-01-31", "unmapped"),
    ],
    ids=[
        "cost_centre",
        "account",
        "pattern",
        "two_rules",
        "no_rule",
        "too_early",
        "underscore",
        "underscore_is_no_wildcard",
    ],
)
def test_the_most_specific_rule_wins_and_a_tie_maps_nothing(account, center, day, pool):
    begin = "2020-01-01"
    rules = (
        PoolRule("warehouse", "60%", "%", "%", begin),
        PoolRule("picking", "6010", "%", "%", begin),
        PoolRule("chilled", "60%", "CC1", "%", begin),
        PoolRule("management", "7000", "%", "%", begin),
        PoolRule("offices", "7000", "%", "%", begin),
        PoolRule("fines", "A_1\\%", "%", "%", begin),
    )
    assert choose_pool(rules, Place(account, center, "E1", day)) == pool


@given(
    st.integers(min_value=-(10**16), max_value=10**16),
    st.integers(min_value=1, max_value=10**21),
)
def test_conversion_rounds_half_a_cent_away_from_zero(units, rate):
    exact = Fraction(abs(units) * rate, 10**20)
    sign = -1 if units < 0 else 1
    assert to_cents(units, rate) == sign * floor(exact + Fraction(1, 2))


def test_a_cent_more_in_the_landed_journals_is_not_published(company):
    candidate = company.candidate()
    company.land(candidate, "gl__journal_lines", JOURNALS.replace("100.00", "100.01"))
    company.examine(candidate)
    with pytest.raises(EchelonError, match="10001 cents in 1 landed") as refusal:
        publish(candidate, company.register)
    assert refusal.value.exit_code is ExitCode.GATE_FAILED


CHARGES = """
create schema finance; create schema governance;
create table finance.dim_cost_pool_rules as
select 'freight' as cost_pool_code, 'charge:freight' as account_pattern,
    '%' as cost_center_pattern, '%' as entity_pattern,
    date '2000-01-01' as valid_from_date, null::date as valid_to_date;
create table governance.rpt_quarantined_rows (source_file varchar, source_line bigint);
create table finance.fct_ledger_lines as
select
    'DE01' as entity_code, '2025-12' as fiscal_period, 'freight' as cost_pool_code,
    'tms:F1' as document_id, 1::bigint as line_no, 'charges' as ledger_code,
    date '2025-12-30' as posting_date, 'charge:freight' as account_id,
    'GBP' as local_currency_code, 10.0100::decimal(22, 4) as amount_local_ccy,
    1.15::decimal(28, 12) as base_ccy_per_local_ccy,
    11.51::decimal(18, 2) as amount_base_ccy;
"""


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("", None),
        ("set amount_base_ccy = 11.52", "1152 cents are not what the rate gives"),
        ("set cost_pool_code = 'other'", "in pool other, policy says freight"),
        ("set line_no = 2", "0 ten-thousandths of nothing landed"),
        ("set line_no = 2", "tms:F1 line 1 is landed and not published"),
    ],
    ids=["sound", "cent", "pool", "invented", "lost"],
)
def test_charges_in_place_of_a_ledger_are_compared_one_by_one(tmp_path, sql, said):
    header = "carrier_invoice_id,line_no,amount,currency_code,invoiced_on\n"
    text = header + "F1,1,10.01,GBP,2025-12-30\n"
    file = landed(tmp_path, "tms__freight_charges", text)
    database = tmp_path / "published.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(CHARGES)
        if sql:
            connection.execute(f"update finance.fct_ledger_lines {sql}")
    subject = Subject("R1", date(2025, 12, 31), database, tmp_path, [file])
    found = prove(subject, TieOut(1, 1151, 0, {}, ())).differences
    assert (not found) if said is None else any(said in text for text in found)
