-- Grain: one row per pair of customers between which identifiers went in this release.
-- Both sides as they would stand without the change: what moved, and the rest of the
-- customer it moved to.
with

events as (select * from {{ ref('stg_identity__events') }}),

account_figures as (select * from {{ ref('rpt_identity_changes_by_account') }}),

former_segments as (
    select
        customer_id,
        segment_code
    from {{ ref('stg_refresh__previous_segment_assignments') }}
    qualify row_number() over (
        partition by customer_id
        order by valid_from_date desc, recorded_at desc
    ) = 1
),

changes as (
    select *
    from events
    where from_customer_id is not null
),

sides as (
    select
        changes.from_customer_id,
        changes.to_customer_id,
        coalesce(account_figures.former_customer_id = changes.from_customer_id, false)
            as is_from_side,
        sum(account_figures.order_count) as order_count,
        sum(account_figures.net_sales_amount_base_ccy) as net_sales_amount,
        sum(account_figures.cost_to_serve_amount_base_ccy) as cost_amount
    from changes
    inner join account_figures on changes.to_customer_id = account_figures.customer_id
    group by all
)

select
    changes.event_type,
    changes.from_customer_id,
    changes.to_customer_id,
    changes.identifier_count,
    changes.cause,
    former.segment_code as from_segment_code,
    latter.segment_code as to_segment_code,
    cast(coalesce(moved.order_count, 0) as bigint) as from_order_count,
    cast(coalesce(rest.order_count, 0) as bigint) as to_order_count,
    cast(coalesce(moved.net_sales_amount, 0) as decimal(18, 2))
        as from_net_sales_amount_base_ccy,
    cast(coalesce(rest.net_sales_amount, 0) as decimal(18, 2))
        as to_net_sales_amount_base_ccy,
    cast(moved.cost_amount as decimal(18, 2)) as from_cost_to_serve_amount_base_ccy,
    cast(rest.cost_amount as decimal(18, 2)) as to_cost_to_serve_amount_base_ccy
from changes
left join former_segments as former on changes.from_customer_id = former.customer_id
left join former_segments as latter on changes.to_customer_id = latter.customer_id
left join sides as moved
    on
        changes.from_customer_id = moved.from_customer_id
        and changes.to_customer_id = moved.to_customer_id
        and moved.is_from_side
left join sides as rest
    on
        changes.from_customer_id = rest.from_customer_id
        and changes.to_customer_id = rest.to_customer_id
        and not rest.is_from_side
