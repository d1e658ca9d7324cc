-- Grain: one row per customer and as-of date with a delivery whose reorder is known.
-- Share of reorders after on-time less after late deliveries, shrunk towards all
-- customers: (late * own + k * pool) / (late + k); too few late deliveries: the pool.
with

reorders as (select * from {{ ref('int_reorders_followed') }}),

counts as (
    select
        customer_id,
        as_of_date,
        count(*) filter (where is_on_time) as on_time_count,
        count(*) filter (where not is_on_time) as late_count,
        count(*) filter (where is_on_time and has_reordered)
            as on_time_reorder_count,
        count(*) filter (where not is_on_time and has_reordered)
            as late_reorder_count
    from reorders
    group by all
),

pool as (
    select
        as_of_date,
        sum(on_time_reorder_count) / nullif(sum(on_time_count), 0)
        - sum(late_reorder_count) / nullif(sum(late_count), 0) as pool_sensitivity
    from counts
    group by as_of_date
)

select
    counts.customer_id,
    as_of_date,
    counts.late_count,
    case
        when
            counts.late_count >= {{ threshold('on_time_sensitivity_minimum_late') }}
            and counts.on_time_count > 0
            then (
                counts.late_count * (
                    counts.on_time_reorder_count / counts.on_time_count
                    - counts.late_reorder_count / counts.late_count
                )
                + {{ threshold('on_time_sensitivity_shrinkage') }}
                * pool.pool_sensitivity
            )
            / (counts.late_count + {{ threshold('on_time_sensitivity_shrinkage') }})
        else pool.pool_sensitivity
    end as on_time_sensitivity
from counts
inner join pool using (as_of_date)
