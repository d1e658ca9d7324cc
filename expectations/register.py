"""Which gates guard a refresh, and what does each examine?

A gate's address is ``(schema, name)``: its suite is the function ``name`` of
``expectations.suites.<schema>``, its profile query ``profiles/<schema>/<name>.sql``.
This module imports no Great Expectations, which takes seconds: orchestration can list
the gates without it.

Every expectation of a critical gate is critical, because the publish step refuses a
critical gate that warned. What should be reported without stopping a release has an
advisory gate of its own.
"""

from dataclasses import dataclass
from pathlib import Path

PROFILES_DIR = Path(__file__).parent / "profiles"
LEDGER = ("gl__journal_lines", "gl__accounts")
ANY_COST = (
    "gl__journal_lines or erp__charges where direction = 'cost'"
    " or tms__freight_charges",
)


@dataclass(frozen=True)
class Gate:
    """A gate.

    Attributes:
        schema: Schema it guards; also the module of its suite.
        name: Function of its suite, file of its profile query.
        stage: Stage after which it runs: raw, identity, features, segmentation, marts.
        description: What it makes sure of.
        examines: Tables its result is bound to, as ``schema.table``; the first one is
            the asset it is shown on.
        requires: Contract tables it needs, each maybe with alternatives (``a or b``)
            and a condition some row must meet (``a where x = 'y' or b``); without them
            it is recorded as not applicable.
        is_critical: Whether it can stop a release.
    """

    schema: str
    name: str
    stage: str
    description: str
    examines: tuple[str, ...]
    requires: tuple[str, ...] = ()
    is_critical: bool = True

    @property
    def profile_sql(self) -> str:
        """The query whose small result the suite examines."""
        path = PROFILES_DIR / self.schema / f"{self.name}.sql"
        return path.read_text(encoding="utf-8")


