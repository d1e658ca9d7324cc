"""Does a refresh that names no date stand at the latest event landed?"""

from datetime import date

import duckdb
import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.landing.as_of import EVENT_COLUMNS, latest_business_date


def land(landing, table, text):
    folder = landing / table.split("__")[0] / "d1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{table}.csv").write_text(text, encoding="utf-8")


def test_latest_order_where_nothing_else_landed(tmp_path):
    land(tmp_path, "erp__order_lines", "ordered_at\n2025-03-01 09:00:00\nnever\n")
    assert latest_business_date(tmp_path) == date(2025, 3, 1)


@pytest.mark.parametrize("table", sorted(set(EVENT_COLUMNS) - {"erp__order_lines"}))
def test_any_later_event_moves_the_date(tmp_path, table):
    land(tmp_path, "erp__order_lines", "ordered_at\n2025-03-01\n")
    land(tmp_path, table, f"{EVENT_COLUMNS[table]}\n2025-04-02 23:59:00\n\n")
    assert latest_business_date(tmp_path) == date(2025, 4, 2)


def test_parquet_is_read_as_csv_is(tmp_path):
    land(tmp_path, "erp__order_lines", "ordered_at\n2025-03-01\n")
    (tmp_path / "gl" / "d1").mkdir(parents=True)
    duckdb.sql("select date '2025-05-05' as posting_date").write_parquet(
        str(tmp_path / "gl" / "d1" / "gl__journal_lines.parquet")
    )
    assert latest_business_date(tmp_path) == date(2025, 5, 5)


def test_without_an_order_there_is_no_date(tmp_path):
    land(tmp_path, "gl__journal_lines", "posting_date\n2025-03-01\n")
    with pytest.raises(EchelonError) as error:
        latest_business_date(tmp_path)
    assert error.value.exit_code is ExitCode.INPUT_REJECTED
