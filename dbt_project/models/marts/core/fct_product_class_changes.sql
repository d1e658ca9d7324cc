-- Grain: one row per product, kind of class and recording.
-- Append-only: when a product was classified first, and every change since, with what
-- was measured. A class that held adds nothing.
with

attributes as (select * from {{ ref('ftr_products') }}),

history as (select * from {{ ref('stg_refresh__previous_product_class_changes') }}),

classes_before as (
    select
        product_id,
        class_type,
        class_code as former_class_code
    from history
    qualify row_number() over (
        partition by product_id, class_type
        order by recorded_at desc
    ) = 1
),

classes as (
    select
        attributes.product_id,
        measured.class_type,
        measured.class_code,
        measured.reason
    from attributes
    cross join lateral (
        values
        (
            'abc', attributes.abc_class,
            'share of net sales before it '
            || coalesce(round(attributes.preceding_net_sales_ratio, 4), 1)
        ),
        (
            'velocity', attributes.velocity_class,
            'share of order lines before it '
            || coalesce(round(attributes.preceding_order_line_ratio, 4), 1)
        ),
        (
            'xyz', attributes.xyz_class,
            'variation of monthly demand ' || round(attributes.demand_variation, 4)
        ),
        (
            'demand', attributes.demand_class,
            'months per demand '
            || coalesce(round(attributes.average_demand_interval_months, 4), 0)
            || ', squared variation '
            || coalesce(round(attributes.squared_demand_variation, 4), 0)
        )
    ) as measured (class_type, class_code, reason)
),

refresh as (select * from {{ ref('stg_refresh__parameters') }})

select
    product_id,
    class_type,
    former_class_code,
    class_code,
    reason,
    valid_from_date,
    release_id,
    recorded_at
from history
union all
select
    product_id,
    class_type,
    classes_before.former_class_code,
    classes.class_code,
    classes.reason,
    refresh.as_of_date as valid_from_date,
    refresh.release_id,
    refresh.recorded_at
from classes
cross join refresh
left join classes_before using (product_id, class_type)
where classes.class_code is distinct from classes_before.former_class_code
