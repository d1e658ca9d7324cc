"""Who are the true parties, and which accounts does each of them hold?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sample_data.columns import BoolArray, FloatArray, IntArray
from sample_data.entities import ENTITIES
from sample_data.groups import (
    BULK_SEASONAL,
    GROUPS,
    INTERCOMPANY,
    NO_ORDERS,
    ORDINARY_COUNT,
    OUTLIER,
    parameter,
)
from sample_data.names import choices, cities, party_names
from sample_data.periods import MONTH_COUNT
from sample_data.products import AMBIENT_RANGE, FULL_RANGE, SEASONAL_RANGE

_JITTER = {
    "orders": 0.22,
    "lines": 0.12,
    "qty": 0.30,
    "rush": 0.30,
    "change": 0.30,
    "returned": 0.30,
    "cancelled": 0.20,
    "case": 0.30,
    "visits": 0.30,
    "discount": 0.20,
    "late": 0.30,
}
_EXACT = ("electronic", "regularity", "seasonality", "visit_minutes", "resentment")


@dataclass(frozen=True)
class Parties:
    """The true parties; arrays have shape (n_parties,) unless said.

    Attributes:
        segment: Row of :data:`sample_data.groups.GROUPS`.
        entity: Row of :data:`sample_data.entities.ENTITIES` that serves the party.
        traits: Personal value of each group parameter.
        season_peak: Month of the year (0 to 12) the party's business peaks in.
        joined_month, left_month: Active from, active before.
        assortment: Product range the party buys from.
        distance_km: From its warehouse.
        is_on_route: Served by the entity's own lorries.
        collects: Arranges its own freight.
        payment_days: Terms of payment.
        parent: Party that owns it, -1 if none.
        name: Legal name.
        city: Row of the country's city table.
        detail: Large number from which address details are derived.
        account_party: Party of each ERP account, shape (n_accounts,).
        account_number: Customer number of each ERP account, shape (n_accounts,).
        first_account, second_account: Rows of the accounts; -1 where none.
    """

    segment: IntArray
    entity: IntArray
    traits: dict[str, FloatArray]
    season_peak: FloatArray
    joined_month: IntArray
    left_month: IntArray
    assortment: IntArray
    distance_km: FloatArray
    is_on_route: BoolArray
    collects: BoolArray
    payment_days: IntArray
    parent: IntArray
    name: list[str]
    city: IntArray
    detail: IntArray
    account_party: IntArray
    account_number: IntArray
    first_account: IntArray
    second_account: IntArray

    @property
    def count(self) -> int:
        """Number of true parties."""
        return len(self.segment)

    @property
    def country(self) -> list[str]:
        """Country code per party."""
        return [ENTITIES[entity].country_code for entity in self.entity.tolist()]


def simulate_parties(
    ordinary_count: int, outlier_count: int, order_intensity: float, seed: int
) -> Parties:
    """Draw the parties, their behaviour and their ERP accounts.

    Args:
        ordinary_count: Parties in the five behaviour groups.
        outlier_count: Extreme parties besides.
        order_intensity: Multiplies every party's order frequency.
        seed: Seed of the company.

    Returns:
        The parties, in no telling order.
    """
    rng = np.random.default_rng([seed, 13])
    segment = _segments(ordinary_count, outlier_count, rng)
    count = len(segment)
    entity = rng.choice(3, count, p=[entity.party_share for entity in ENTITIES])
    # Each subsidiary buys from another entity: the ledger eliminates that trade.
    entity[segment == INTERCOMPANY] = [0, 0, 1]
    joined, left = _active_months(segment, rng)
    traits = _traits(segment, rng)
    traits["orders"] *= order_intensity
    countries = [ENTITIES[row].country_code for row in entity.tolist()]
    name = party_names(countries, rng, count)
    _name_subsidiaries(name, segment)
    return Parties(
        segment=segment,
        entity=entity,
        traits=traits,
        joined_month=joined,
        left_month=left,
        assortment=_assortments(segment, rng),
        parent=_parents(segment, entity, rng),
        name=name,
        city=_city_rows(countries, rng),
        detail=choices(count, rng),
        **_terms(count, rng),
        **_accounts(segment, rng),
    )


def _terms(count: int, rng: np.random.Generator) -> dict[str, Any]:
    """Draw peak season, distance, delivery and payment terms of each party."""
    distance = np.exp(rng.normal(np.log(140), 0.8, count)).clip(8, 900)
    half = np.where(rng.random(count) < 0.5, 3.5, 9.5)
    return {
        "season_peak": half + rng.normal(0, 0.6, count),
        "distance_km": distance,
        "is_on_route": (distance < 110) & (rng.random(count) < 0.85),
        "collects": rng.random(count) < 0.02,
        "payment_days": rng.choice(np.array([14, 30, 45, 60]), count),
    }


def _segments(
    ordinary_count: int, outlier_count: int, rng: np.random.Generator
) -> IntArray:
    shares = [group.share for group in GROUPS[:ORDINARY_COUNT]]
    sizes = np.rint(np.array(shares) * ordinary_count).astype(np.int64)
    idle_count = ordinary_count // 40
    extra = np.repeat(
        [OUTLIER, INTERCOMPANY, NO_ORDERS], [outlier_count, 3, idle_count]
    )
    return rng.permutation(
        np.concatenate([np.repeat(np.arange(ORDINARY_COUNT), sizes), extra])
    )


def _traits(segment: IntArray, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Give each party its own values around those of its group."""
    traits = {name: parameter(name, segment) for name in _EXACT}
    for name, spread in _JITTER.items():
        personal = np.exp(rng.normal(0, spread, len(segment)))
        traits[name] = parameter(name, segment) * personal
    wobble = rng.normal(0, 0.07, len(segment))
    traits["electronic"] = (traits["electronic"] + wobble).clip(0, 1)
    traits["discount"] = np.round(traits["discount"], 2)
    return traits


