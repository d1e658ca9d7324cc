"""What does a release say of its postings: policy, rates, sums, lines set aside?"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from echelon.release.content import columns_of, current_catalog
from echelon.release.pool_rules import ALWAYS, Place, PoolRule
from echelon.release.postings import RATE_DIGITS, Key, Posted
from echelon.release.tie_out import UNITS, UNITS_PER_CENT
from echelon.release.ties import LINES, SET_ASIDE

RULES = "finance.dim_cost_pool_rules"


@dataclass(frozen=True)
class Charge:
    """A posting that the release converted itself, or a charge in place of a ledger.

    Attributes:
        document_id: Its document, ``tms:`` or ``erp:`` before it.
        line_no: Its line.
        place: Account, entity and day.
        fiscal_period: Its period.
        cost_pool_code: Its pool.
        currency: Currency it was delivered in.
        units: Amount as delivered, in ten-thousandths.
        rate: Base currency per unit of local currency, in 10**-18.
        cents: Amount in the base currency.
    """

    document_id: str
    line_no: int
    place: Place
    fiscal_period: str
    cost_pool_code: str
    currency: str
    units: int
    rate: int
    cents: int


@dataclass(frozen=True)
class PublishedLedger:
    """The postings of a release as it publishes them.

    Attributes:
        rules: Cost pool rules.
        rates: Rates by currency and ISO day, in 10**-18, as used for journals.
        journals: Journal lines by entity, fiscal period, cost pool and currency.
        converted: Charges, and set-aside lines of an entity and period together.
        set_aside: Lines set aside while landing, by file.
    """

    rules: tuple[PoolRule, ...]
    rates: dict[tuple[str, str], int]
    journals: dict[Key, Posted]
    converted: tuple[Charge, ...]
    set_aside: dict[str, frozenset[int]]


def read_published_ledger(connection: duckdb.DuckDBPyConnection) -> PublishedLedger:
    """Read the postings of a release and what it says of them.

    Args:
        connection: Connection to a published file.

    Returns:
        Everything the deliveries are compared with; empty where nothing is published.
    """
    catalog = current_catalog(connection)
    if not columns_of(connection, catalog, LINES):
        return PublishedLedger((), {}, {}, (), {})
    return PublishedLedger(
        rules=_rules(connection),
        rates=_rates(connection),
        journals=_journals(connection),
        converted=_converted(connection),
        set_aside=_set_aside(connection),
    )


def _rules(connection: duckdb.DuckDBPyConnection) -> tuple[PoolRule, ...]:
    rows = connection.execute(
        "select cost_pool_code, account_pattern, cost_center_pattern, entity_pattern,"
        f" valid_from_date::varchar, coalesce(valid_to_date::varchar, '{ALWAYS}')"
        f" from {RULES} order by all"
    ).fetchall()
    return tuple(PoolRule(*row) for row in rows)


def _rates(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    rows = connection.execute(
        "select distinct local_currency_code, posting_date::varchar,"
        f" base_ccy_per_local_ccy from {LINES} where ledger_code = 'general_ledger'"
        " and base_ccy_per_local_ccy is not null order by all"
    ).fetchall()
    return {(currency, day): _rate(rate) for currency, day, rate in rows}


def _journals(connection: duckdb.DuckDBPyConnection) -> dict[Key, Posted]:
    rows = connection.execute(
        "select entity_code, fiscal_period, cost_pool_code, local_currency_code,"
        f" cast(sum(amount_base_ccy) * {UNITS} as hugeint),"
        f" cast(sum(amount_local_ccy) * {UNITS} as hugeint), count(*)"
        f" from {LINES} where ledger_code = 'general_ledger' group by all"
    ).fetchall()
    return {
        (entity, period, pool, currency): Posted(cents // UNITS_PER_CENT, units, lines)
        for entity, period, pool, currency, cents, units, lines in rows
    }


def _converted(connection: duckdb.DuckDBPyConnection) -> tuple[Charge, ...]:
    rows = connection.execute(
        "select document_id, line_no, account_id, entity_code,"
        " coalesce(posting_date::varchar, ''), fiscal_period, cost_pool_code,"
        f" local_currency_code, cast(amount_local_ccy * {UNITS} as hugeint),"
        f" base_ccy_per_local_ccy, cast(amount_base_ccy * {UNITS} as hugeint)"
        f" from {LINES} where ledger_code != 'general_ledger' order by all"
    ).fetchall()
    return tuple(
        Charge(
            document,
            line,
            Place(account, "", entity, day),
            period,
            pool,
            currency,
            units,
            _rate(rate),
            cents // UNITS_PER_CENT,
        )
        for (
            document,
            line,
            account,
            entity,
            day,
            period,
            pool,
            currency,
            units,
            rate,
            cents,
        ) in rows
    )


def _set_aside(connection: duckdb.DuckDBPyConnection) -> dict[str, frozenset[int]]:
    lines = defaultdict(set)
    for file, line in connection.execute(
        f"select source_file, source_line from {SET_ASIDE}"
    ).fetchall():
        lines[file].add(line)
    return {file: frozenset(numbers) for file, numbers in lines.items()}


def _rate(rate: Decimal | None) -> int:
    return 0 if rate is None else int(rate.scaleb(RATE_DIGITS))
