-- Grain: one row per segment and measure of execution.
-- What was executed against what policy promises the segment, and how well segments
-- still tell customers apart by it: the share of the variance of the customers' ranks
-- that lies between the segments.
with

outcomes as (select * from {{ ref('rpt_outcomes_by_customer') }}),

assignments as (
    select * from {{ ref('stg_segmentation__assignments') }}
    where segment_code not in ('EXC', 'UNC')
),

promises as {{ in_force(
    ref('policy_segment_services'), ['segment_code', 'measure_code']
) }},

ranked as (
    select
        assignments.segment_code,
        outcomes.*,
        rank() over (
            partition by outcomes.measure_code
            order by outcomes.achieved_value
        ) as value_rank
    from outcomes
    inner join assignments using (customer_id)
),

segments as (
    select
        segment_code,
        measure_code,
        count(*) as customer_count,
        {{ ratio('sum(numerator)', 'sum(denominator)') }} as achieved_value,
        cast(sum(value_rank) as double) as rank_sum,
        cast(sum(value_rank * value_rank) as double) as squared_rank_sum
    from ranked
    group by all
),

separations as (
    select
        measure_code,
        sum(rank_sum) * sum(rank_sum) / sum(customer_count) as common_part,
        -- Sums of doubles differ in the last digits with the order of the segments.
        round({{ ratio(
            'sum(rank_sum * rank_sum / customer_count) - common_part',
            'sum(squared_rank_sum) - common_part'
        ) }}, 6) as separation_ratio
    from segments
    group by measure_code
)

select
    segments.segment_code,
    measure_code,
    segments.customer_count,
    segments.achieved_value,
    promises.least_value,
    promises.most_value,
    coalesce(segments.achieved_value >= promises.least_value, true)
    and coalesce(segments.achieved_value <= promises.most_value, true)
        as is_as_promised,
    separations.separation_ratio,
    separations.separation_ratio
    >= {{ threshold('outcome_least_separation_ratio') }} as is_told_apart
from segments
inner join separations using (measure_code)
left join promises
    on
        segments.measure_code = promises.measure_code
        and promises.segment_code in (segments.segment_code, 'all')
-- A segment's own promise stands in place of everyone's.
qualify row_number() over (
    partition by segments.segment_code, measure_code
    order by promises.segment_code = 'all'
) = 1