GATES: tuple[Gate, ...] = (
    Gate(
        schema="raw",
        name="required_tables",
        stage="raw",
        description="Customers, products and order lines landed, with their keys.",
        examines=("raw.erp__order_lines", "raw.erp__customers", "raw.erp__products"),
    ),
    Gate(
        schema="raw",
        name="deliveries_accounted",
        stage="raw",
        description="Every delivered row is in force, set aside or replaced.",
        examines=("raw.deliveries", "raw.table_availability", "raw.quarantined_rows"),
    ),
    Gate(
        schema="raw",
        name="order_dates",
        stage="raw",
        description="Orders carry dates that a business can have.",
        examines=("raw.erp__order_lines", "raw.refresh_parameters"),
    ),
    Gate(
        schema="raw",
        name="order_freshness",
        stage="raw",
        description="Orders reach to the end of the period delivered.",
        examines=("raw.erp__order_lines", "raw.refresh_parameters", "raw.deliveries"),
        is_critical=False,
    ),
    Gate(
        schema="raw",
        name="quarantine_share",
        stage="raw",
        description="Few rows of each delivery were set aside.",
        examines=("raw.deliveries",),
        is_critical=False,
    ),
    Gate(
        schema="raw",
        name="ledger_balance",
        stage="raw",
        description="Journals balance, also where a delivery waives the check.",
        examines=("raw.gl__journal_lines",),
        requires=("gl__journal_lines",),
        is_critical=False,
    ),
    Gate(
        schema="identity",
        name="customer_ids",
        stage="identity",
        description="Every identifier has exactly one customer.",
        examines=(
            "identity.customer_ids",
            "identity.clusters",
            "intermediate.int_identity_records_unioned",
        ),
    ),
    Gate(
        schema="identity",
        name="events",
        stage="identity",
        description="Customer ids change only by recorded events.",
        examines=(
            "identity.events",
            "identity.customer_ids",
            "raw.previous_customer_identifiers",
        ),
    ),
    Gate(
        schema="identity",
        name="clusters",
        stage="identity",
        description="No cluster holds two tax ids of a country or a decision unheard.",
        examines=(
            "identity.clusters",
            "identity.vetoes",
            "intermediate.int_identity_decisions_in_force",
        ),
    ),
    Gate(
        schema="features",
        name="exchange_rates",
        stage="features",
        description="Every dated amount has an exchange rate.",
        examines=("intermediate.int_missing_exchange_rates", "raw.erp__order_lines"),
    ),
    Gate(
        schema="features",
        name="exchange_rate_jumps",
        stage="features",
        description="No exchange rate leaps from one quote to the next.",
        examines=(
            "intermediate.int_exchange_rates_quoted",
            "raw.erp__exchange_rates",
        ),
        requires=("erp__exchange_rates where rate > 0",),
        is_critical=False,
    ),
    Gate(
        schema="features",
        name="order_lines_converted",
        stage="features",
        description="Every order line is kept, placed in a period and has a customer.",
        examines=("intermediate.int_order_lines_converted", "raw.erp__order_lines"),
    ),
    Gate(
        schema="features",
        name="ftr_customers",
        stage="features",
        description="Every customer who bought has attributes, once, as of the date.",
        examines=(
            "features.ftr_customers",
            "intermediate.int_order_lines_converted",
            "raw.refresh_parameters",
        ),
    ),
    Gate(
        schema="features",
        name="ftr_customers_ranges",
        stage="features",
        description="Attributes are finite and shares lie between 0 and 1.",
        examines=("features.ftr_customers",),
    ),
    Gate(
        schema="features",
        name="ftr_customers_imputation",
        stage="features",
        description="No attribute is filled in more often than policy allows.",
        examines=("features.ftr_customers", "policy.policy_imputation"),
        is_critical=False,
    ),
    Gate(
        schema="features",
        name="order_units",
        stage="features",
        description="Quantities come in units that can be converted.",
        examines=("intermediate.int_order_lines_converted",),
        is_critical=False,
    ),
    Gate(
        schema="features",
        name="order_lines_plausible",
        stage="features",
        description="Policy knows the status of every line, and returns take away.",
        examines=(
            "intermediate.int_order_lines_converted",
            "policy.policy_line_statuses",
            "raw.refresh_parameters",
        ),
        is_critical=False,
    ),
    Gate(
        schema="segmentation",
        name="attribute_admissions",
        stage="segmentation",
        description="The model reads only attributes with an owner and an agreement.",
        examines=("segmentation.models", "intermediate.int_attribute_admissions"),
    ),
    Gate(
        schema="segmentation",
        name="assignments",
        stage="segmentation",
        description="Every customer is in one known segment, guards are heeded.",
        examines=(
            "segmentation.assignments",
            "segmentation.segments",
            "segmentation.guard_hits",
            "segmentation.models",
            "features.ftr_customers",
            "intermediate.int_segment_overrides_judged",
            "policy.policy_thresholds",
            "raw.refresh_parameters",
        ),
    ),
    Gate(
        schema="segmentation",
        name="segments",
        stage="segmentation",
        description="A handful of named segments, each of more than one customer.",
        examines=(
            "segmentation.segments",
            "segmentation.assignments",
            "segmentation.models",
        ),
    ),
    Gate(
        schema="segmentation",
        name="max_segments_justified",
        stage="segmentation",
        description="Every segment earns what it costs to run, or was signed for.",
        examines=(
            "segmentation.candidates",
            "segmentation.models",
            "policy.policy_thresholds",
        ),
    ),
    Gate(
        schema="segmentation",
        name="models",
        stage="segmentation",
        description="The partition survives resampling and time, its labels are true.",
        examines=(
            "segmentation.models",
            "segmentation.segments",
            "segmentation.assignments",
        ),
    ),
    Gate(
        schema="segmentation",
        name="segment_quality",
        stage="segmentation",
        description="Each segment is stable, well labelled and large enough to serve.",
        examines=(
            "segmentation.segments",
            "segmentation.models",
            "segmentation.assignments",
        ),
        is_critical=False,
    ),
    Gate(
        schema="core",
        name="fct_order_lines",
        stage="marts",
        description="Published order lines add up to the converted ones.",
        examines=("core.fct_order_lines", "intermediate.int_order_lines_converted"),
    ),
    Gate(
        schema="finance",
        name="rpt_gl_reconciliation_by_cost_pool_month",
        stage="marts",
        description="Every ledger pool is allocated or shown, to the cent.",
        examines=("finance.rpt_gl_reconciliation_by_cost_pool_month",),
        requires=LEDGER,
    ),
    Gate(
        schema="finance",
        name="ledger_coverage",
        stage="marts",
        description="Every profit-and-loss posting is in one reconciled pool.",
        examines=(
            "finance.rpt_gl_reconciliation_by_cost_pool_month",
            "intermediate.int_ledger_lines_mapped",
            "raw.gl__journal_lines",
            "raw.gl__accounts",
        ),
        requires=LEDGER,
    ),
    Gate(
        schema="finance",
        name="ledger_completeness",
        stage="marts",
        description="Journals of profit-and-loss accounts add up to trial balances.",
        examines=("finance.rpt_ledger_completeness_by_account_month",),
        requires=("gl__journal_lines", "gl__trial_balances"),
    ),
    Gate(
        schema="finance",
        name="trial_balance_tie",
        stage="marts",
        description="So do those of all others, and every balance could be compared.",
        examines=("finance.rpt_ledger_completeness_by_account_month",),
        requires=("gl__journal_lines", "gl__trial_balances"),
        is_critical=False,
    ),
    Gate(
        schema="finance",
        name="allocated_costs",
        stage="marts",
        description="Pools, customers and customer profit hold the same cost to serve.",
        examines=(
            "finance.rpt_cost_to_serve_by_customer_pool_month",
            "core.fct_cost_pools",
            "finance.rpt_profitability_by_customer_month",
        ),
        requires=ANY_COST,
    ),
    Gate(
        schema="finance",
        name="unallocated_costs",
        stage="marts",
        description="Of what policy allocates, nearly all reaches a customer.",
        examines=("core.fct_cost_pools", "policy.policy_thresholds"),
        requires=ANY_COST,
        is_critical=False,
    ),
    Gate(
        schema="finance",
        name="rpt_profitability_by_customer_month",
        stage="marts",
        description="Contributions follow from their parts, for every customer.",
        examines=(
            "finance.rpt_profitability_by_customer_month",
            "finance.rpt_whale_curve_by_customer",
        ),
    ),
    Gate(
        schema="governance",
        name="rpt_mart_availability",
        stage="marts",
        description="Every mart is built and says that it is available, or why not.",
        examines=("governance.rpt_mart_availability",),
    ),
    Gate(
        schema="governance",
        name="model_fit",
        stage="marts",
        description="The customers are still those the segmentation was fitted on.",
        examines=("core.fct_segmentation_reviews", "raw.refresh_parameters"),
        is_critical=False,
    ),
)
