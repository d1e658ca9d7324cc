-- Customer months, months by cost level and the pools' allocated rows hold the same
-- money; by each accepted method the customers bear what the pools gave them in its
-- periods, and the idle time of those pools if it absorbs it.
with

customer_months as (
    select
        fiscal_period,
        sum(net_sales_amount_base_ccy) as net_sales_amount_base_ccy,
        sum(cost_to_serve_amount_base_ccy) as amount_base_ccy
    from {{ ref('rpt_profitability_by_customer_month') }}
    group by fiscal_period
),

level_months as (
    select
        fiscal_period,
        sum(net_sales_amount_base_ccy) as level_net_sales_amount_base_ccy,
        sum(cost_to_serve_amount_base_ccy) as level_amount_base_ccy
    from {{ ref('rpt_profitability_by_cost_level_month') }}
    group by fiscal_period
),

pools as (
    select
        fiscal_period,
        sum(allocated_amount_base_ccy) as pool_amount_base_ccy
    from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}
    group by fiscal_period
),

years as (
    select min(year_from_fiscal_period) as year_from_fiscal_period
    from {{ ref('rpt_profitability_by_customer_year') }}
),

year_pools as (
    select
        sum(customer_pools.amount) as amount,
        sum(if(
            customer_pools.has_cost, pools.unused_capacity_amount_base_ccy, 0
        )) as idle_amount
    from (
        select
            entity_code,
            fiscal_period,
            cost_pool_code,
            sum(allocated_amount_base_ccy) as amount,
            bool_or(allocated_amount_base_ccy != 0) as has_cost
        from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}
        group by all
    ) as customer_pools
    inner join {{ ref('fct_cost_pools') }} as pools
        using (entity_code, fiscal_period, cost_pool_code)
    inner join years on customer_pools.fiscal_period >= years.year_from_fiscal_period
),

accepted_methods as {{ in_force(
    ref('policy_accepted_methods'), ['method_code', 'driver_code']
) }},

-- A method that absorbs the idle time of some drivers only has no total of its own.
methods as (
    select
        method_code,
        bool_or(absorbs_unused_capacity) as is_absorbing
    from accepted_methods
    group by method_code
    having bool_or(absorbs_unused_capacity) = bool_and(absorbs_unused_capacity)
),

method_costs as (
    select
        method_code,
        sum(cost_to_serve_amount_base_ccy) as amount
    from {{ ref('rpt_cost_to_serve_by_holder_method') }}
    where holder_type = 'customer'
    group by method_code
)

select
    fiscal_period as period_or_method,
    customer_months.amount_base_ccy,
    level_months.level_amount_base_ccy,
    pools.pool_amount_base_ccy,
    customer_months.net_sales_amount_base_ccy,
    level_months.level_net_sales_amount_base_ccy
from customer_months
full outer join level_months using (fiscal_period)
full outer join pools using (fiscal_period)
where
    coalesce(customer_months.amount_base_ccy, 0)
    != coalesce(pools.pool_amount_base_ccy, 0)
    or coalesce(level_months.level_amount_base_ccy, 0)
    != coalesce(pools.pool_amount_base_ccy, 0)
    or coalesce(customer_months.net_sales_amount_base_ccy, 0)
    != coalesce(level_months.level_net_sales_amount_base_ccy, 0)
union all
select
    methods.method_code as period_or_method,
    method_costs.amount as amount_base_ccy,
    null as level_amount_base_ccy,
    year_pools.amount + if(methods.is_absorbing, year_pools.idle_amount, 0)
        as pool_amount_base_ccy,
    null as net_sales_amount_base_ccy,
    null as level_net_sales_amount_base_ccy
from methods
left join method_costs using (method_code)
cross join year_pools
where coalesce(method_costs.amount, 0) != coalesce(pool_amount_base_ccy, 0)
