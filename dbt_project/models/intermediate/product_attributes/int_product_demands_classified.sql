-- Grain: one row per product.
-- Syntetos-Boylan-Croston classes from the interval between demands and the squared
-- variation of demand sizes; XYZ from the variation over all months. Compared by
-- multiplication, exactly: a value on a cut belongs to the higher class.
with

demands as (select * from {{ ref('int_product_demands_measured') }}),

comparisons as (
    select
        product_id,
        as_of_date,
        month_count,
        demand_month_count,
        demand_qty,
        {{ ratio('month_count', 'demand_month_count') }}
            as average_demand_interval_months,
        case
            when demand_month_count >= 2
                then power({{ coefficient_of_variation(
                    'demand_month_count', 'demand_qty', 'squared_demand_sum'
                ) }}, 2)
        end as squared_demand_variation,
        case
            when month_count >= 2 and demand_qty > 0
                then {{ coefficient_of_variation(
                    'month_count', 'demand_qty', 'squared_demand_sum'
                ) }}
        end as demand_variation,
        demand_month_count >= {{ threshold('demand_class_minimum_periods') }}
            as has_enough_months,
        month_count >= {{ threshold('adi_cut') }} * demand_month_count
            as is_intermittent,
        {{ varies_at_least(
            'demand_month_count',
            'demand_qty',
            'squared_demand_sum',
            threshold('cv2_cut')
        ) }} as is_erratic,
        {{ varies_at_least(
            'month_count',
            'demand_qty',
            'squared_demand_sum',
            threshold('xyz_x_cut_variation') ~ ' * ' ~ threshold('xyz_x_cut_variation')
        ) }} as is_above_x,
        {{ varies_at_least(
            'month_count',
            'demand_qty',
            'squared_demand_sum',
            threshold('xyz_y_cut_variation') ~ ' * ' ~ threshold('xyz_y_cut_variation')
        ) }} as is_above_y
    from demands
)

select
    product_id,
    as_of_date,
    month_count,
    demand_month_count,
    demand_qty,
    average_demand_interval_months,
    squared_demand_variation,
    demand_variation,
    case
        when not has_enough_months then 'insufficient'
        when is_intermittent and is_erratic then 'lumpy'
        when is_intermittent then 'intermittent'
        when is_erratic then 'erratic'
        else 'smooth'
    end as demand_class,
    case
        when demand_variation is null then null
        when is_above_y then 'Z'
        when is_above_x then 'Y'
        else 'X'
    end as xyz_class
from comparisons
