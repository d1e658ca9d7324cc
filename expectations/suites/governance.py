"""Does the release say truthfully what it lacks and what it no longer fits?"""

# GX exports its expectations implicitly and takes a severity as text.
# mypy: disable-error-code="attr-defined, arg-type, name-defined"

import great_expectations as gx
import great_expectations.expectations as gxe

from expectations.bounds import advised_most, none


def rpt_mart_availability() -> gx.ExpectationSuite:
    """Every mart says that it is available, or why not."""
    return gx.ExpectationSuite(
        name="rpt_mart_availability",
        expectations=[
            gxe.ExpectColumnValuesToNotBeNull(
                column="mart_name",
                severity="critical",
                notes="A line about no mart says nothing.",
            ),
            gxe.ExpectColumnValuesToBeUnique(
                column="mart_name",
                severity="critical",
                notes="Two answers about one mart contradict each other.",
            ),
            gxe.ExpectColumnValuesToNotBeNull(
                column="availability_status",
                severity="critical",
                notes="Silence would read as available.",
            ),
            gxe.ExpectColumnValuesToMatchRegex(
                column="availability_status",
                regex=r"^(?:available|not available: \S.*)$",
                severity="critical",
                notes="What is missing needs its reason, never a zero.",
            ),
            none("unbuilt_count", "A mart whose model failed is no mart of a release."),
        ],
    )


def model_fit() -> gx.ExpectationSuite:
    """The customers are still those the segmentation was fitted on."""
    return gx.ExpectationSuite(
        name="model_fit",
        expectations=[
            advised_most(
                "over_limit_count",
                0,
                "Customers have drifted; if it lasts a re-clustering is proposed.",
            ),
        ],
    )
