-- Grain: one row per ERP account of a customer that gained identifiers in this release.
-- Cost is what the account's orders caused: that of a customer as a whole has none.
with

changes as (
    select *
    from {{ ref('stg_identity__events') }}
    where from_customer_id is not null
),

holders as (select * from {{ ref('int_identifier_holders_compared') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

costs as (select * from {{ ref('fct_cost_to_serve') }}),

touched_accounts as (
    select
        source_customer_id as sold_to_id,
        former_customer_id,
        customer_id
    from holders
    where
        source_system = 'erp'
        and customer_id in (select changes.to_customer_id from changes)
),

touched_lines as (
    select
        touched_accounts.sold_to_id,
        touched_accounts.former_customer_id,
        touched_accounts.customer_id,
        order_lines.order_id,
        order_lines.line_no,
        case when order_lines.is_net_sales then order_lines.net_amount_base_ccy end
            as net_sales_amount
    from order_lines
    inner join touched_accounts using (sold_to_id)
),

line_costs as (
    select
        order_id,
        line_no,
        sum(allocated_amount_base_ccy) as cost_amount
    from costs
    where order_id in (select touched_lines.order_id from touched_lines)
    group by all
)

select
    'erp' as source_system,
    touched_lines.sold_to_id as source_customer_id,
    touched_lines.former_customer_id,
    touched_lines.customer_id,
    count(distinct touched_lines.order_id) as order_count,
    cast(sum(touched_lines.net_sales_amount) as decimal(18, 2))
        as net_sales_amount_base_ccy,
    cast(sum(line_costs.cost_amount) as decimal(18, 2))
        as cost_to_serve_amount_base_ccy
from touched_lines
left join line_costs using (order_id, line_no)
group by all
