"""Are the attributes complete and possible before anything is fitted on them?"""

import great_expectations as gx

from expectations.bounds import advised_most, none


def exchange_rates() -> gx.ExpectationSuite:
    """Every dated amount has an exchange rate."""
    return gx.ExpectationSuite(
        name="exchange_rates",
        expectations=[
            none("missing_rate_count", "An amount without a rate would count as zero."),
        ],
    )


def exchange_rate_jumps() -> gx.ExpectationSuite:
    """No exchange rate leaps from one quote to the next."""
    return gx.ExpectationSuite(
        name="exchange_rate_jumps",
        expectations=[
            advised_most(
                "largest_step_ratio",
                2,
                "Per 100 units instead of per unit, or turned round: every amount of"
                " the day is wrong, and looks like one.",
            ),
        ],
    )


def order_lines_converted() -> gx.ExpectationSuite:
    """Every order line is kept, placed in a period and has a customer."""
    return gx.ExpectationSuite(
        name="order_lines_converted",
        expectations=[
            none("lost_row_count", "A join that drops or doubles lines moves revenue."),
            none(
                "unresolved_customer_count", "A line without a customer serves nobody."
            ),
            none(
                "unplaced_period_count", "A line without a period escapes the ledger."
            ),
            none("unconverted_amount_count", "A local amount without a base amount."),
            none(
                "unclassified_line_count",
                "A document type that policy lacks is neither sale nor demand.",
            ),
        ],
    )


def ftr_customers() -> gx.ExpectationSuite:
    """Every customer who bought has attributes, once, as of the date."""
    return gx.ExpectationSuite(
        name="ftr_customers",
        expectations=[
            none("repeated_customer_count", "Two rows would vote twice in the fit."),
            none(
                "missing_customer_count", "Excluded customers are flagged, not dropped."
            ),
            none(
                "misdated_row_count", "Attributes of another date are not comparable."
            ),
        ],
    )


def ftr_customers_ranges() -> gx.ExpectationSuite:
    """Attributes are finite and shares lie between 0 and 1."""
    return gx.ExpectationSuite(
        name="ftr_customers_ranges",
        expectations=[
            none(
                "nonfinite_count", "1/0 is infinity in the engine and poisons a scale."
            ),
            none("negative_count", "Counts, days and shares cannot be below zero."),
            none("above_one_count", "A share above one has the wrong denominator."),
        ],
    )


def ftr_customers_imputation() -> gx.ExpectationSuite:
    """No attribute is filled in more often than policy allows."""
    return gx.ExpectationSuite(
        name="ftr_customers_imputation",
        expectations=[
            advised_most(
                "excess_imputed_ratio",
                0,
                "Beyond the limit the median, not the customer, is segmented.",
            ),
        ],
    )


def order_units() -> gx.ExpectationSuite:
    """Quantities come in units that can be converted."""
    return gx.ExpectationSuite(
        name="order_units",
        expectations=[
            advised_most(
                "unconverted_line_count",
                0,
                "Such a line counts in no demand, weight or case; its money does.",
            ),
        ],
    )


def order_lines_plausible() -> gx.ExpectationSuite:
    """Policy knows the status of every line, and returns take away."""
    return gx.ExpectationSuite(
        name="order_lines_plausible",
        expectations=[
            advised_most(
                "unlisted_status_count",
                0,
                "Such a line counts as sold and wanted; it may have been called off"
                " in another word.",
            ),
            advised_most(
                "positive_return_count",
                0,
                "Goods taken back lower sales; a positive amount raises them.",
            ),
        ],
    )
