"""How is an estimate written down?"""

from decimal import Decimal
from fractions import Fraction

RATE, RATIO, CENT = Decimal("0.000001"), Decimal("0.0001"), Decimal("0.01")


def rounded(value: float | Fraction | None, digit: Decimal) -> Decimal | None:
    """Round to a digit, halves to even; by the exact value, so that any machine agrees.

    Args:
        value: What was estimated; None where it could not be.
        digit: The last digit kept, such as 0.01.

    Returns:
        A multiple of the digit; None for None.
    """
    if value is None:
        return None
    return round(Fraction(value) / Fraction(digit)) * digit
