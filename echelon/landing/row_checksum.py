"""Are these the very rows that left the source, whatever file carried them?

The checksum of a table is the sum, over its rows, of the first 15 hexadecimal digits of
the MD5 of the row's text, read as a number. The text of a row is ``column=value`` for
every value that is not empty, sorted by column name and joined by the unit separator
(character 31). A value is written as its contracted type is (``10.5000`` in a
``decimal(18,4)``, ``2024-02-01 08:00:00``, ``true``), one that is not of its type as
delivered. So neither the order of rows and columns nor the format of the file matters,
and any change of any value does.
"""

from collections.abc import Mapping

from echelon.landing.casts import Cast
from echelon.quoting import quote_text


def row_digest(casts: Mapping[str, Cast]) -> str:
    """Write the SQL of a row's part of the checksum, an integer of 60 bits.

    Args:
        casts: Value and given text of each delivered column by its name; they may
            themselves be names of columns.
    """
    parts = ", ".join(
        f"{quote_text(f'{name}=')} || {_text(casts[name])}" for name in sorted(casts)
    )
    return f"cast('0x' || left(md5(concat_ws(chr(31), {parts})), 15) as bigint)"


def _text(cast: Cast) -> str:
    values = (cast.value, *([cast.given] if cast.given else []))
    return f"coalesce({', '.join(f'cast({value} as varchar)' for value in values)})"
