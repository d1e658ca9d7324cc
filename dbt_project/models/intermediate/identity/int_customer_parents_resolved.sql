-- Grain: one row per customer that names a parent.
-- Each customer keeps its first parent. Where parents lead back to their child, the
-- member of the circle with the smallest id becomes its head: any way of breaking it is
-- as good, this one is the same in every run. The circle is spelled out for people.
with recursive

first_parents as (
    select
        customer_id,
        parent_customer_id
    from {{ ref('int_customer_parents_declared') }}
    where parent_rank = 1
),

-- From each customer upwards until there is no parent or one is met again.
walks (customer_id, reached_customer_id, path) as (
    select
        customer_id,
        parent_customer_id,
        [customer_id]
    from first_parents
    union all
    select
        walks.customer_id,
        first_parents.parent_customer_id,
        list_append(walks.path, walks.reached_customer_id)
    from walks
    inner join first_parents on walks.reached_customer_id = first_parents.customer_id
    where not list_contains(walks.path, walks.reached_customer_id)
),

circles as (
    select
        customer_id,
        path as members,
        list_min(path) as head_customer_id
    from walks
    where reached_customer_id = customer_id
),

-- The top is the last customer reached, or the head of the circle one runs into.
tops as (
    select
        walks.customer_id,
        coalesce(circles.head_customer_id, walks.reached_customer_id)
            as root_customer_id
    from walks
    left join circles on walks.reached_customer_id = circles.customer_id
    qualify row_number() over (
        partition by walks.customer_id
        order by len(walks.path) desc
    ) = 1
)

select
    customer_id,
    case
        when coalesce(circles.head_customer_id != customer_id, true)
            then first_parents.parent_customer_id
    end as parent_customer_id,
    tops.root_customer_id,
    array_to_string(circles.members, ' > ') || ' > ' || customer_id as parent_circle
from first_parents
inner join tops using (customer_id)
left join circles using (customer_id)
