"""How close a release comes to the truth that only the sample company knows."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import adjusted_rand_score

MINIMUM_ORDER_COUNT = 20


@dataclass(frozen=True)
class Accuracy:
    """Agreement of a release with the sample company's truth.

    Attributes:
        adjusted_rand_index: Segments against true behaviour groups, 1 is perfect.
        segmented_count: ERP accounts that entered the index.
        median_cost_error_ratio: Median of |allocated - true| / true over parties.
        cost_rank_correlation: Spearman's, of allocated and true cost over them.
        costed_count: Parties with enough orders that entered both.
        unprofitable_precision: Share of parties found unprofitable that truly are.
        unprofitable_recall: Share of truly unprofitable parties that are found.
        variance_count: Reconciliation rows that do not tie.
    """

    adjusted_rand_index: float
    segmented_count: int
    median_cost_error_ratio: float
    cost_rank_correlation: float
    costed_count: int
    unprofitable_precision: float
    unprofitable_recall: float
    variance_count: int


def measure_accuracy(published_path: Path, truth_dir: Path) -> Accuracy:
    """Compare a published release with the truth beside the landing deliveries.

    Args:
        published_path: ``published.duckdb`` of the release.
        truth_dir: Directory with ``customers.csv`` and ``customer_costs.csv``.

    Returns:
        The measures; customers the sample knows no behaviour group for are left out
        of the index, parties below ``MINIMUM_ORDER_COUNT`` orders out of those of cost.
    """
    with duckdb.connect(str(published_path), read_only=True) as connection:
        connection.execute(
            "create temp table truth as select * from read_csv(?, all_varchar=true)",
            [str(truth_dir / "customers.csv")],
        )
        connection.execute(
            "create temp table costs as select * from read_csv(?)",
            [str(truth_dir / "customer_costs.csv")],
        )
        labels = connection.execute(SEGMENT_QUERY).fetchall()
        costs = connection.execute(COST_QUERY, [MINIMUM_ORDER_COUNT]).fetchall()
        losses = connection.execute(PROFIT_QUERY).fetchall()
        variances = connection.execute(
            """
            select count(*) from finance.rpt_gl_reconciliation_by_cost_pool_month
            where variance_amount_base_ccy <> 0
            """
        ).fetchall()[0][0]
    true_groups, segments = zip(*labels, strict=True)
    true_costs, allocated = (np.array(side) for side in zip(*costs, strict=True))
    found, true = (np.array(side) < 0 for side in zip(*losses, strict=True))
    return Accuracy(
        adjusted_rand_index=float(adjusted_rand_score(true_groups, segments)),
        segmented_count=len(labels),
        median_cost_error_ratio=float(np.median(abs(allocated / true_costs - 1))),
        cost_rank_correlation=float(spearmanr(true_costs, allocated).statistic),
        costed_count=len(costs),
        unprofitable_precision=float(true[found].mean()),
        unprofitable_recall=float(found[true].mean()),
        variance_count=int(variances),
    )


SEGMENT_QUERY = """
    select truth.true_segment, assignments.segment_code
    from truth
    inner join core.dim_customer_identifiers as identifiers
        on identifiers.source_system = truth.source_system
        and identifiers.source_customer_id = truth.source_customer_id
        and identifiers.valid_to_date is null
    inner join core.dim_customer_segments as assignments
        on assignments.customer_id = identifiers.customer_id
        and assignments.is_current
    where truth.source_system = 'erp' and truth.true_segment <> 'intercompany'
    order by truth.source_customer_id
"""

PARTIES = """
    select distinct truth.true_party_id, identifiers.customer_id
    from truth
    inner join core.dim_customer_identifiers as identifiers
        on identifiers.source_system = truth.source_system
        and identifiers.source_customer_id = truth.source_customer_id
        and identifiers.valid_to_date is null
    where truth.true_segment <> 'intercompany'
"""

COST_QUERY = f"""
    with parties as ({PARTIES})

    select
        cast(costs.true_cost_to_serve_amount_base_ccy as double) as true_amount,
        cast(sum(customers.cost_to_serve_amount_base_ccy) as double) as allocated
    from costs
    inner join parties using (true_party_id)
    inner join finance.rpt_cost_to_serve_by_customer as customers using (customer_id)
    where costs.order_count >= ? and costs.true_cost_to_serve_amount_base_ccy > 0
    group by costs.true_party_id, true_amount
"""

# A party that ordered nothing has a contribution only if it was visited.
PROFIT_QUERY = f"""
    with parties as ({PARTIES})

    select
        sum(customers.contribution_amount_base_ccy) as contribution,
        costs.true_contribution_amount_base_ccy as true_contribution
    from costs
    inner join parties using (true_party_id)
    inner join finance.rpt_whale_curve_by_customer as customers using (customer_id)
    where customers.contribution_amount_base_ccy is not null
    group by costs.true_party_id, true_contribution
"""
