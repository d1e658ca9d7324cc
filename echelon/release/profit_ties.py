"""Which amounts of profit and loss must be equal? By line, by holder, by cause."""

from echelon.release.ties import (
    CUSTOMER_MONTHS,
    CUSTOMER_YEAR,
    LAST_YEAR,
    LEVEL_MONTHS,
    MONTH,
    ORDER_LINES,
    PERIOD,
    POOLS,
    REVENUE,
    Tie,
    of,
)

PROFIT_AND_LOSS = "finance.rpt_profit_and_loss_by_{}_month"
CUSTOMER_LINES = PROFIT_AND_LOSS.format("customer")
SEGMENT_LINES = PROFIT_AND_LOSS.format("segment")
WORKING_CAPITAL = "finance.rpt_working_capital_by_customer_month"
LAYERS = "finance.rpt_profit_layers_by_customer"
UNPROFITABLE = "finance.rpt_unprofitable_customers"
SUBSIDIES = "finance.rpt_cross_subsidy_by_holder"
FLOWS = "finance.rpt_cross_subsidy_flows"

UNBORNE = "line_code in ('unused_capacity', 'unallocated', 'sustaining', 'quarantined')"
# What customers have and order lines have not.
APART = "line_code in ('charges_passed_on', 'capital_charge')"
LAYER = ("customer_id", "line_code", "cost_pool_code", "activity_code")
LISTED = (
    f"(select distinct customer_id, list_sales_amount_base_ccy from {LAYERS}"
    " where list_sales_amount_base_ccy != 0)"
)
LOSSES = (
    f"(select distinct customer_id, contribution_amount_base_ccy from {UNPROFITABLE})"
)
MARGINS = (
    "(select unnest(['segment', 'customer']) as holder_type, * exclude customer_id"
    f" from {CUSTOMER_YEAR})"
)


def _profit_lines(
    member: str, lines: str, of_all: str, apart: str = "false"
) -> tuple[Tie, ...]:
    """List what holds for a profit and loss beside another of the whole company."""
    line = ("fiscal_period", "line_code")
    results = (
        f"(select results.{member}, fiscal_period, results.line_code,"
        f" parts.amount_base_ccy from {lines} as results inner join {lines} as parts"
        f" using ({member}, fiscal_period) where results.line_type = 'result'"
        " and parts.line_type = 'part'"
        " and parts.waterfall_order < results.waterfall_order)"
    )
    return (
        Tie(f"{member}: results are what parts add up to", (member, *line),
            of(lines, "amount_base_ccy", where="line_type = 'result'"),
            of(results, "amount_base_ccy")),
        Tie(f"{member}: lines are those of {of_all}", line,
            of(lines, "amount_base_ccy",
                where=f"line_type = 'part' and not {UNBORNE}"),
            of(of_all, "amount_base_ccy",
                where=f"line_type = 'part' and not {UNBORNE} and not {apart}")),
    )  # fmt: skip


# fmt: off
PROFIT_TIES = (
    *(Tie(f"{table}: {amount} of order lines", key, of(table, amount),
          of(ORDER_LINES, of_lines, where=f"is_net_sales and {where}"),
          is_partial=True)
      for table, key in ((CUSTOMER_MONTHS, MONTH), (LEVEL_MONTHS, PERIOD))
      for amount, of_lines, where in (
          ("list_sales", "gross", "is_demand and not is_return"),
          ("returns", "net", "is_return"),
          ("corrections", "net", "not is_demand and not is_return"))),
    Tie("lines of customers end in their contribution", MONTH,
        of(CUSTOMER_LINES, "amount_base_ccy", where="line_code = 'contribution'"),
        of(CUSTOMER_MONTHS, "contribution"), is_partial=True),
    Tie("customers bear the interest on their capital", MONTH,
        of(CUSTOMER_LINES, "-amount_base_ccy", where="line_code = 'capital_charge'"),
        of(WORKING_CAPITAL, "capital_charge")),
    *_profit_lines("segment_code", SEGMENT_LINES, CUSTOMER_LINES),
    # By the segments: the customers' lines are many, and adding them up is dear.
    *_profit_lines("product_id", PROFIT_AND_LOSS.format("product"), SEGMENT_LINES,
        apart=APART),
    *_profit_lines("lane_code", PROFIT_AND_LOSS.format("lane"), SEGMENT_LINES,
        apart=APART),
    Tie("charges passed on explain sales of the ledger", PERIOD,
        of(REVENUE, "revenue_charges"),
        of(CUSTOMER_LINES, "amount_base_ccy",
            where="line_code = 'charges_passed_on'"), is_partial=True),
    Tie("what no customer bears is of no segment", PERIOD,
        of(SEGMENT_LINES, "-amount_base_ccy", where=UNBORNE),
        of(POOLS, "unused_capacity unallocated sustaining quarantined")),
    Tie("layers are the year's lines of a customer", LAYER, of(LAYERS, "cost"),
        of(CUSTOMER_LINES, "-amount_base_ccy",
            where=f"line_type = 'part' and {LAST_YEAR}"), is_partial=True),
    Tie("layers are shares of the year's list sales", MONTH[:1],
        of(LISTED, "list_sales"),
        of(CUSTOMER_LINES, "amount_base_ccy",
            where=f"line_code = 'list_sales' and {LAST_YEAR}"), is_partial=True),
    Tie("what is not the benchmark is excess", LAYER, of(LAYERS, "cost"),
        of(LAYERS, "benchmark excess")),
    Tie("causes are layers", LAYER, of(UNPROFITABLE, "cost", "benchmark", "excess"),
        of(LAYERS, "cost", "benchmark", "excess"), is_partial=True),
    Tie("what was lost is the year's contribution", MONTH[:1],
        of(LOSSES, "contribution"), of(CUSTOMER_YEAR, "contribution"),
        is_partial=True),
    Tie("segments and customers bring the margin of the year", ("holder_type",),
        of(SUBSIDIES, "margin"), of(MARGINS, "contribution cost_to_serve")),
    Tie("payers bear what a segment receives", ("receiving_segment_code",),
        of(FLOWS, "subsidy"),
        of(SUBSIDIES, "robust", key=("holder_id",), where="holder_type = 'segment'"),
        is_partial=True),
)
# fmt: on
