-- Grain: one row per attribute of the segmentation and measure of execution.
-- Does the attribute still tell customers apart by what serving them turned out to be?
-- The squared rank correlation, and whether it is more than chance reaches once in 20
-- times: n r2 beyond 3.841, the 95th percentile of chi-squared with one degree of
-- freedom.
with

outcomes as (select * from {{ ref('rpt_outcomes_by_customer') }}),

attributes as (select * from {{ ref('rpt_assignment_features_by_customer') }}),

ranked as (
    select
        attributes.feature_name,
        outcomes.measure_code,
        rank() over (
            partition by attributes.feature_name, outcomes.measure_code
            order by attributes.feature_value
        ) as attribute_rank,
        rank() over (
            partition by attributes.feature_name, outcomes.measure_code
            order by outcomes.achieved_value
        ) as outcome_rank
    from outcomes
    inner join attributes using (customer_id)
),

-- Whole numbers, so that the order of the customers has no say in the last digit.
sums as (
    select
        feature_name,
        measure_code,
        count(*) as customer_count,
        count(*) * sum(attribute_rank * outcome_rank)
        - sum(attribute_rank) * sum(outcome_rank) as covariance,
        count(*) * sum(attribute_rank * attribute_rank)
        - sum(attribute_rank) * sum(attribute_rank) as attribute_variance,
        count(*) * sum(outcome_rank * outcome_rank)
        - sum(outcome_rank) * sum(outcome_rank) as outcome_variance
    from ranked
    group by all
)

select
    feature_name,
    measure_code,
    customer_count,
    {{ ratio('covariance', 'attribute_variance') }}
    * {{ ratio('covariance', 'outcome_variance') }} as separation_ratio,
    coalesce(customer_count * separation_ratio >= 3.841, false) as is_told_apart
from sums
