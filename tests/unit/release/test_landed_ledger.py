"""Is the ledger added up from the delivered files, and compared to the cent?"""

import hashlib
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.release.landed_ledger import (
    LandedLedger,
    add_up_journals,
    compare_with_journals,
)
from echelon.release.publish import publish
from echelon.release.verify import verify

AS_OF = date(2025, 12, 31)
ACCOUNTS = "account_id,account_type\n1000,asset\n6110,expense\n"
HEADER = (
    "entity_code,journal_id,line_no,posting_date,fiscal_period,account_id,base_amount\n"
)


def posting(line, account, amount, journal="J1", day="2025-12-31"):
    return f"DE01,{journal},{line},{day},2025-12,{account},{amount}\n"


def landed(folder, table, sequence, text, quarantined=0):
    """Write a delivered file and its record in a release's manifest."""
    path = folder / "gl" / f"gl-{sequence}" / f"{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return {
        "table_name": table,
        "source_file": path.relative_to(folder).as_posix(),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "sequence": sequence,
        "row_count": text.count("\n") - 1,
        "quarantined_row_count": quarantined,
    }


@pytest.fixture
def books(tmp_path):
    def write(*journals, **more):
        files = [landed(tmp_path, "gl__accounts", 1, ACCOUNTS)]
        for sequence, text in enumerate(journals, start=1):
            record = landed(tmp_path, "gl__journal_lines", sequence, text, **more)
            files.append(record)
        return tmp_path, files

    return write


def test_profit_and_loss_of_the_date_is_added_up_in_cents(books):
    rows = posting(1, "6110", "100.10") + posting(2, "1000", "-100.10")
    later = posting(1, "6110", "7.00", "J2", "2026-01-01")
    landing, files = books(HEADER + rows + later)
    ledger = add_up_journals(landing, files, AS_OF)
    assert ledger == LandedLedger({("DE01", "2025-12"): 10010})


def test_the_last_delivery_of_a_line_counts_once(books):
    first = HEADER + posting(1, "6110", "100.00") + posting(2, "6110", "1.00")
    landing, files = books(first, HEADER + posting("001", "6110", "90.00"))
    assert add_up_journals(landing, files, AS_OF).cents == {("DE01", "2025-12"): 9100}


def test_typed_parquet_is_read_as_text_is(books, tmp_path):
    landing, files = books(HEADER + posting(1, "6110", "100.10"))
    row = {
        "entity_code": "DE01",
        "journal_id": "J1",
        "line_no": 1,
        "posting_date": AS_OF,
        "fiscal_period": "2025-12",
        "account_id": "6110",
        "base_amount": Decimal("100.1000"),
    }
    path = tmp_path / "gl" / "gl-1" / "gl__journal_lines.parquet"
    pq.write_table(pa.Table.from_pylist([row]), path)
    files[1]["source_file"] = path.relative_to(landing).as_posix()
    files[1]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    assert add_up_journals(landing, files, AS_OF).cents == {("DE01", "2025-12"): 10010}


def test_what_cannot_be_added_up_is_said(books):
    line = posting(1, "6110", "100.00")
    landing, files = books(HEADER + line)
    assert add_up_journals(landing, files[:1], AS_OF).reason == (
        "no ledger was delivered"
    )
    landing, bad = books(HEADER + line, quarantined=1)
    assert "quarantined" in add_up_journals(landing, bad, AS_OF).reason
    landing, unpriced = books(HEADER + posting(1, "6110", ""))
    assert "no base amount" in add_up_journals(landing, unpriced, AS_OF).reason
    (landing / files[1]["source_file"]).write_text(HEADER)
    assert "no longer here" in add_up_journals(landing, files, AS_OF).reason


def test_a_cent_more_in_a_period_is_named():
    ledger = LandedLedger({("DE01", "2025-11"): 5, ("DE01", "2025-12"): 10000})
    published = {("DE01", "2025-11"): 5, ("DE01", "2025-12"): 10001}
    assert compare_with_journals(ledger, published) == [
        "DE01 2025-12: 10000 cents in the landed journals, 10001 cents reconciled"
    ]


def deliver_ledger(company, candidate, amount):
    landing = company.data_dir / "landing"
    files = [
        landed(landing, "gl__accounts", 1, ACCOUNTS),
        landed(landing, "gl__journal_lines", 1, HEADER + posting(1, "6110", amount)),
    ]
    for record in files:
        values = ", ".join(f"'{value}'" for value in record.values())
        company.run_sql(candidate, f"insert into raw.deliveries values ({values})")
    company.examine(candidate)


def test_a_release_that_lost_a_cent_of_the_landed_journals_is_not_published(company):
    candidate = company.candidate()
    deliver_ledger(company, candidate, "100.01")
    with pytest.raises(EchelonError, match="10001 cents in the landed") as refusal:
        publish(candidate, [company.reconciled])
    assert refusal.value.exit_code is ExitCode.GATE_FAILED


def test_verify_says_what_the_ledger_was_compared_with(company):
    candidate = company.candidate()
    deliver_ledger(company, candidate, "100.00")
    publish(candidate, [company.reconciled])
    assert verify(company.data_dir).ledger == "the landed journals of 1 entity months"
    journals = company.data_dir / "landing/gl/gl-1/gl__journal_lines.csv"
    journals.unlink()
    assert verify(company.data_dir).ledger == (
        "its copy in the release: gl/gl-1/gl__journal_lines.csv is no longer here"
    )
