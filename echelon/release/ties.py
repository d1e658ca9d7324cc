"""Which published amounts must be equal? One line per figure that follows from others.

Together the ties lead from the postings to every amount of cost, and from the order
lines to every amount of sales: a cent changed anywhere breaks one of them.
"""

import re
from dataclasses import dataclass

LINES = "finance.fct_ledger_lines"
POOLS = "core.fct_cost_pools"
CARRIED = "core.fct_carried_costs"
ACTIVITIES = "core.fct_cost_activities"
DIRECT = "core.fct_direct_costs"
DIRECT_LINES = "finance.fct_direct_postings"
COST_TO_SERVE = "core.fct_cost_to_serve"
ORDER_LINES = "core.fct_order_lines"
LEDGER = "finance.rpt_gl_reconciliation_by_cost_pool_month"
CHARGES = "finance.rpt_charge_reconciliation_by_cost_pool_month"
RATES = "finance.rpt_activity_rates_by_cost_pool_month"
LEVEL_POOLS = "finance.rpt_cost_to_serve_by_cost_level_pool_month"
CUSTOMER_POOLS = "finance.rpt_cost_to_serve_by_customer_pool_month"
LEVEL_MONTHS = "finance.rpt_profitability_by_cost_level_month"
CUSTOMER_MONTHS = "finance.rpt_profitability_by_customer_month"
CUSTOMER_YEAR = "finance.rpt_profitability_by_customer_year"
CUSTOMERS = "finance.rpt_cost_to_serve_by_customer"
SEGMENT_MONTHS = "finance.rpt_cost_to_serve_by_segment_month"
WHALE_CURVE = "finance.rpt_whale_curve_by_customer"
REVENUE = "finance.rpt_revenue_reconciliation_by_entity_month"
SUBLEDGERS = "finance.rpt_subledger_reconciliation_by_item_month"
COMPLETENESS = "finance.rpt_ledger_completeness_by_account_month"
TRANSLATION = "finance.rpt_translation_differences_by_cost_pool_month"
NET_SALES = "sales.rpt_net_sales_by_customer_month"
SET_ASIDE = "governance.rpt_quarantined_rows"

POOL = ("entity_code", "fiscal_period", "cost_pool_code")
ACTIVITY = (*POOL, "carried_by_pool_code", "activity_code")
POSTING = (*POOL, "ledger_code", "document_id", "line_no")
MONTH = ("customer_id", "fiscal_period")
PERIOD = ("fiscal_period",)
RESULT = ("net_sales", "cost_to_serve", "contribution")
PARTS = ("unused_capacity", "sustaining", "excluded", "unallocated", "quarantined")
# The rows of one pool repeat what the pool costs.
RATED_POOLS = (
    "(select distinct entity_code, fiscal_period, cost_pool_code,"
    " pool_amount_base_ccy, service_amount_base_ccy"
    f" from {RATES})"
)
CARRYING = ("entity_code", "fiscal_period", "carried_by_pool_code")
BORNE = "cost_object_key != 0"
IN_DIRECT_POOL = (
    f"(ledger_code, {', '.join(POOL)}) in (select (ledger_code, {', '.join(POOL)})"
    f" from {POOLS} where treatment = 'direct')"
)
LAST_YEAR = (
    f"fiscal_period >= (select min(year_from_fiscal_period) from {CUSTOMER_YEAR})"
)
CURVE_STEPS = (
    "(select customer_id, cumulative_contribution_amount_base_ccy"
    " - lag(cumulative_contribution_amount_base_ccy, 1, 0) over (order by rank)"
    f" as step_amount_base_ccy from {WHALE_CURVE})"
)


@dataclass(frozen=True)
class Term:
    """Amounts of a table.

    Attributes:
        relation: ``schema.table``, or a select over some in brackets.
        amounts: What to add up: columns, each subtracted if ``-`` stands before it;
            quantities end in ``_qty``.
        key: What stands for the tie's key in this table, if not the same columns.
        where: Rows that count.
    """

    relation: str
    amounts: tuple[tuple[str, ...], ...]
    key: tuple[str, ...] = ()
    where: str = "true"

    @property
    def tables(self) -> frozenset[str]:
        """Addresses of the tables it reads."""
        text = f"{self.relation} {self.where}"
        return frozenset(re.findall(r"\b[a-z_]+\.(?:fct|rpt|dim)_[a-z_]+", text))


