"""Which legal entities, currencies and exchange rates does the company have?"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sample_data.columns import constant, dates, decimals, labels
from sample_data.periods import MONTH_COUNT, Calendar, exchange_rate_days


@dataclass(frozen=True)
class Entity:
    """A legal entity; ``price_level`` is local currency per EUR in its price list."""

    code: str
    name: str
    country_code: str
    currency_code: str
    business_unit: str
    price_level: float
    tax_ratio: float
    party_share: float


ENTITIES = (
    Entity("DE01", "Halden Supply GmbH", "DE", "EUR", "Central", 1.0, 0.19, 0.50),
    Entity("UK01", "Halden Supply Ltd", "GB", "GBP", "Islands", 0.86, 0.20, 0.28),
    Entity("US01", "Halden Supply Inc", "US", "USD", "Americas", 1.09, 0.07, 0.22),
)
ENTITY_CODES = tuple(entity.code for entity in ENTITIES)
CURRENCY_CODES = tuple(entity.currency_code for entity in ENTITIES)
BUSINESS_UNITS = tuple(entity.business_unit for entity in ENTITIES)
PRICE_LEVELS = np.array([entity.price_level for entity in ENTITIES])
TAX_RATIOS = np.array([entity.tax_ratio for entity in ENTITIES])
AMBIENT, CHILLED = 0, 1
WAREHOUSE_IDS = tuple(
    f"WH-{code[:2]}-{site}" for code in ENTITY_CODES for site in ("A", "C")
)
_RATE_PLACES = 6


@dataclass(frozen=True)
class ExchangeRates:
    """Daily rates; GBP is quoted in EUR, USD per EUR as the market does.

    Attributes:
        days: Day numbers with a rate, shape (n_days,).
        quoted: Millionths, shape (2 currencies, 2 types, n_days): GBP, USD by
            average, closing.
        base_per_local: Average EUR per unit of local currency, shape (3, 24).
    """

    days: NDArray[np.int64]
    quoted: NDArray[np.int64]
    base_per_local: NDArray[np.float64]


def simulate_exchange_rates(calendar: Calendar, seed: int) -> ExchangeRates:
    """Walk the two currencies around their long-run level, day by day."""
    rng = np.random.default_rng([seed, 11])
    days = exchange_rate_days()
    quoted = np.empty((2, 2, len(days)), dtype=np.int64)
    for currency, level in enumerate((1.17, 1.085)):
        deviation = 0.0
        for position, shock in enumerate(rng.normal(0, 0.0035, len(days))):
            deviation = 0.985 * deviation + float(shock)
            closing = level * np.exp(deviation)
            average = closing * np.exp(rng.normal(0, 0.0008))
            quoted[currency, :, position] = np.rint(
                np.array([average, closing]) * 10**_RATE_PLACES
            )
    base_per_local = np.ones((3, MONTH_COUNT))
    inside = days >= 0
    month = calendar.month_of_day[days[inside]]
    averages = quoted[:, 0, inside] / 10**_RATE_PLACES
    size = np.bincount(month, minlength=MONTH_COUNT)
    for row, daily in ((1, averages[0]), (2, 1 / averages[1])):
        mean = np.bincount(month, daily, minlength=MONTH_COUNT) / size
        base_per_local[row] = np.round(mean, _RATE_PLACES)
    return ExchangeRates(days, quoted, base_per_local)


def exchange_rate_columns(rates: ExchangeRates) -> dict[str, pa.Array]:
    """Lay the rates out as ``erp__exchange_rates``."""
    day_count = len(rates.days)
    currency = np.repeat([0, 1], 2 * day_count)
    rate_type = np.tile(np.repeat([0, 1], day_count), 2)
    return {
        "from_currency_code": labels(currency, ("GBP", "USD")),
        "to_currency_code": constant("EUR", len(currency)),
        "rate_date": dates(np.tile(rates.days, 4)),
        "rate_type": labels(rate_type, ("average", "closing")),
        "rate": decimals(rates.quoted.reshape(-1) * 10**6, 12, precision=28),
        "quote": labels(currency, ("multiply", "divide")),
    }


def warehouse_labels(
    entity: NDArray[np.int64], is_chilled: NDArray[np.bool_]
) -> pa.Array:
    """Name the warehouse of an entity and temperature, shape (n,)."""
    return labels(entity * 2 + is_chilled, WAREHOUSE_IDS)
