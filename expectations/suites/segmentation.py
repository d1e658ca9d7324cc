"""Is the segmentation whole, stable and understandable enough to act on?"""

# GX exports its expectations implicitly and takes a severity as text.
# mypy: disable-error-code="attr-defined, arg-type, name-defined"

import great_expectations as gx
import great_expectations.expectations as gxe

from expectations.bounds import advised_least, none


def assignments() -> gx.ExpectationSuite:
    """Every customer is in one known segment."""
    return gx.ExpectationSuite(
        name="assignments",
        expectations=[
            none("repeated_customer_count", "A customer is promised one service tier."),
            none("unassigned_customer_count", "Nobody disappears: UNC takes the rest."),
            none(
                "unknown_customer_count", "Assigned from another refresh's customers."
            ),
            none(
                "unknown_segment_count", "A code without a definition promises nothing."
            ),
        ],
    )


def segments() -> gx.ExpectationSuite:
    """A handful of named segments, each of more than one customer."""
    return gx.ExpectationSuite(
        name="segments",
        expectations=[
            gxe.ExpectTableRowCountToBeBetween(
                min_value=2,
                max_value=12,
                severity="critical",
                notes="One segment is no segmentation; nobody serves a dozen.",
            ),
            gxe.ExpectColumnValuesToBeUnique(
                column="segment_code",
                severity="critical",
                notes="Codes persist over releases: one code, one segment.",
            ),
            gxe.ExpectColumnValuesToNotBeNull(
                column="segment_name",
                severity="critical",
                notes="People read names, not codes.",
            ),
            gxe.ExpectColumnValuesToNotBeNull(
                column="definition",
                severity="critical",
                notes="A segment nobody can describe cannot be governed.",
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="examined_row_count",
                min_value=2,
                severity="critical",
                notes="One customer is an exception, not a segment.",
            ),
        ],
    )


def models() -> gx.ExpectationSuite:
    """The partition survives resampling and time, its labels are true."""
    return gx.ExpectationSuite(
        name="models",
        expectations=[
            gxe.ExpectTableRowCountToEqual(
                value=1,
                severity="critical",
                notes="One model is in force.",
            ),
            gxe.ExpectColumnValuesToNotBeNull(
                column="mean_jaccard",
                severity="critical",
                notes="A partition of unknown stability has not been tested.",
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="mean_jaccard",
                min_value=0.6,
                severity="critical",
                notes="Hennig 2007: below 0.6 a cluster should not be trusted.",
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="window_ari",
                min_value=0.5,
                severity="critical",
                notes="Below 0.5 two windows disagree; null: short history.",
            ),
            gxe.ExpectColumnValuesToNotBeNull(
                column="lowest_label_fidelity_ratio",
                severity="critical",
                notes="A label whose truth was not counted is a guess.",
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="lowest_label_fidelity_ratio",
                min_value=0.8,
                severity="critical",
                notes="A label false of one member in five misleads who reads it.",
            ),
        ],
    )


def segment_quality() -> gx.ExpectationSuite:
    """Each segment is stable, well labelled and large enough to serve."""
    return gx.ExpectationSuite(
        name="segment_quality",
        expectations=[
            advised_least(
                "mean_jaccard", 0.75, "Hennig 2007: 0.75 marks a stable cluster."
            ),
            advised_least(
                "window_ari", 0.75, "Between 0.5 and 0.75 people should look."
            ),
            advised_least("label_fidelity_ratio", 0.9, "The label is loose."),
            advised_least(
                "examined_row_count", 10, "Few customers: hardly worth a tier."
            ),
        ],
    )
