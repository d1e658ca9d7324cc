-- Grain: one row per product with a class in the release in force.
-- The last change of each kind of class says what it is now.
with

changes as (select * from {{ ref('stg_refresh__previous_product_class_changes') }}),

last_changes as (
    select *
    from changes
    qualify row_number() over (
        partition by product_id, class_type
        order by recorded_at desc
    ) = 1
)

select
    product_id,
    max(class_code) filter (where class_type = 'abc') as abc_class,
    max(class_code) filter (where class_type = 'velocity') as velocity_class,
    max(class_code) filter (where class_type = 'xyz') as xyz_class,
    max(class_code) filter (where class_type = 'demand') as demand_class
from last_changes
group by product_id
