"""What do third parties deliver: industries and risks of places, good and bad?"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sample_data import columns as col
from sample_data import names
from sample_data.crm import INDUSTRIES
from sample_data.delivery import Delivery
from sample_data.entities import ENTITIES
from sample_data.identity import Identity, tax_ids
from sample_data.world import World

_ABSENT = {"ext__benchmarks": "no benchmarks were bought for the sample company"}
_COUNTRY_RISKS = {"DE": 120_000, "GB": 180_000, "US": 230_000}


@dataclass(frozen=True)
class _Source:
    """A third party; days count from the first of January 2024.

    Attributes:
        coverage: Share of the parties it knows.
        truth: Share of those it knows rightly.
    """

    name: str
    coverage: float
    truth: float
    as_of_day: int
    licence: str | None


_REGISTER = _Source("trade_register", 0.85, 0.93, 699, "CC BY 4.0")
_DIRECTORY = _Source("web_directory", 0.30, 0.55, -185, None)
_RISK_INDEX = _Source("country_risk_index", 1, 1, 699, "CC BY 4.0")
_FLOOD_MAP = _Source("flood_map", 1, 1, 699, "commercial, internal use")


def write_external(delivery: Delivery, world: World, identity: Identity) -> None:
    """Write two sources of industries and two of geographic risks.

    Args:
        delivery: The open delivery of third-party data.
        world: The world.
        identity: Ids of the parties.
    """
    rng = np.random.default_rng([world.seed, 41])
    parts = [
        _industries(source, world, identity, rng) for source in (_REGISTER, _DIRECTORY)
    ]
    delivery.write("ext__industries", _stacked(parts))
    countries = [entity.country_code for entity in ENTITIES]
    regions = sorted(
        {f"{code}:{row[1]}" for code in countries for row in names.cities(code)}
    )
    national = np.array([_COUNTRY_RISKS[code] for code in countries])
    local = rng.integers(0, 1_000_000, len(regions))
    parts = [
        _rows(_RISK_INDEX, countries, col.decimals(national, 4)),
        _rows(_FLOOD_MAP, regions, col.decimals(local, 4)),
    ]
    delivery.write("ext__geo_risks", _stacked(parts))
    delivery.declare_absent(_ABSENT)


def _industries(
    source: _Source, world: World, identity: Identity, rng: np.random.Generator
) -> dict[str, pa.Array]:
    count = world.parties.count
    known = np.flatnonzero(rng.random(count) < source.coverage)
    error = (rng.random(count) >= source.truth) * rng.integers(
        1, len(INDUSTRIES), count
    )
    industry = (identity.crm_number[:count] + error) % len(INDUSTRIES)
    keys = tax_ids(world.parties, identity)
    values = col.texts([INDUSTRIES[number] for number in industry[known].tolist()])
    return _rows(source, [keys[row] for row in known.tolist()], values)


def _rows(source: _Source, keys: list[str], values: pa.Array) -> dict[str, pa.Array]:
    day = np.full(len(keys), source.as_of_day)
    return {
        "key": col.texts(keys),
        "source": col.texts([source.name] * len(keys)),
        "as_of_date": col.dates(day),
        "value": values,
        "licence": col.texts([source.licence] * len(keys)),
        "retrieved_on": col.dates(day + 7),
    }


def _stacked(parts: list[dict[str, pa.Array]]) -> dict[str, pa.Array]:
    return {name: pa.concat_arrays([part[name] for part in parts]) for name in parts[0]}
