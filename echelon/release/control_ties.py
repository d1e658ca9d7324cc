"""Which amounts of plans, working capital and freight must be equal?"""

from echelon.release.profit_ties import WORKING_CAPITAL
from echelon.release.ties import PERIOD, POOL, Tie, of

SEGMENT_CAPITAL = "finance.rpt_working_capital_by_segment_month"
FREIGHT = "finance.rpt_freight_reconciliation_by_entity_month"
LANES = "finance.rpt_freight_by_segment_lane_month"
ANOMALIES = "finance.rpt_freight_anomalies"
SHIPMENTS = "core.fct_shipments"
PLANNED = "finance.rpt_planned_costs_by_segment_month"
VARIANCES = "finance.rpt_cost_variance_by_segment_month"
POOL_VARIANCES = "finance.rpt_cost_variance_by_cost_pool_month"

PLACE = ("entity_code", "fiscal_period")
PLAN = ("plan_code", *POOL)
PLANNED_ACTIVITY = (*PLAN, "activity_code", "segment_code")
SPLIT = tuple(
    f"{cause}_variance" for cause in ("volume", "mix", "efficiency", "price", "method")
)
CHARGED = ("receivable_charge", "inventory_charge", "capital_charge")
CAPITAL = ("receivable", "inventory", *CHARGED)

# fmt: off
CONTROL_TIES = (
    Tie("segments share the working capital", PERIOD, of(SEGMENT_CAPITAL, *CAPITAL),
        of(WORKING_CAPITAL, *CAPITAL)),
    Tie("freight of the ledger is charged or a gap", PLACE, of(FREIGHT, "gl"),
        of(FREIGHT, "charged gap")),
    Tie("lanes share the freight charged", PLACE, of(LANES, "freight"),
        of(FREIGHT, "charged")),
    Tie("anomalies show what the shipment was charged", ("shipment_id",),
        of(ANOMALIES, "freight"), of(SHIPMENTS, "freight"), is_partial=True),
    Tie("what is compared with the plan is what came", PLANNED_ACTIVITY,
        of(VARIANCES, "actual"), of(PLANNED, "actual")),
    *(
        tie
        for table, key in ((VARIANCES, PLANNED_ACTIVITY), (POOL_VARIANCES, PLAN))
        for tie in (
            Tie(f"by {key[-1]}: a variance is actual less planned", key,
                of(table, "cost_variance"), of(table, "actual -planned")),
            Tie(f"by {key[-1]}: a variance is the sum of its parts", key,
                of(table, "cost_variance"),
                of(table, " ".join((*SPLIT, "unsplit_variance")))),
        )
    ),
    Tie("segments make up the split of a pool", PLAN, of(POOL_VARIANCES, *SPLIT),
        of(VARIANCES, *SPLIT)),
)
# fmt: on