@dataclass(frozen=True)
class Tie:
    """Sums on two sides, one by one equal for every value of a key.

    Attributes:
        says: What holds, in words.
        key: Columns by which both sides are added up.
        left: What follows: the same sums of one table or more, taken together.
        right: What it follows from; nothing stands for zero.
        is_partial: Whether only the keys of the left side are compared.
    """

    says: str
    key: tuple[str, ...]
    left: tuple[Term, ...]
    right: tuple[Term, ...] = ()
    is_partial: bool = False

    @property
    def tables(self) -> frozenset[str]:
        """Addresses of the tables it reads."""
        return frozenset().union(*(term.tables for term in (*self.left, *self.right)))


def of(
    relation: str, *amounts: str, key: tuple[str, ...] = (), where: str = "true"
) -> tuple[Term, ...]:
    """Name amounts without the ``_amount_base_ccy`` that nearly all of them end in.

    Quantities and amounts in another currency are named in full.
    """
    full = tuple(
        tuple(
            name if name.endswith(("_ccy", "_qty")) else f"{name}_amount_base_ccy"
            for name in amount.split()
        )
        for amount in amounts
    )
    return (Term(relation, full, key, where),)


def _profit(holder: str, months: str, pools: str) -> tuple[Tie, ...]:
    """List what holds for profit and loss by customer or by cost level."""
    key = (holder, "fiscal_period")
    after = "contribution_basis = 'after_cogs'"
    return (
        Tie(f"{holder} bears its pools", key, of(months, "cost_to_serve"),
            of(pools, "allocated")),
        Tie(f"{holder} bears its variable cost", key,
            of(months, "variable_cost_to_serve"),
            of(pools, "allocated", where="behaviour = 'variable'")),
        Tie(f"{holder}: margin, contribution after cost of goods", key,
            of(months, "gross_margin", "contribution", where=after),
            of(months, "net_sales -cogs", "gross_margin -cost_to_serve",
                where=after)),
        Tie(f"{holder}: contribution before cost of goods", key,
            of(months, "contribution", where=f"not {after}"),
            of(months, "net_sales -cost_to_serve", where=f"not {after}")),
    )  # fmt: skip


# fmt: off
COST_TIES = (
    Tie("pools are made up of postings", POOL, of(POOLS, "pool"),
        of(LINES, "amount_base_ccy")),
    Tie("set-aside lines make up quarantined postings", POOL[:2],
        of(LINES, "amount_local_ccy", where="ledger_code = 'quarantined'"),
        of(SET_ASIDE, "amount_local_ccy", where="table_name = 'gl__journal_lines'",
            key=("coalesce(entity_code, 'unknown')",
                 "coalesce(fiscal_period, 'unknown')"))),
    Tie("pools are carried whole", POOL, of(POOLS, "pool"), of(CARRIED, "carried")),
    Tie("pools are used or not", POOL, of(POOLS, "pool"),
        of(POOLS, "allocatable unused_capacity sustaining excluded quarantined")),
    Tie("activities take what pools give", POOL,
        of(POOLS, "allocatable -unallocated"),
        of(ACTIVITIES, "allocatable -unallocated")
        + of(DIRECT, "allocated", where=BORNE)),
    Tie("cost levels bear their cost objects",
        ("customer_id", "cost_level_id", *ACTIVITY),
        of(LEVEL_POOLS, "allocated", "driver_qty"),
        of(COST_TO_SERVE, "allocated", "driver_qty")),
    Tie("cost levels bear what their customers bear", ("customer_id", *ACTIVITY),
        of(LEVEL_POOLS, "allocated"), of(CUSTOMER_POOLS, "allocated")),
    Tie("customers bear the activities", ACTIVITY, of(CUSTOMER_POOLS, "allocated"),
        of(ACTIVITIES, "allocatable -unallocated")
        + of(DIRECT, "allocated", where=BORNE,
              key=(*POOL, "cost_pool_code", "'direct'"))),
    Tie("direct costs are borne posting by posting", (*POOL, "is_borne"),
        of(DIRECT_LINES, "traced", key=(*POOL, "destination_code = 'customer'")),
        of(DIRECT, "allocated", key=(*POOL, BORNE))),
    Tie("direct postings are borne whole", POSTING, of(DIRECT_LINES, "traced"),
        of(LINES, "amount_base_ccy", where=IN_DIRECT_POOL)),
    Tie("customers bear the postings that name them", ("customer_id", *POOL),
        of(DIRECT_LINES, "traced", where="destination_code = 'customer'"),
        of(CUSTOMER_POOLS, "allocated"), is_partial=True),
    Tie("pools are reconciled", POOL,
        of(LEDGER, "gl", *PARTS) + of(CHARGES, "charged", *PARTS),
        of(POOLS, "pool", *PARTS)),
    Tie("reconciled pools are allocated", POOL,
        of(LEDGER, "allocated") + of(CHARGES, "allocated"),
        of(CUSTOMER_POOLS, "allocated")),
    Tie("the ledger has a place", POOL, of(LEDGER, "gl"),
        of(LEDGER, " ".join(("allocated", *PARTS, "variance")))),
    Tie("charges have a place", POOL, of(CHARGES, "charged"),
        of(CHARGES, " ".join(("allocated", *PARTS, "variance")))),
    Tie("nothing varies", POOL, of(LEDGER, "variance") + of(CHARGES, "variance")),
    Tie("rates are those of the activities", (*POOL, "activity_code"),
        of(RATES, "allocatable"),
        of(ACTIVITIES, "allocatable", key=(*CARRYING, "activity_code"))),
    Tie("rated pools cost what they cost", POOL, of(RATED_POOLS, "pool"),
        of(POOLS, "pool"), is_partial=True),
    Tie("rated pools carry what they carry", POOL, of(RATED_POOLS, "pool service"),
        of(CARRIED, "carried", key=CARRYING), is_partial=True),
    Tie("pools by currency are made up of postings", (*POOL, "local_currency_code"),
        of(TRANSLATION, "posted_amount_base_ccy", "amount_local_ccy"),
        of(LINES, "amount_base_ccy", "amount_local_ccy",
            where="ledger_code = 'general_ledger'")),
    Tie("posted is the closing rate and a difference", (*POOL, "local_currency_code"),
        of(TRANSLATION, "posted_amount_base_ccy"),
        of(TRANSLATION, "closing_amount_base_ccy translation_difference_base_ccy")),
    *_profit("customer_id", CUSTOMER_MONTHS, CUSTOMER_POOLS),
    *_profit("cost_level_id", LEVEL_MONTHS, LEVEL_POOLS),
)