def _active_months(
    segment: IntArray, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Let a seventh join and a twentieth leave within the two years."""
    count = len(segment)
    joins = (rng.random(count) < 0.15) & (segment < ORDINARY_COUNT)
    leaves = (rng.random(count) < 0.05) & (segment < ORDINARY_COUNT) & ~joins
    joined = np.where(joins, rng.integers(1, 14, count), 0)
    left = np.where(leaves, rng.integers(16, MONTH_COUNT, count), MONTH_COUNT)
    return joined, left


def _assortments(segment: IntArray, rng: np.random.Generator) -> IntArray:
    buys_chilled = rng.random(len(segment)) < 0.35
    assortment = np.where(buys_chilled, FULL_RANGE, AMBIENT_RANGE)
    return np.where(segment == BULK_SEASONAL, SEASONAL_RANGE, assortment)


def _parents(segment: IntArray, entity: IntArray, rng: np.random.Generator) -> IntArray:
    """Tie one party in twelve to a parent in the same entity."""
    parent = np.full(len(segment), -1, dtype=np.int64)
    for row in range(len(ENTITIES)):
        members = np.flatnonzero((entity == row) & (segment < ORDINARY_COUNT))
        heads, children = members[::12], members[5::12]
        parent[children] = rng.choice(heads, len(children))
    return parent


def _name_subsidiaries(name: list[str], segment: IntArray) -> None:
    """Name the intercompany parties after the entities that buy."""
    buyers = (ENTITIES[1].name, ENTITIES[2].name, ENTITIES[0].name)
    for party, buyer in zip(
        np.flatnonzero(segment == INTERCOMPANY).tolist(), buyers, strict=True
    ):
        name[party] = buyer


def _city_rows(countries: list[str], rng: np.random.Generator) -> IntArray:
    sizes = np.array([len(cities(country)) for country in countries])
    rows: IntArray = rng.integers(0, 1 << 30, len(countries)) % sizes
    return rows


def _accounts(segment: IntArray, rng: np.random.Generator) -> dict[str, Any]:
    """Open one ERP account per party, and a second one for six in a hundred."""
    count = len(segment)
    has_second = (rng.random(count) < 0.06) & (segment < ORDINARY_COUNT)
    doubled = np.flatnonzero(has_second)
    account_party = np.concatenate([np.arange(count), doubled])
    order = rng.permutation(len(account_party))
    account_party = account_party[order]
    is_second = order >= count
    first = np.full(count, -1, dtype=np.int64)
    second = np.full(count, -1, dtype=np.int64)
    rows = np.arange(len(account_party))
    first[account_party[~is_second]] = rows[~is_second]
    second[account_party[is_second]] = rows[is_second]
    gaps = np.cumsum(rng.integers(1, 4, len(account_party)))
    return {
        "account_party": account_party,
        "account_number": 100_000 + gaps,
        "first_account": first,
        "second_account": second,
    }
