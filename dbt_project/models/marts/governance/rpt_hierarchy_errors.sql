-- Grain: one row per customer and error in its hierarchy.
-- A circle of parents is shown on the member it is broken at; a second parent is shown
-- with the one that counts.
with

declared as (select * from {{ ref('int_customer_parents_declared') }}),

resolved as (select * from {{ ref('int_customer_parents_resolved') }}),

first_parents as (
    select * from declared
    where parent_rank = 1
)

select
    resolved.customer_id,
    'circle' as error_code,
    resolved.parent_circle as parent_chain,
    cast(null as varchar) as kept_parent_customer_id,
    first_parents.parent_customer_id as dropped_parent_customer_id,
    first_parents.source_system,
    first_parents.source_customer_id
from resolved
inner join first_parents using (customer_id)
where resolved.parent_circle is not null and resolved.parent_customer_id is null
union all
select
    declared.customer_id,
    'two_parents' as error_code,
    declared.customer_id || ' > ' || declared.parent_customer_id as parent_chain,
    first_parents.parent_customer_id as kept_parent_customer_id,
    declared.parent_customer_id as dropped_parent_customer_id,
    declared.source_system,
    declared.source_customer_id
from declared
inner join first_parents using (customer_id)
where declared.parent_rank > 1
