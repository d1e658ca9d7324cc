"""Is the segmentation whole, stable and understandable enough to act on?"""

# GX exports its expectations implicitly and takes a severity as text.
# mypy: disable-error-code="attr-defined, arg-type, name-defined"

import great_expectations as gx
import great_expectations.expectations as gxe

from expectations.bounds import advised_least, none


def attribute_admissions() -> gx.ExpectationSuite:
    """The model reads only attributes with an owner and an agreement."""
    return gx.ExpectationSuite(
        name="attribute_admissions",
        expectations=[
            none(
                "unadmitted_feature_count",
                "What nobody answers for, or may not be used, decides no segment.",
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="admitted_attribute_count",
                min_value=3,
                severity="critical",
                notes="With fewer than three attributes left, segments mean little.",
            ),
        ],
    )


def assignments() -> gx.ExpectationSuite:
    """Every customer is in one known segment, by guards, overrides and policy."""
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
            none("nameless_decider_count", "Who overrules the model has a name."),
            none("unheeded_guard_count", "What the business forbids does not happen."),
            none("unheeded_override_count", "A person's word counts until it ends."),
            none(
                "excess_move_count",
                "A crowd that moves at once is a fault of the data.",
            ),
        ],
    )


def segments() -> gx.ExpectationSuite:
    """A handful of named segments, each of more than one customer."""
    return gx.ExpectationSuite(
        name="segments",
        expectations=[
            gxe.ExpectColumnValuesToBeBetween(
                column="segment_count",
                min_value=2,
                max_value=12,
                severity="critical",
                notes="One is no segmentation, a dozen too many; null: none declared.",
            ),
            none("stray_count", "A model without segments leaves everybody in UNC."),
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
                column="member_count",
                min_value=2,
                severity="critical",
                notes="One customer is an exception, not a segment.",
            ),
        ],
    )


def max_segments_justified() -> gx.ExpectationSuite:
    """No segment is run that earns less than it costs, unless it was signed."""
    return gx.ExpectationSuite(
        name="max_segments_justified",
        expectations=[
            none("unvalued_count", "What nobody valued cannot be called worth it."),
            none(
                "unjustified_segment_count",
                "Each needs rules and reviews that it does not pay for; raise "
                "segmentation_approved_segment_count to sign an exception.",
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
            none("untested_count", "Segments of unknown stability are untested."),
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
            none("uncounted_label_count", "A label of uncounted truth is a guess."),
            none(
                "segment_difference_count", "The model counts the segments there are."
            ),
            none(
                "unexplained_customer_count",
                "Without segments everybody is in UNC and told why.",
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="fresh_label_fidelity_ratio",
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
            advised_least("segment_count", 2, "No segments: everybody is in UNC."),
            advised_least("member_count", 10, "Few customers: hardly worth a tier."),
        ],
    )
