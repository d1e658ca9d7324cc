"""How fast the past should be forgotten: evidence for the policy, in each release."""

import dagster as dg

from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from models_ml.decay import Backtest, half_life_evidence

DECAYED_MEASURES = ("order_count", "net_sales_amount_base_ccy")


@dg.asset(
    key=["segmentation", "half_lives"],
    group_name="segmentation",
    owners=["team:supply-chain-analytics"],
    deps=[["features", "ftr_customer_months"]],
    pool="warehouse",
)
def half_lives(refresh: RefreshResource) -> dg.MaterializeResult:
    """One row per decayed measure and half-life tried, with its error out of time."""
    with reported_faults():
        months = refresh.read_table(
            "features", "ftr_customer_months", "customer_id, month_start_date"
        )
        evidence = half_life_evidence(months, DECAYED_MEASURES, Backtest())
        refresh.write_tables("segmentation", {"half_lives": evidence})
    recommended = evidence[evidence["is_recommended"]]
    days = dict(
        zip(recommended["attribute"], recommended["half_life_days"], strict=True)
    )
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(evidence),
            **{f"recommended_days/{name}": str(value) for name, value in days.items()},
        }
    )
