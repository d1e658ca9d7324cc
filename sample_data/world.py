"""What is fixed about the sample company before the first order comes in?"""

from dataclasses import dataclass

from sample_data.entities import ExchangeRates, simulate_exchange_rates
from sample_data.parties import Parties, simulate_parties
from sample_data.periods import Calendar, build_calendar
from sample_data.products import Products, simulate_products


@dataclass(frozen=True)
class Size:
    """How big a sample is; lines follow from parties times intensity."""

    party_count: int
    outlier_count: int
    product_count: int
    order_intensity: float


SIZES = {
    "tiny": Size(300, 2, 120, 1.00),
    "small": Size(1_350, 4, 300, 1.10),
    "medium": Size(14_000, 10, 1_200, 2.15),
    "large": Size(96_000, 24, 4_000, 3.20),
}


@dataclass(frozen=True)
class World:
    """Everything that does not happen but is."""

    seed: int
    calendar: Calendar
    rates: ExchangeRates
    parties: Parties
    products: Products


def build_world(size: str, seed: int) -> World:
    """Draw parties, products and rates.

    Args:
        size: One of :data:`SIZES`.
        seed: Seed of the company; the same seed and size give the same world.

    Returns:
        The world.

    Raises:
        ValueError: If the size is unknown or the seed negative.
    """
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(SIZES)}, not {size!r}")
    if seed < 0:
        raise ValueError(f"seed must not be negative: {seed}")
    chosen = SIZES[size]
    calendar = build_calendar()
    return World(
        seed=seed,
        calendar=calendar,
        rates=simulate_exchange_rates(calendar, seed),
        parties=simulate_parties(
            chosen.party_count, chosen.outlier_count, chosen.order_intensity, seed
        ),
        products=simulate_products(chosen.product_count, seed),
    )
