-- Grain: one row per master and attribute in question.
-- Sources contradict each other, a steward decided, or order lines come in a unit that
-- nobody can convert; ranked by the net sales it touches.
with

choices as (select * from {{ ref('int_master_values_chosen') }}),

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where base_qty is null and ordered_qty is not null
),

customers as (select * from {{ ref('ftr_customers') }}),

levels as (select * from {{ ref('int_customer_levels_resolved') }}),

products as (select * from {{ ref('ftr_products') }}),

net_sales as (
    select
        'customer' as entity_type,
        levels.customer_id as entity_key,
        customers.net_sales_amount_base_ccy
    from levels
    inner join customers on levels.segmented_customer_id = customers.customer_id
    union all
    select
        'product' as entity_type,
        product_id as entity_key,
        net_sales_amount_base_ccy
    from products
),

contradictions as (
    select
        entity_type,
        entity_key,
        choices.attribute,
        case
            when choices.chosen_from = 'ineffective' then 'ineffective decision'
            when choices.is_decided then 'decided'
            else 'open'
        end as discrepancy_status,
        choices.values_by_source,
        choices.survivorship_rule,
        choices.chosen_value,
        choices.chosen_from,
        choices.decided_by,
        choices.decided_date,
        choices.decision_reason,
        net_sales.net_sales_amount_base_ccy,
        cast(null as decimal(18, 2)) as cogs_amount_base_ccy,
        cast(null as bigint) as unconverted_line_count
    from choices
    left join net_sales using (entity_type, entity_key)
    where choices.is_discrepant or choices.is_decided
),

unconvertible as (
    select
        'product' as entity_type,
        order_lines.product_id as entity_key,
        subjects.attribute,
        'not convertible' as discrepancy_status,
        'erp: ' || string_agg(
            distinct order_lines.uom, ', '
            order by order_lines.uom
        ) as values_by_source,
        sum(order_lines.net_amount_base_ccy) filter (where order_lines.is_net_sales)
            as net_sales_amount_base_ccy,
        sum(order_lines.cogs_amount_base_ccy) filter (where order_lines.is_net_sales)
            as cogs_amount_base_ccy,
        count(*) as unconverted_line_count
    from order_lines
    cross join (values ('order_unit')) as subjects (attribute)
    group by order_lines.product_id, subjects.attribute
),

discrepancies as (
    select * from contradictions
    union all by name
    select * from unconvertible
)

select
    entity_type,
    entity_key,
    attribute,
    discrepancy_status,
    values_by_source,
    survivorship_rule,
    chosen_value,
    chosen_from,
    decided_by,
    decided_date,
    decision_reason,
    cast(net_sales_amount_base_ccy as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(cogs_amount_base_ccy as decimal(18, 2)) as cogs_amount_base_ccy,
    unconverted_line_count,
    row_number() over (
        order by
            abs(net_sales_amount_base_ccy) desc nulls last,
            entity_type, entity_key, attribute
    ) as money_rank
from discrepancies
