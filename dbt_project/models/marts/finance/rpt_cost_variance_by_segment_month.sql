-- Grain: one row per plan, entity, fiscal period, cost pool, activity and segment.
-- Actual less planned cost, in steps that leave nothing over: from planned to actual
-- volume at the planned mix (volume), to the actual mix (mix), to the driver quantity
-- used (efficiency), to its cost by the plan's driver (price), to that by the driver in
-- force (allocation method). A row that cannot be split says why.
with

cells as (select * from {{ ref('rpt_planned_costs_by_segment_month') }}),

judged_cells as (
    select
        *,
        case
            when planned_volume_qty = 0 then 'new: nothing was planned'
            when
                actual_volume_qty > 0
                and actual_driver_qty is not null
                and plan_method_amount_base_ccy is not null
                then 'split'
            when
                planned_volume_qty is not null
                and coalesce(actual_volume_qty, 0) = 0
                and actual_amount_base_ccy = 0
                then 'lost: nothing came'
            else 'not available: nobody counted what the plan goes by'
        end as split_status,
        -- Widened: 18 digits times 18 stay 18, twelve of them after the point.
        cast(driver_qty_per_volume as decimal(28, 6)) * rate_base_ccy_per_driver
            as unit_cost
    from cells
),

-- New and lost business would turn the mix of the rest: it stays out of its totals.
stepped_cells as (
    select
        *,
        coalesce(
            cast(round(planned_volume_qty * unit_cost, 2) as decimal(18, 2)), 0
        ) as planned_amount,
        cast(round(
            planned_volume_qty * unit_cost
            * if(
                sum(actual_volume_qty) over mixed = sum(planned_volume_qty) over mixed,
                1,
                sum(actual_volume_qty) over mixed
                / nullif(sum(planned_volume_qty) over mixed, 0)
            ), 2
        ) as decimal(18, 2)) as volume_step,
        cast(round(actual_volume_qty * unit_cost, 2) as decimal(18, 2)) as mix_step,
        cast(round(actual_driver_qty * rate_base_ccy_per_driver, 2) as decimal(18, 2))
            as efficiency_step,
        split_status = 'split' as is_split
    from judged_cells
    window
        mixed as (
            partition by
                plan_code, entity_code, fiscal_period, cost_pool_code,
                volume_unit, split_status
        )
)

select
    plan_code,
    entity_code,
    fiscal_period,
    cost_pool_code,
    activity_code,
    segment_code,
    split_status,
    planned_amount as planned_amount_base_ccy,
    actual_amount_base_ccy,
    cast(actual_amount_base_ccy - planned_amount as decimal(18, 2))
        as cost_variance_amount_base_ccy,
    cast(if(is_split, volume_step - planned_amount, 0) as decimal(18, 2))
        as volume_variance_amount_base_ccy,
    cast(if(is_split, mix_step - volume_step, 0) as decimal(18, 2))
        as mix_variance_amount_base_ccy,
    cast(if(is_split, efficiency_step - mix_step, 0) as decimal(18, 2))
        as efficiency_variance_amount_base_ccy,
    cast(
        if(is_split, plan_method_amount_base_ccy - efficiency_step, 0)
        as decimal(18, 2)
    ) as price_variance_amount_base_ccy,
    cast(
        if(is_split, actual_amount_base_ccy - plan_method_amount_base_ccy, 0)
        as decimal(18, 2)
    ) as method_variance_amount_base_ccy,
    cast(if(is_split, 0, actual_amount_base_ccy - planned_amount) as decimal(18, 2))
        as unsplit_variance_amount_base_ccy
from stepped_cells
