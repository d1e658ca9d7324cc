-- Grain: one row per segment of the model, or one row if the model has none.
with

model_in_force as (
    select
        coalesce(
            bool_and(algorithm = 'none' and segment_count = 0), false
        ) as is_unsegmented
    from segmentation.models
),

formed_segments as (
    select *
    from segmentation.segments
    where segment_code not in ('EXC', 'UNC')
),

formed as (
    select count(*) as segment_count
    from formed_segments
),

customers as (
    select
        count(*) as customer_count,
        count(*) filter (
            where segment_code is distinct from 'UNC'
        ) as classified_count
    from segmentation.assignments
),

members as (
    select
        segment_code,
        count(*) as member_count
    from segmentation.assignments
    group by segment_code
)

select
    formed_segments.segment_code,
    formed_segments.segment_name,
    formed_segments.definition,
    formed.segment_count,
    case
        when model_in_force.is_unsegmented
            then customers.classified_count + formed.segment_count
        else 0
    end as stray_count,
    coalesce(members.member_count, 0) as member_count,
    coalesce(members.member_count, 0) as examined_row_count
from formed_segments
cross join formed
cross join model_in_force
cross join customers
left join members using (segment_code)
union all
select
    segments.segment_code,
    segments.segment_name,
    segments.definition,
    null as segment_count,
    customers.classified_count + formed.segment_count as stray_count,
    null as member_count,
    customers.customer_count as examined_row_count
from segmentation.segments
cross join formed
cross join model_in_force
cross join customers
where model_in_force.is_unsegmented and segments.segment_code = 'UNC'
order by segment_code
