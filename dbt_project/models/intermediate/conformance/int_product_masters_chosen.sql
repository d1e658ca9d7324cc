-- Grain: one row per product with a master.
-- The values that survived, and those a steward decided, which also hold for the past.
with

chosen_values as (
    select * from {{ ref('int_master_values_chosen') }}
    where entity_type = 'product' and chosen_from != 'ineffective'
)

select
    entity_key as product_id,
    max(chosen_value) filter (where attribute = 'category_3') as category_3,
    max(chosen_value) filter (where attribute = 'base_uom') as base_uom,
    max(chosen_value) filter (where attribute = 'base_uom' and is_decided)
        as decided_base_uom,
    max(try_cast(chosen_value as bigint)) filter (where attribute = 'units_per_case')
        as units_per_case,
    max(try_cast(chosen_value as bigint)) filter (
        where attribute = 'units_per_case' and is_decided
    ) as decided_units_per_case
from chosen_values
group by entity_key
