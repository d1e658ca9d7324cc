"""What cost was posted to each pool? Worked out again from the deliveries.

Plain Python integers over the landed files: the pipeline's SQL has no part in it. From
the release come only its policy, the exchange rates it used and the lines it set aside.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from echelon.release.landed_rows import Deliveries, Row
from echelon.release.pool_rules import Place, PoolRule, choose_pool

JOURNALS = "gl__journal_lines"
ACCOUNTS = "gl__accounts"
LEDGER_TABLES = (JOURNALS, ACCOUNTS)
OFF_PROFIT_AND_LOSS = frozenset({"asset", "liability", "equity", "statistical"})
UNIT_DIGITS = 4  # amounts as delivered, in ten-thousandths
RATE_DIGITS = 18
UNITS_PER_CENT = 100
CENT = 10**20  # of an amount in units times a rate

Key = tuple[str, str, str, str]  # entity, fiscal period, cost pool, currency
Rates = Mapping[tuple[str, str], int]  # currency and day; in 10**-18


@dataclass(frozen=True)
class Policy:
    """What a release says postings were placed and valued by.

    Attributes:
        as_of: The day it speaks of, ISO; later postings are none of its.
        rules: Its cost pool rules.
        rates: Base currency per unit of local currency, in 10**-18, by currency and
            day, where the ledger gave no base amount.
    """

    as_of: str
    rules: Sequence[PoolRule]
    rates: Rates


@dataclass
class Posted:
    """Postings added up.

    Attributes:
        cents: Amount in the base currency.
        units: Amount as delivered, in ten-thousandths of its currency.
        lines: Number of postings.
    """

    cents: int = 0
    units: int = 0
    lines: int = 0

    def add(self, cents: int, units: int, lines: int = 1) -> None:
        """Add postings."""
        self.cents += cents
        self.units += units
        self.lines += lines


def add_up_journals(deliveries: Deliveries, policy: Policy) -> dict[Key, Posted]:
    """Add up the landed journals by entity, fiscal period, cost pool and currency.

    Args:
        deliveries: What landed for the release.
        policy: What the release placed and valued postings by.

    Returns:
        The sums of the profit and loss; an account that no chart lists counts.

    Raises:
        LookupError: If a line needs a rate that the release does not state.
    """
    types = {
        row["account_id"]: row["account_type"]
        for row in deliveries.rows(ACCOUNTS, ("account_id",))
    }
    pool_of = remembered(policy.rules)
    posted: dict[Key, Posted] = {}
    for row in deliveries.rows(JOURNALS, ("entity_code", "journal_id", "line_no")):
        if row["posting_date"] > policy.as_of:
            continue
        if types.get(row["account_id"]) in OFF_PROFIT_AND_LOSS:
            continue
        place = Place(
            row["account_id"],
            row.get("cost_center_id") or "",
            row["entity_code"],
            row["posting_date"],
        )
        units = to_units(row["amount"])
        currency = row["currency_code"]
        key = (row["entity_code"], row["fiscal_period"], pool_of(place), currency)
        posted.setdefault(key, Posted()).add(_cents(row, units, policy.rates), units)
    return posted


def to_units(text: str) -> int:
    """Count an amount in ten-thousandths.

    Raises:
        ValueError: If it has more digits than that.
    """
    units = Decimal(text).scaleb(UNIT_DIGITS)
    if units != int(units):
        raise ValueError(f"an amount has more than {UNIT_DIGITS} decimals")
    return int(units)


def to_cents(units: int, rate: int) -> int:
    """Convert ten-thousandths at a rate in 10**-18, half a cent away from zero."""
    sign = -1 if units < 0 else 1
    cents: int = (2 * abs(units) * rate + CENT) // (2 * CENT)
    return sign * cents


def _cents(row: Row, units: int, rates: Rates) -> int:
    if row.get("base_amount"):
        return to_units(row["base_amount"]) // UNITS_PER_CENT
    currency, day = row["currency_code"], row["posting_date"]
    try:
        return to_cents(units, rates[currency, day])
    except KeyError:
        message = f"the release states no rate of {currency} on {day}"
        raise LookupError(message) from None


def remembered(rules: Sequence[PoolRule]) -> Callable[[Place], str]:
    """Choose each place's pool once: postings repeat places."""
    return lru_cache(maxsize=None)(lambda place: choose_pool(rules, place))
