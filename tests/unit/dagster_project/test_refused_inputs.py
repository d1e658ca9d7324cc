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
    """Line 5 states its base amount, line 6 is of a balance sheet account."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema intermediate; create schema raw;
            create table intermediate.int_missing_exchange_rates as
            select
                'gl__journal_lines' as table_name, 'JPY' as currency_code,
                date '2025-01-31' as calendar_date, 1 as row_count;
            create table intermediate.int_ledger_lines_converted as
            from (values ('J1', 1, 100.00), ('J1', 3, null))
                as lines (document_id, line_no, amount_base_ccy),
                (values ('general_ledger', 'E1', 'JPY', date '2025-01-31')) as common
                (ledger_code, entity_code, local_currency_code, posting_date);
            create table raw.deliveries as
            select
                'gl__journal_lines' as table_name, 'gl.csv' as source_file,
                'gl-0001' as delivery_id, 1 as sequence;
            create table raw.gl__journal_lines as
            from (values (1, 5), (2, 6), (3, 7)) as lines (line_no, _source_line),
                (values ('E1', 'J1', 'gl-0001'))
                as common (entity_code, journal_id, _delivery_id);
            """
        )
        with pytest.raises(EchelonError, match="no exchange rate for JPY") as refusal:
            check_rates_and_pools(connection)
    assert (refusal.value.fault.file, refusal.value.fault.line) == ("gl.csv", 7)
