"""Does every cent have a place, from the ledger to the customer's contribution?"""

import great_expectations as gx

from expectations.bounds import advised_most, none


def rpt_gl_reconciliation_by_cost_pool_month() -> gx.ExpectationSuite:
    """Every ledger pool is allocated or shown where it stayed, to the cent."""
    return gx.ExpectationSuite(
        name="rpt_gl_reconciliation_by_cost_pool_month",
        expectations=[
            none("lowest_variance_cents", "Allocation is exact: a variance is a loss."),
            none(
                "highest_variance_cents", "Allocation is exact: a variance is a loss."
            ),
            none("untied_pool_count", "A variance of zero must follow from its parts."),
        ],
    )


def ledger_coverage() -> gx.ExpectationSuite:
    """Every profit-and-loss posting is in one reconciled pool."""
    return gx.ExpectationSuite(
        name="ledger_coverage",
        expectations=[
            none("lost_line_count", "A posting was dropped or doubled before mapping."),
            none("unmapped_line_count", "An account without one rule has no pool."),
            none("unreconciled_pool_count", "A pool and month is not in the tie-out."),
            none("ledger_difference_cents", "Postings and tie-out add up differently."),
        ],
    )


def ledger_completeness() -> gx.ExpectationSuite:
    """No profit-and-loss account lacks a posting that its trial balance holds."""
    return gx.ExpectationSuite(
        name="ledger_completeness",
        expectations=[
            none("incomplete_count", "A posting the extract lacks is a lost cost."),
        ],
    )


def trial_balance_tie() -> gx.ExpectationSuite:
    """The other accounts tie too, and every account could be compared."""
    return gx.ExpectationSuite(
        name="trial_balance_tie",
        expectations=[
            advised_most(
                "untied_balance_count",
                0,
                "A movement without its journals: one of the two extracts is short.",
            ),
            advised_most(
                "uncompared_count", 0, "Nothing says whether these accounts are whole."
            ),
        ],
    )


def allocated_costs() -> gx.ExpectationSuite:
    """Pools, customers and customer profit hold the same cost to serve."""
    return gx.ExpectationSuite(
        name="allocated_costs",
        expectations=[
            none("customer_pool_difference_cents", "Customers do not add up to pools."),
            none("customer_month_difference_cents", "Profit does not add up to pools."),
        ],
    )


def unallocated_costs() -> gx.ExpectationSuite:
    """Of what policy allocates, nearly all reaches a customer."""
    return gx.ExpectationSuite(
        name="unallocated_costs",
        expectations=[
            advised_most(
                "over_limit_count", 0, "More is unallocated than policy accepts."
            ),
            advised_most("undriven_pool_count", 0, "Nothing ever drove a pool."),
        ],
    )


def rpt_profitability_by_customer_month() -> gx.ExpectationSuite:
    """Contributions follow from their parts; the curve has every customer."""
    return gx.ExpectationSuite(
        name="rpt_profitability_by_customer_month",
        expectations=[
            none("untied_row_count", "Net sales - cost of goods - cost to serve."),
            none("missing_from_curve_count", "Every customer has a rank on the curve."),
            none("curve_difference_cents", "The curve holds another cost to serve."),
        ],
    )
