"""Which bounds do the suites share?"""

# GX exports its expectations implicitly and takes a severity as text.
# mypy: disable-error-code="attr-defined, arg-type, name-defined"

from collections.abc import Sequence

import great_expectations.expectations as gxe


def none(column: str, reason: str) -> gxe.ExpectColumnValuesToBeBetween:
    """Expect a count or a difference of exactly zero; anything else blocks.

    Args:
        column: Column of counts, or of differences in cents.
        reason: Why any other value must stop a release.

    Returns:
        The expectation, critical.
    """
    return gxe.ExpectColumnValuesToBeBetween(
        column=column, min_value=0, max_value=0, severity="critical", notes=reason
    )


def advised_least(
    column: str, least: float, reason: str
) -> gxe.ExpectColumnValuesToBeBetween:
    """Expect a value of at least `least`; less is reported."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=column, min_value=least, severity="warning", notes=reason
    )


def advised_most(
    column: str, most: float, reason: str
) -> gxe.ExpectColumnValuesToBeBetween:
    """Expect a value of at most `most`; more is reported."""
    return gxe.ExpectColumnValuesToBeBetween(
        column=column, max_value=most, severity="warning", notes=reason
    )


def exactly_columns(column_set: Sequence[str]) -> gxe.ExpectTableColumnsToMatchSet:
    """Expect these columns and no others; opens every raw suite."""
    return gxe.ExpectTableColumnsToMatchSet(
        column_set=list(column_set),
        severity="critical",
        notes="A missing column must block, whatever trips over it later.",
    )
