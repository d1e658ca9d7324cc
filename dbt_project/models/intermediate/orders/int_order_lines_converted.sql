-- Grain: one row per order and line, in base currency and resolved customers.
-- Amounts are rounded once, at the flow rate of the order date; gross = net + discount.
with

order_lines as (select * from {{ ref('stg_erp__order_lines') }}),

customers as (
    select
        resolved.source_customer_id as sold_to_id,
        resolved.customer_id,
        resolved.cost_level_id,
        coalesce(masters.is_intercompany, false) as is_intercompany
    from {{ ref('int_customers_resolved') }} as resolved
    left join {{ ref('stg_erp__customers') }} as masters
        on resolved.source_customer_id = masters.customer_id
    where resolved.source_system = 'erp'
),

document_types as {{ in_force(ref('policy_document_types'), ['document_type']) }},

void_statuses as (
    select distinct lower(trim(line_status)) as line_status
    from {{ in_force(ref('policy_line_statuses'), ['line_status']) }}
    where is_void
),

product_versions as (select * from {{ ref('int_product_versions') }}),

units as (select * from {{ ref('int_order_units_conformed') }}),

fiscal_days as (select * from {{ ref('int_fiscal_days') }}),

flow_rates as (
    select
        currency_code as local_currency_code,
        calendar_date as order_date,
        base_ccy_per_local_ccy as rate
    from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('flow_rate_type') }}
)

select
    order_lines.order_id,
    order_lines.line_no,
    document_type,
    order_lines.entity_code,
    customers.customer_id,
    sold_to_id,
    order_lines.ship_to_id,
    case {{ setting('cost_level_code') }}
        when 'ship_to' then coalesce(order_lines.ship_to_id, sold_to_id)
        else customers.cost_level_id
    end as cost_level_id,
    order_lines.product_id,
    order_lines.warehouse_id,
    order_lines.ordered_at,
    order_date,
    fiscal_days.fiscal_period,
    order_lines.requested_date,
    order_lines.promised_date,
    order_lines.ordered_qty,
    order_lines.uom,
    {{ base_qty('order_lines.ordered_qty', 'order_lines.uom') }} as base_qty,
    cast(base_qty / nullif(product_versions.units_per_case, 0) as decimal(18, 4))
        as case_qty,
    {{ of_each('base_qty', 'product_versions.weight_kg', 4) }} as weight_kg,
    {{ of_each('base_qty', 'product_versions.volume_m3', 6) }} as volume_m3,
    cast(
        {{ to_base_amount('order_lines.net_amount_local_ccy', 'flow_rates.rate') }}
        + coalesce({{ to_base_amount(
            'order_lines.discount_amount_local_ccy', 'flow_rates.rate'
        ) }}, 0) as decimal(18, 2)
    ) as gross_amount_base_ccy,
    {{ to_base_amount('order_lines.discount_amount_local_ccy', 'flow_rates.rate') }}
        as discount_amount_base_ccy,
    {{ to_base_amount('order_lines.net_amount_local_ccy', 'flow_rates.rate') }}
        as net_amount_base_ccy,
    {{ to_base_amount('order_lines.cogs_amount_local_ccy', 'flow_rates.rate') }}
        as cogs_amount_base_ccy,
    order_lines.discount_amount_local_ccy,
    order_lines.net_amount_local_ccy,
    order_lines.cogs_amount_local_ccy,
    local_currency_code,
    order_lines.channel_code,
    order_lines.entry_mode,
    order_lines.is_rush,
    order_lines.change_count,
    line_status,
    customers.is_intercompany,
    document_types.is_demand and void_statuses.line_status is null
        as is_demand,
    document_types.is_net_sales and void_statuses.line_status is null
        as is_net_sales,
    document_types.is_return and void_statuses.line_status is null
        as is_return
from order_lines
left join document_types using (document_type)
left join void_statuses using (line_status)
left join customers using (sold_to_id)
left join product_versions
    on
        order_lines.product_id = product_versions.product_id
        and order_lines.order_date >= product_versions.valid_from_date
        and order_lines.order_date < product_versions.valid_to_date
left join units on order_lines.uom = units.uom
left join fiscal_days
    on
        order_lines.entity_code = fiscal_days.entity_code
        and order_lines.order_date = fiscal_days.calendar_date
left join flow_rates using (local_currency_code, order_date)
