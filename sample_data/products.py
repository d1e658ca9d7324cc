"""What does the company sell: catalogue, prices, seasons, lumpy and chilled items?"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sample_data.columns import (
    constant,
    counts,
    dates,
    decimals,
    flags,
    identifiers,
    labels,
    texts,
)
from sample_data.entities import PRICE_LEVELS
from sample_data.periods import MONTH_COUNT, month_bounds

FULL_RANGE, AMBIENT_RANGE, SEASONAL_RANGE = 0, 1, 2
_PRICE_RISE = 1.03
_NEW_PRICES_MONTH = 12
_CATEGORIES = (
    ("Facility", "Cleaning", "Detergents"),
    ("Facility", "Hygiene", "Paper goods"),
    ("Workshop", "Fasteners", "Screws"),
    ("Workshop", "Tools", "Hand tools"),
    ("Packaging", "Cartons", "Folding cartons"),
    ("Garden", "Growing", "Soils and seeds"),
    ("Garden", "Outdoor", "Barbecue"),
    ("Winter", "De-icing", "Road salt"),
    ("Kitchen", "Dry goods", "Staples"),
    ("Kitchen", "Chilled", "Dairy"),
    ("Kitchen", "Chilled", "Ready meals"),
    ("Technical", "Spare parts", "Pumps"),
)
_SEASON_PEAK = {5: 3, 6: 5, 7: 10}
_CHILLED = (9, 10)
_LUMPY = (11,)
_GRADES = ("Basic", "Classic", "Pro", "Plus", "Eco", "Ultra", "Line", "Select")


@dataclass(frozen=True)
class Products:
    """The catalogue; every array has shape (n_products,) unless said.

    Attributes:
        category: Row of the category table.
        is_chilled: Perishable, kept in the chilled warehouse.
        weight_g: Grams per unit.
        volume_cm3: Cubic centimetres per unit.
        case_units: Units per case.
        cost_cents: EUR cents per unit, shape (2, n_products): 2024, 2025.
        price_cents: Local cents per unit, shape (2, 3, n_products).
        lumpiness: Extra spread of the order quantity, log scale.
        cumulative_weight: Choice weights summed up, shape (24, 3 ranges, n_products),
            each range scaled to 1.
    """

    category: NDArray[np.int64]
    is_chilled: NDArray[np.bool_]
    weight_g: NDArray[np.int64]
    volume_cm3: NDArray[np.int64]
    case_units: NDArray[np.int64]
    cost_cents: NDArray[np.int64]
    price_cents: NDArray[np.int64]
    lumpiness: NDArray[np.float64]
    cumulative_weight: NDArray[np.float64]
    launch_month: NDArray[np.int64]
    end_month: NDArray[np.int64]


def simulate_products(product_count: int, seed: int) -> Products:
    """Draw the catalogue.

    Args:
        product_count: Number of products.
        seed: Seed of the company.

    Returns:
        The catalogue with its monthly choice weights.
    """
    rng = np.random.default_rng([seed, 12])
    category = rng.permutation(np.arange(product_count) % len(_CATEGORIES))
    price = np.exp(rng.normal(np.log(11), 0.65, product_count)).clip(1.2, 180)
    cost = price * rng.uniform(0.60, 0.76, product_count)
    years = np.array([1.0, _PRICE_RISE])
    local = np.outer(years, PRICE_LEVELS)[:, :, None] * price * 100
    weight_g = np.exp(rng.normal(np.log(900), 0.7, product_count)).clip(40, 25_000)
    density = rng.uniform(0.25, 1.1, product_count)
    launch = np.where(rng.random(product_count) < 0.08, rng.integers(2, 18), 0)
    end = np.where(rng.random(product_count) < 0.05, rng.integers(12, 22), MONTH_COUNT)
    return Products(
        category=category,
        is_chilled=np.isin(category, _CHILLED),
        weight_g=np.rint(weight_g).astype(np.int64),
        volume_cm3=np.rint(weight_g / density).astype(np.int64),
        case_units=rng.choice(np.array([6, 8, 10, 12, 20, 24]), product_count),
        cost_cents=np.rint(np.outer(years, cost) * 100).astype(np.int64),
        price_cents=np.rint(local).astype(np.int64),
        lumpiness=np.where(np.isin(category, _LUMPY), 1.1, 0.25),
        cumulative_weight=_choice_weights(category, launch, end, rng),
        launch_month=launch,
        end_month=end,
    )


def _choice_weights(
    category: NDArray[np.int64],
    launch: NDArray[np.int64],
    end: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Weigh products by rank (Zipf, hence ABC), season, lumps and life cycle."""
    product_count = len(category)
    popularity = 1 / (1 + rng.permutation(product_count)) ** 0.85
    month = np.arange(MONTH_COUNT)[:, None]
    weights = np.repeat(popularity[None, :], MONTH_COUNT, axis=0)
    for row, peak in _SEASON_PEAK.items():
        season = np.exp(1.8 * np.cos((month - peak) * 2 * np.pi / 12))
        weights = np.where(category == row, weights * season, weights)
    is_lumpy = np.isin(category, _LUMPY)
    is_active = rng.random((MONTH_COUNT, product_count)) < 0.35
    weights = np.where(is_lumpy & ~is_active, weights * 0.02, weights)
    is_offered = (month >= launch) & (month < end)
    # A product out of the range keeps a trace, so no range can ever run empty.
    weights = np.where(is_offered, weights, weights * 1e-9)
    is_ambient = ~np.isin(category, _CHILLED)
    is_seasonal = np.isin(category, list(_SEASON_PEAK))
    ranges = np.stack([np.ones(product_count), is_ambient, 0.15 * is_ambient])
    ranges[SEASONAL_RANGE] += is_seasonal
    cumulative = np.cumsum(weights[:, None, :] * ranges[None], axis=2)
    return cumulative / cumulative[:, :, -1:]