SOLD = of(ORDER_LINES, "gross", "discount", "net", "cogs", where="is_net_sales")
SALES_TIES = (
    Tie("order lines make up sales of customers", MONTH,
        of(CUSTOMER_MONTHS, "gross_sales", "discounts", "net_sales", "cogs"), SOLD,
        is_partial=True),
    Tie("order lines make up sales of cost levels", PERIOD,
        of(LEVEL_MONTHS, "gross_sales", "discounts", "net_sales", "cogs"), SOLD,
        is_partial=True),
    Tie("order lines make up sales by month", MONTH,
        of(NET_SALES, "gross_sales", "discount", "net_sales", "cogs"), SOLD,
        is_partial=True),
    Tie("months make up customers", MONTH[:1],
        of(CUSTOMERS, "net_sales", "cost_to_serve", "variable_cost_to_serve"),
        of(CUSTOMER_MONTHS, "net_sales", "cost_to_serve", "variable_cost_to_serve")),
    Tie("segments share the customers", PERIOD, of(SEGMENT_MONTHS, *RESULT),
        of(CUSTOMER_MONTHS, *RESULT)),
    Tie("months make up the year", MONTH[:1], of(CUSTOMER_YEAR, *RESULT),
        of(CUSTOMER_MONTHS, *RESULT, where=LAST_YEAR)),
    Tie("the curve has each customer", MONTH[:1], of(WHALE_CURVE, *RESULT),
        of(CUSTOMER_MONTHS, *RESULT)),
    Tie("the curve rises by each contribution", MONTH[:1],
        of(CURVE_STEPS, "step"), of(WHALE_CURVE, "contribution")),
    Tie("sales of the ledger are explained or a gap", POOL[:2],
        of(REVENUE, "gl_revenue"),
        of(REVENUE, "order_net_sales revenue_charges gap")),
    Tie("explained sales are those of order lines", POOL[:2],
        of(REVENUE, "order_net_sales"),
        of(ORDER_LINES, "net", where="is_net_sales"), is_partial=True),
    Tie("sub-ledgers of sales hold what explains them", POOL[:2],
        of(SUBLEDGERS, "ledger", "subledger", where="subledger_code = 'revenue'"),
        of(REVENUE, "gl_revenue", "order_net_sales revenue_charges")),
    Tie("a sub-ledger differs by its reconciling items",
        ("subledger_code", "reconciling_reason", "item_code", *POOL[:2]),
        of(SUBLEDGERS, "difference"), of(SUBLEDGERS, "ledger -subledger")),
    Tie("journals lack what the trial balance has more",
        ("entity_code", "account_id", "fiscal_period"),
        of(COMPLETENESS, "movement_amount_local_ccy"),
        of(COMPLETENESS, "journal_amount_local_ccy gap_amount_local_ccy")),
)
# fmt: on
TIES = (*COST_TIES, *SALES_TIES)
