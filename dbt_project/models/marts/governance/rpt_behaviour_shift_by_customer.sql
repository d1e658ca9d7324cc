-- Grain: one row per customer and measure that left its norm.
-- The effect is large, it has lasted, and the customer's segment did not do the same.
with

shifts as (select * from {{ ref('int_customer_shifts_measured') }}),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

compared as (
    select
        shifts.*,
        assignments.segment_code,
        median(shifts.change_ratio) over (
            partition by assignments.segment_code
        ) as segment_change_ratio
    from shifts
    inner join assignments using (customer_id)
)

select
    compared.customer_id,
    'net_sales' as measure_code,
    refresh.release_id,
    compared.segment_code,
    compared.effect_size,
    compared.change_ratio,
    compared.segment_change_ratio,
    cast(compared.lasting_month_count as bigint) as lasting_month_count,
    case when compared.effect_size < 0 then 'fell' else 'rose' end as direction
from compared
cross join refresh
where
    abs(compared.effect_size) >= {{ threshold('shift_effect_size') }}
    and compared.lasting_month_count >= {{ threshold('shift_persistence_months') }}
    and abs(compared.change_ratio - compared.segment_change_ratio)
    > {{ threshold('temporary_drop_ratio') }}
