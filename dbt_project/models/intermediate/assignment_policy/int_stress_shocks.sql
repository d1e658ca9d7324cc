-- Grain: one row per stress scenario in force and attribute it changes.
with

scenarios as {{ in_force(
    ref('policy_stress_scenarios'), ['scenario_id', 'attribute']
) }}

select
    scenario_id,
    attribute,
    cast(factor as double) as factor,
    cast(added_value as double) as added_value,
    scope_attribute,
    scope_value,
    description
from scenarios
