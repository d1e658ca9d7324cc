"""Is an amount in base currency what its quote gives, to the cent?"""

from decimal import ROUND_HALF_UP, Decimal, localcontext

import duckdb
import jinja2
import pytest

from tests.warehouse.allocation_models import DBT_DIR, rendered

QUOTED = """
    create table stg_erp__exchange_rates as
    select 'XXX' as from_currency_code, 'EUR' as to_currency_code,
        date '2025-01-02' as rate_date, 'average' as rate_type,
        'divide' as quote_code, {quote}::decimal(28, 12) as exchange_rate
"""
CONVERTED = """
    select {{{{ to_base_amount('{amount}::decimal(18, 4)', 'conversion_rate') }}}}
    from ({rates})
    where to_currency_code = 'EUR'
"""


def converted(amount, quote):
    """Convert as the models do."""
    macro = (DBT_DIR / "macros" / "to_base_amount.sql").read_text()
    rates = rendered("intermediate/calendar/int_exchange_rates_oriented")
    template = jinja2.Template(macro + CONVERTED.format(amount=amount, rates=rates))
    with duckdb.connect() as warehouse:
        warehouse.execute(QUOTED.format(quote=quote))
        return warehouse.execute(template.render()).fetchone()[0]


def divided(amount, quote):
    """Divide exactly and round half a cent away from zero."""
    with localcontext(prec=60):
        return (Decimal(amount) / Decimal(quote)).quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )


@pytest.mark.parametrize(
    ("amount", "quote"),
    [
        ("987654321987.65", "17123.45"),
        ("-987654321987.65", "17123.45"),
        ("99999999999999.99", "25410.5"),
        ("50000000", "0.0000625"),
        ("0.03", "1.2"),
        ("150.015", "3"),
    ],
    ids=["rupiahs", "credit", "most_that_lands", "small_quote", "half_cent", "thirds"],
)
def test_an_amount_quoted_to_be_divided_is_exact_to_the_cent(amount, quote):
    assert converted(amount, quote) == divided(amount, quote)
