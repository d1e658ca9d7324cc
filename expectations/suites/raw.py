"""Is what landed complete and plausible enough to compute from?"""

# GX exports its expectations implicitly and takes a severity as text.
# mypy: disable-error-code="attr-defined, arg-type, name-defined"

import great_expectations as gx
import great_expectations.expectations as gxe

from expectations.bounds import advised_most, exactly_columns, none

MOST_ORDER_YEARS = 40


def required_tables() -> gx.ExpectationSuite:
    """Customers, products and order lines landed, with their keys."""
    return gx.ExpectationSuite(
        name="required_tables",
        expectations=[
            exactly_columns(["table_name", "examined_row_count", "null_key_count"]),
            gxe.ExpectColumnDistinctValuesToEqualSet(
                column="table_name",
                value_set=["erp__customers", "erp__products", "erp__order_lines"],
                severity="critical",
                notes="The three tables no company can be described without.",
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="examined_row_count",
                min_value=1,
                severity="critical",
                notes="An empty required table is a failed extract, not a quiet month.",
            ),
            none("null_key_count", "A row without its key cannot be traced or joined."),
        ],
    )


def deliveries_accounted() -> gx.ExpectationSuite:
    """Every delivered row is in force, set aside or replaced."""
    return gx.ExpectationSuite(
        name="deliveries_accounted",
        expectations=[
            exactly_columns(
                [
                    "table_name",
                    "examined_row_count",
                    "unlisted_row_count",
                    "invented_row_count",
                    "lost_row_count",
                ]
            ),
            none(
                "unlisted_row_count", "A row set aside must be listed with its reason."
            ),
            none(
                "invented_row_count", "More rows in force than files hold: a bad load."
            ),
            none("lost_row_count", "Nothing disappears: no correction replaced it."),
        ],
    )


def order_dates() -> gx.ExpectationSuite:
    """Orders carry dates that a business can have."""
    return gx.ExpectationSuite(
        name="order_dates",
        expectations=[
            exactly_columns(
                [
                    "examined_row_count",
                    "undated_row_count",
                    "oldest_order_age_days",
                ]
            ),
            none(
                "undated_row_count", "Without a date a line has no period and no rate."
            ),
            gxe.ExpectColumnValuesToBeBetween(
                column="oldest_order_age_days",
                max_value=MOST_ORDER_YEARS * 365,
                severity="critical",
                notes="A misread date is decades off; one after the period of its"
                " delivery does not move the as-of date.",
            ),
        ],
    )


def order_freshness() -> gx.ExpectationSuite:
    """Orders reach to the end of the period delivered."""
    return gx.ExpectationSuite(
        name="order_freshness",
        expectations=[
            exactly_columns(["examined_row_count", "newest_order_age_days"]),
            gxe.ExpectColumnValuesToBeBetween(
                column="newest_order_age_days",
                min_value=0,
                max_value=45,
                severity="warning",
                notes="More than a month's close without an order at the end of what"
                " the delivery says it covers: an extract stopped. Negative: orders"
                " after the as-of date were not left out.",
            ),
        ],
    )


def quarantine_share() -> gx.ExpectationSuite:
    """Few rows of each delivery were set aside."""
    return gx.ExpectationSuite(
        name="quarantine_share",
        expectations=[
            exactly_columns(
                [
                    "delivery_id",
                    "table_name",
                    "examined_row_count",
                    "quarantined_ratio",
                    "first_case",
                ]
            ),
            advised_most(
                "quarantined_ratio",
                0.002,
                "A fifth of the strictest contract limit: look before it rejects.",
            ),
        ],
    )


def ledger_balance() -> gx.ExpectationSuite:
    """Journals balance, also where a delivery waives the check."""
    return gx.ExpectationSuite(
        name="ledger_balance",
        expectations=[
            exactly_columns(
                [
                    "entity_code",
                    "examined_row_count",
                    "unbalanced_journal_count",
                    "base_unbalanced_journal_count",
                ]
            ),
            advised_most(
                "unbalanced_journal_count",
                0,
                "Loading rejects an unbalanced journal unless the delivery says"
                " that its ledger does not balance; then it is at least reported.",
            ),
            advised_most(
                "base_unbalanced_journal_count",
                0,
                "Costs are made of base amounts: one that is wrong moves the ledger"
                " total though the amounts beside it balance.",
            ),
        ],
    )
