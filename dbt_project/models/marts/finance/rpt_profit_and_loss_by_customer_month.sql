-- Grain: one row per customer, fiscal period, line, carrying cost pool and activity.
-- The profit and loss of a customer from list sales to contribution, signed so that
-- parts add up to results; cost by the activity that serves. Apart from it stand what
-- was charged beside the order lines and interest on capital tied up, of customer
-- `unattributed` where nobody is named.
with

months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

costs as (select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}),

carried_costs as (select * from {{ ref('fct_carried_costs') }}),

charges as (
    select * from {{ ref('int_charges_converted') }}
    where direction = 'revenue'
),

orders as (select * from {{ ref('int_orders_aggregated') }}),

shipments as (select * from {{ ref('int_shipments_timed') }}),

capital as (select * from {{ ref('rpt_working_capital_by_customer_month') }}),

profit_lines as {{ profit_lines(['order_line', 'customer']) }},

company as {{ profit_company() }},

sales as (
    {{ sales_parts('customer_id') }}
),

parts as (
    select * from sales
    where amount is distinct from 0 or line_code = 'list_sales'
    union all by name
    {{ cost_parts('customer_id') }}
    union all by name
    select
        coalesce(
            orders.customer_id, shipments.customer_id, charges.customer_id,
            'unattributed'
        ) as customer_id,
        charges.fiscal_period,
        'charges_passed_on' as line_code,
        case
            when count(*) = count(charges.amount_base_ccy)
                then sum(charges.amount_base_ccy)
        end as amount
    from charges
    left join orders using (order_id)
    left join shipments using (shipment_id)
    group by all
    union all by name
    select
        customer_id,
        fiscal_period,
        'capital_charge' as line_code,
        -capital_charge_amount_base_ccy as amount
    from capital
    where capital_charge_amount_base_ccy is distinct from 0
),

{{ profit_results(['customer_id', 'fiscal_period']) }}
