"""What Python makes of a text: the value it says exactly, or None."""

import re
from datetime import date, datetime
from decimal import Decimal, localcontext


def decimal_or_none(text: str, precision: int, scale: int) -> Decimal | None:
    """What Python makes of it: exact and within the type, or nothing."""
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", text, re.ASCII):
        return None
    with localcontext() as context:
        context.prec = 80
        value = Decimal(text)
        fits = abs(value) < Decimal(10) ** (precision - scale)
        is_exact = value == round(value, scale)
    if text.lstrip("+-").startswith(".") and scale == 0:
        return None
    return value if fits and is_exact else None


def integer_or_none(text: str) -> int | None:
    if not re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        return None
    return int(text) if -(2**63) <= int(text) < 2**63 else None


def date_or_none(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if len(text) == 10 else None
    except ValueError:
        return None


def time_or_none(text: str) -> datetime | None:
    found = re.fullmatch(
        r"(.{10})[ T]([0-9:]{8}(?:\.[0-9]{1,6})?)(?:Z|\+00:00)?", text, re.ASCII
    )
    if found is None:
        return None
    form = "%Y-%m-%d %H:%M:%S.%f" if "." in found[2] else "%Y-%m-%d %H:%M:%S"
    try:
        # strptime lets second 60 and 61 pass as leap seconds.
        return datetime.strptime(f"{found[1]} {found[2]}", form)
    except ValueError:
        return None
