-- Grain: one row. Without segments nothing is to be justified.
-- The justified maximum is found again from the amounts, not read from a flag.
with

approval as (
    select coalesce(arg_max(value, valid_from), 0) as segment_count
    from policy.policy_thresholds
    cross join raw.refresh_parameters
    where
        name = 'segmentation_approved_segment_count'
        and valid_from <= as_of_date
),

justified as (
    select
        segment_count,
        benefit_amount_base_ccy - running_cost_amount_base_ccy as net_amount
    from segmentation.candidates
    where benefit_amount_base_ccy is not null
    order by net_amount desc, segment_count desc
    limit 1
)

select
    models.segment_count,
    count(candidates.segment_count) + 1 as examined_row_count,
    case
        when models.segment_count = 0 then 0
        else count(*) filter (
            where
            candidates.benefit_amount_base_ccy is null
            or candidates.running_cost_amount_base_ccy is null
        )
    end as unvalued_count,
    case
        when models.segment_count = 0 then 0
        else greatest(
            models.segment_count - greatest(
                coalesce(max(justified.segment_count), 0), max(approval.segment_count)
            ),
            0
        )
    end as unjustified_segment_count,
    models.segment_count || ' segments, '
    || coalesce(cast(max(justified.segment_count) as varchar), 'none')
    || ' justified, ' || cast(max(approval.segment_count) as integer)
    || ' approved' as first_case
from segmentation.models
cross join approval
left join segmentation.candidates on true
left join justified on true
group by models.segment_count
