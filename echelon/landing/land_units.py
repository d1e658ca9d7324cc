"""How do the units and clocks of a source become those of the contract?"""

from echelon.landing.casts import decimal_scale
from echelon.landing.contract import ColumnContract
from echelon.landing.mapping import Settings
from echelon.quoting import quote_name, quote_text

_DIMENSION_BY_SUFFIX = {"_kg": "weight", "_m3": "volume", "_km": "distance"}
# Contract units (kg, m3, km) per unit of the source; pound, ounce, mile and cubic
# foot by the international definitions of 1959.
_FACTORS = {
    "kg": "1",
    "g": "0.001",
    "t": "1000",
    "lb": "0.45359237",
    "oz": "0.028349523125",
    "m3": "1",
    "l": "0.001",
    "cm3": "0.000001",
    "ft3": "0.028316846592",
    "km": "1",
    "m": "0.001",
    "mi": "1.609344",
}


def in_contract_units(column: ColumnContract, settings: Settings) -> str:
    """Write the SQL that converts a column of text to contract units and UTC.

    Args:
        column: The contract column; its suffix tells its unit.
        settings: Units and time zone of the source.

    Returns:
        SQL of the text, converted where the source uses another unit or clock. A text
        that is no number or no moment stays as it is.
    """
    name = quote_name(column.name)
    if column.sql_type == "timestamp" and settings.time_zone != "UTC":
        zone = quote_text(settings.time_zone)
        moment = f"try_cast({name} as timestamp) at time zone {zone} at time zone 'UTC'"
        return f"coalesce(cast({moment} as varchar), {name})"
    factor = _factor(column, settings)
    if factor == "1":
        return name
    product = (
        f"try_cast({name} as decimal(24, 6)) * cast('{factor}' as decimal(18, 12))"
    )
    rounded = f"round({product}, {decimal_scale(column.sql_type)})"
    return f"coalesce(cast({rounded} as varchar), {name})"


def _factor(column: ColumnContract, settings: Settings) -> str:
    dimension = _DIMENSION_BY_SUFFIX.get(column.name[-3:])
    # rate_per_kg is a price per contract unit, not a weight.
    if dimension is None or "_per_" in column.name:
        return "1"
    return _FACTORS[getattr(settings.units, dimension)]
