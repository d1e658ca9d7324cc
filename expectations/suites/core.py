"""Do the shared facts hold all that was computed?"""

import great_expectations as gx

from expectations.bounds import none


def fct_order_lines() -> gx.ExpectationSuite:
    """Published order lines add up to the converted ones."""
    return gx.ExpectationSuite(
        name="fct_order_lines",
        expectations=[
            none("lost_row_count", "A join that drops or doubles lines moves revenue."),
            none("net_difference_cents", "Net sales of a period changed on the way."),
            none("cogs_difference_cents", "Cost of goods changed on the way."),
            none("customerless_line_count", "Every order line has a customer."),
        ],
    )