def product_columns(products: Products) -> dict[str, pa.Array]:
    """Lay the catalogue out as ``erp__products``: one row per product and price year.

    A quarter of the products carry a second row from 2025 on; the others keep one
    row although their sales prices rose too, as real master data does.
    """
    number = np.arange(len(products.category))
    repriced = number[number % 4 == 0]
    row = np.concatenate([number, repriced])
    year = np.concatenate([np.zeros_like(number), np.ones_like(repriced)])
    category = products.category[row]
    lead_time = 4 + number[row] * 17 % 41
    stage = np.where(products.end_month[row] < MONTH_COUNT, 2, 1)
    stage = np.where(products.launch_month[row] > 12, 0, stage)
    valid_from = np.where(year == 1, month_bounds(_NEW_PRICES_MONTH)[0], -1461)
    return {
        "product_id": product_ids(row),
        "valid_from": dates(valid_from),
        "product_code": identifiers("HS-", row * 7 + 1000, 6),
        "name": texts(_names(products, row)),
        **{
            f"category_{level + 1}": labels(category, [c[level] for c in _CATEGORIES])
            for level in range(3)
        },
        **_physical_columns(products, row),
        "standard_cost": decimals(products.cost_cents[year, row] * 10_000, 6),
        "list_price": decimals(products.price_cents[year, 0, row] * 10_000, 6),
        "currency_code": constant("EUR", len(row)),
        "supplier_id": identifiers("V", row % 37, 4),
        "lead_time_days": decimals(lead_time * 10_000, 4),
        "lead_time_sd_days": decimals(lead_time * 1_800, 4),
        "lifecycle_stage": labels(stage, ("introduction", "mature", "decline")),
    }


def _names(products: Products, row: NDArray[np.int64]) -> list[str]:
    return [
        f"{_CATEGORIES[products.category[n]][2]} {_GRADES[n % len(_GRADES)]} {n:04d}"
        for n in row
    ]


def _physical_columns(
    products: Products, row: NDArray[np.int64]
) -> dict[str, pa.Array]:
    is_chilled = products.is_chilled[row]
    return {
        "base_uom": constant("EA", len(row)),
        "weight_kg": decimals(products.weight_g[row] * 1000, 6),
        "volume_m3": decimals(products.volume_cm3[row], 6),
        "units_per_case": counts(products.case_units[row]),
        "temperature_class": labels(is_chilled, ("ambient", "chilled")),
        "is_hazardous": flags(products.category[row] == 0),
        "shelf_life_days": counts(np.where(is_chilled, 28, 1095)),
    }


def warehouse_columns(
    products: Products, number: NDArray[np.int64]
) -> dict[str, pa.Array]:
    """Describe products as the WMS keeps them: it spells some otherwise, errs on a few.

    Args:
        products: The catalogue.
        number: Products, shape (n,).

    Returns:
        Category, unit and case size, length n.
    """
    spellings = [names[2] for names in _CATEGORIES]
    count = len(spellings)
    category = (products.category[number] + (number % 41 == 3)) % count
    shouts = number % 5 == 0
    case_units = products.case_units[number]
    return {
        "category_3": labels(
            category + count * shouts, spellings + [name.upper() for name in spellings]
        ),
        "base_uom": constant("PCS", len(number)),
        "units_per_case": counts(np.where(number % 53 == 7, 2, 1) * case_units),
    }


def product_ids(numbers: NDArray[np.int64]) -> pa.Array:
    """Spell product numbers, shape (n,)."""
    return identifiers("P", numbers, 6)
