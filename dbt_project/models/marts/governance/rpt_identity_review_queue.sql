-- Grain: one row per pair of customers that a steward is asked about.
-- Of several pairs of identifiers between two customers the most probable speaks. The
-- sales of both customers are affected: one question may be worth many. They are those
-- of the accounts that are the customer, whoever else they count for.
with

pairs as (select * from {{ ref('rpt_identity_pairs') }}),

customers as (select * from {{ ref('int_customer_masters_survived') }}),

order_lines as (select * from {{ ref('int_order_lines_converted') }}),

parties as (
    select *
    from {{ ref('int_parties_resolved') }}
    where source_system = 'erp'
),

sales as (
    select
        parties.customer_id,
        sum(order_lines.net_amount_base_ccy) as net_sales_amount_base_ccy
    from order_lines
    inner join parties on order_lines.sold_to_id = parties.source_customer_id
    where order_lines.is_net_sales
    group by parties.customer_id
),

questions as (
    select
        *,
        count(*) over between_two as pair_count
    from pairs
    where pair_decision = 'queued' and not is_same_customer
    window
        between_two as (
            partition by
                least(from_customer_id, to_customer_id),
                greatest(from_customer_id, to_customer_id)
        )
    qualify row_number() over (
        between_two
        order by match_probability desc, from_key, to_key, match_rule
    ) = 1
),

valued as (
    select
        questions.*,
        from_customers.customer_name as from_customer_name,
        to_customers.customer_name as to_customer_name,
        coalesce(from_sales.net_sales_amount_base_ccy, 0)
        + coalesce(to_sales.net_sales_amount_base_ccy, 0) as affected_amount
    from questions
    inner join customers as from_customers
        on questions.from_customer_id = from_customers.customer_id
    inner join customers as to_customers
        on questions.to_customer_id = to_customers.customer_id
    left join sales as from_sales
        on questions.from_customer_id = from_sales.customer_id
    left join sales as to_sales on questions.to_customer_id = to_sales.customer_id
)

select
    row_number() over (
        order by affected_amount desc, match_probability desc, from_key, to_key
    ) as queue_rank,
    from_key,
    to_key,
    from_customer_id,
    to_customer_id,
    from_customer_name,
    to_customer_name,
    match_probability,
    match_weight,
    reason,
    comparison_json,
    pair_count,
    cast(affected_amount as decimal(18, 2)) as affected_net_sales_amount_base_ccy
from valued
