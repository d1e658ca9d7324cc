"""How do the units and clocks of a source become those of the contract?"""

from echelon.landing.casts import cast_column, decimal_scale
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

_DAY = r"\d{4}-\d\d-\d\d"
_TIME = r"[ T]\d\d:\d\d(:\d\d(\.\d{1,6}0*)?)?"
_LOCAL = rf"{_DAY}({_TIME})?"
_WITH_ZONE = rf"{_DAY}{_TIME}(Z|[+-]\d\d(:?\d\d)?)"
# Times the largest factor it still fits in 38 digits, of which the product has 18
# decimals; what does not fit in here does not fit in any contract column either.
_NUMBER_TYPE = "decimal(23,6)"


def in_contract_units(column: ColumnContract, settings: Settings) -> str:
    """Write the SQL that converts a column of text to contract units and UTC.

    Args:
        column: The contract column; its suffix tells its unit.
        settings: Units and time zone of the source.

    Returns:
        SQL of the text, converted where the source uses another unit or clock, and
        rounded unless that leaves nothing. A text that is no number or no moment
        stays as it is.
    """
    name = quote_name(column.name)
    if column.sql_type == "timestamp":
        return f"coalesce(cast({_in_utc(name, settings.time_zone)} as varchar), {name})"
    factor = _factor(column, settings)
    if factor == "1":
        return name
    exact = cast_column(name, "VARCHAR", _NUMBER_TYPE)
    number = exact.value if exact else "null"
    product = f"{number} * cast('{factor}' as decimal(18, 12))"
    rounded = f"round({product}, {decimal_scale(column.sql_type)})"
    # Rounded to nothing it would say that there is none.
    is_lost = f"{rounded} = 0 and {number} <> 0"
    return f"""coalesce(
        case when {is_lost} then cast({product} as varchar)
        else cast({rounded} as varchar) end, {name})"""


def _in_utc(name: str, zone: str) -> str:
    """Read a text that carries its zone as that instant, any other by the clock."""
    local = f"try_cast({name} as timestamp) at time zone {quote_text(zone)}"
    return f"""(
        case when regexp_full_match({name}, '{_WITH_ZONE}')
            then try_cast({name} as timestamptz)
        when regexp_full_match({name}, '{_LOCAL}') then {local} end
    ) at time zone 'UTC'"""


def _factor(column: ColumnContract, settings: Settings) -> str:
    dimension = _DIMENSION_BY_SUFFIX.get(column.name[-3:])
    # rate_per_kg is a price per contract unit, not a weight.
    if dimension is None or "_per_" in column.name:
        return "1"
    return _FACTORS[getattr(settings.units, dimension)]
