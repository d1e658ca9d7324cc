"""How are numpy arrays turned into exact Arrow columns, without a loop over rows?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sample_data.periods import FIRST_DAY_SINCE_EPOCH

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_SECONDS_PER_DAY = 86_400


def identifiers(prefix: str, numbers: NDArray[Any], digits: int) -> pa.Array:
    """Spell numbers as fixed-width identifiers such as ``SO00000042``.

    The bytes are laid out by integer arithmetic: formatting ten million Python
    strings would take longer than the whole company.

    Args:
        prefix: ASCII text before the digits.
        numbers: Non-negative numbers, shape (n,).
        digits: Width of the zero-padded number.

    Returns:
        Arrow string column, length n.
    """
    head = prefix.encode()
    width = len(head) + digits
    text = np.empty((len(numbers), width), dtype=np.uint8)
    text[:, : len(head)] = np.frombuffer(head, dtype=np.uint8)
    rest = numbers.astype(np.int64)
    for position in range(width - 1, len(head) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, position] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(
        len(numbers), pa.py_buffer(offsets), pa.py_buffer(text)
    )


def decimals(
    units: NDArray[Any],
    scale: int,
    valid: BoolArray | None = None,
    precision: int = 18,
) -> pa.Array:
    """Make an exact decimal column from integer units of its last place.

    Args:
        units: Value times ``10**scale``, shape (n,).
        scale: Places after the decimal point.
        valid: False where the value is null, shape (n,).
        precision: Digits in all.

    Returns:
        Arrow ``decimal128(precision, scale)`` column, length n.
    """
    low = units.astype(np.int64)
    if valid is not None:
        low = np.where(valid, low, 0)
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0] = low
    words[:, 1] = low >> 63
    bitmap = None
    if valid is not None:
        bitmap = pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(
        pa.decimal128(precision, scale), len(low), [bitmap, pa.py_buffer(words)]
    )


def money(cents: NDArray[Any]) -> pa.Array:
    """Make a ``decimal(18,4)`` column from integer cents, shape (n,)."""
    return decimals(cents.astype(np.int64) * 100, 4)


def quantities(units: NDArray[Any]) -> pa.Array:
    """Make a ``decimal(18,4)`` column from whole units, shape (n,)."""
    return decimals(units.astype(np.int64) * 10_000, 4)


def minutes(values: FloatArray) -> pa.Array:
    """Make a ``decimal(18,4)`` column of minutes kept to the hundredth."""
    return decimals(np.rint(values * 100).astype(np.int64) * 100, 4)


def dates(days: NDArray[Any], valid: BoolArray | None = None) -> pa.Array:
    """Make a date column from day numbers counted from the first day, shape (n,)."""
    since_epoch = (days + FIRST_DAY_SINCE_EPOCH).astype(np.int32)
    return pa.array(since_epoch, mask=_inverted(valid)).cast(pa.date32())


def timestamps(
    days: NDArray[Any], seconds: NDArray[Any], valid: BoolArray | None = None
) -> pa.Array:
    """Make a UTC timestamp column from day numbers and seconds of the day."""
    since_epoch = (days.astype(np.int64) + FIRST_DAY_SINCE_EPOCH) * _SECONDS_PER_DAY
    moments = pa.array(since_epoch + seconds, mask=_inverted(valid))
    return moments.cast(pa.timestamp("s"))


def labels(codes: NDArray[Any], names: Sequence[str | None]) -> pa.Array:
    """Make a text column of ``names[code]``, dictionary encoded, shape (n,)."""
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), pa.array(names, type=pa.string())
    )


def texts(values: Sequence[str | None]) -> pa.Array:
    """Make a text column from Python strings; None and empty text are null."""
    return pa.array([value or None for value in values], type=pa.string())


def picked(names: pa.Array, positions: NDArray[Any]) -> pa.Array:
    """Repeat entries of a text column by position, shape (n,)."""
    return names.take(pa.array(positions.astype(np.int64)))


def flags(values: NDArray[Any]) -> pa.Array:
    """Make a boolean column, shape (n,)."""
    return pa.array(values.astype(np.bool_))


def counts(values: NDArray[Any]) -> pa.Array:
    """Make a bigint column, shape (n,)."""
    return pa.array(values.astype(np.int64))


def constant(value: str, length: int) -> pa.Array:
    """Repeat one text ``length`` times, dictionary encoded."""
    return labels(np.zeros(length, dtype=np.int32), [value])


def nulls(length: int) -> pa.Array:
    """Make a text column of nulls."""
    return pa.nulls(length, type=pa.string())


def _inverted(valid: BoolArray | None) -> BoolArray | None:
    return None if valid is None else ~valid
