"""What lacks a rate is named by file and line, its currency only if it is one."""

import duckdb
import pytest

from dagster_project.refused_inputs import check_rates_and_pools
from echelon.errors import EchelonError


@pytest.mark.parametrize(
    ("currency", "said"),
    [("CHF", "no exchange rate for CHF"), ("Eve Trading", "for what is no currency")],
    ids=["code", "name"],
)
def test_a_value_in_place_of_a_currency_is_not_repeated(currency, said):
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create schema intermediate; create schema raw;
            create table intermediate.int_missing_exchange_rates as
            select
                'erp__charges' as table_name, '{currency}' as currency_code,
                date '2025-01-02' as calendar_date, 1 as row_count;
            create table raw.deliveries as
            select
                'erp__charges' as table_name, 'a.csv' as source_file,
                'erp-0001' as delivery_id, 1 as sequence;
            create table raw.erp__charges as
            select
                '{currency}' as currency_code, date '2025-01-02' as charged_on,
                'erp-0001' as _delivery_id, 7 as _source_line;
            """
        )
        with pytest.raises(EchelonError, match=said) as refusal:
            check_rates_and_pools(connection)
    assert (refusal.value.fault.file, refusal.value.fault.line) == ("a.csv", 7)
    assert "Eve" not in str(refusal.value)


def test_a_posting_without_a_rate_is_named_by_its_line():
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema intermediate; create schema raw;
            create table intermediate.int_missing_exchange_rates as
            select
                'gl__journal_lines' as table_name, 'JPY' as currency_code,
                date '2025-01-31' as calendar_date, 1 as row_count;
            create table raw.deliveries as
            select
                'gl__journal_lines' as table_name, 'gl.csv' as source_file,
                'gl-0001' as delivery_id, 1 as sequence;
            create table raw.gl__journal_lines as
            from (values ('EUR', date '2025-01-31', 4), ('JPY', date '2025-01-30', 5),
                ('JPY', date '2025-01-31', 6))
                as lines (currency_code, posting_date, _source_line),
                (values ('gl-0001')) as deliveries (_delivery_id);
            """
        )
        with pytest.raises(EchelonError, match="no exchange rate for JPY") as refusal:
            check_rates_and_pools(connection)
    assert (refusal.value.fault.file, refusal.value.fault.line) == ("gl.csv", 6)
