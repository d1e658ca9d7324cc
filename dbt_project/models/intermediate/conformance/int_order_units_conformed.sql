-- Grain: one row per unit of measure as order lines spell it.
-- A spelling policy does not know has no dimension: its quantities cannot be converted.
with

order_lines as (select * from {{ ref('stg_erp__order_lines') }}),

units as (
    select * from {{ in_force(ref('policy_units'), ['unit_spelling']) }}
),

spellings as (
    select distinct uom
    from order_lines
    where uom is not null
)

select
    spellings.uom,
    units.unit_code,
    units.dimension,
    units.factor_to_base
from spellings
left join units on {{ unit_spelling('spellings.uom') }} = units.unit_spelling
