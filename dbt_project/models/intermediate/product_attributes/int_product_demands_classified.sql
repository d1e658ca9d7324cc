-- Grain: one row per product.
-- Syntetos-Boylan-Croston classes from the interval between demands and the squared
-- variation of demand sizes; XYZ from the variation over all months. Compared by
-- multiplication, exactly: a value on a cut belongs to the higher class. A cut holds
-- until a product is clearly beyond it.
with

demands as (select * from {{ ref('int_product_demands_measured') }}),

classes_before as (select * from {{ ref('int_product_classes_before') }}),

products as (
    select
        demands.*,
        nullif(classes_before.demand_class, 'insufficient')
        in ('intermittent', 'lumpy') as was_intermittent,
        nullif(classes_before.demand_class, 'insufficient')
        in ('erratic', 'lumpy') as was_erratic,
        classes_before.xyz_class != 'X' as was_above_x,
        classes_before.xyz_class = 'Z' as was_above_y
    from demands
    left join classes_before using (product_id)
),

comparisons as (
    select
        product_id,
        as_of_date,
        month_count,
        demand_month_count,
        demand_qty,
        squared_demand_sum,
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
        month_count >= demand_month_count * {{ held_cut(
            'adi_cut', 'variation_change_margin_ratio', 'was_intermittent'
        ) }} as is_intermittent,
        {{ varies_at_least(
            'demand_month_count', 'demand_qty', 'squared_demand_sum',
            held_cut('cv2_cut', 'variation_change_margin_ratio', 'was_erratic')
        ) }} as is_erratic,
        {{ held_cut(
            'xyz_x_cut_variation', 'variation_change_margin_ratio', 'was_above_x'
        ) }} as x_cut,
        {{ held_cut(
            'xyz_y_cut_variation', 'variation_change_margin_ratio', 'was_above_y'
        ) }} as y_cut
    from products
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
        when {{ varies_at_least(
            'month_count', 'demand_qty', 'squared_demand_sum', 'y_cut * y_cut'
        ) }} then 'Z'
        when {{ varies_at_least(
            'month_count', 'demand_qty', 'squared_demand_sum', 'x_cut * x_cut'
        ) }} then 'Y'
        else 'X'
    end as xyz_class
from comparisons
