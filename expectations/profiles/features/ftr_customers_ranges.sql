-- Grain: one row per numeric attribute that holds a value.
with

measures as (
    select columns('_(ratio|count|days|per_order|per_line|per_year|kg|variation)$')
    from features.ftr_customers
),

attribute_values as (
    unpivot (select cast(columns(*) as double) from measures)
    on columns(*)
    into name attribute value attribute_value
)

select
    attribute,
    count(*) as examined_row_count,
    count(*) filter (where not isfinite(attribute_value)) as nonfinite_count,
    -- A margin, a discount and a net value may be negative: returns and credit notes.
    count(*) filter (
        where
        attribute_value < 0
        and attribute not in ('gross_margin_ratio', 'discount_ratio')
    ) as negative_count,
    count(*) filter (
        where
        attribute_value > 1
        and attribute in (
            'rush_order_ratio',
            'electronic_order_ratio',
            'on_time_ratio',
            'otif_ratio',
            'perfect_order_ratio',
            'gross_margin_ratio'
        )
    ) as above_one_count
from attribute_values
group by attribute
order by attribute
