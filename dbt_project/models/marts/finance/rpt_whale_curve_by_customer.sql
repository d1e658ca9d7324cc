-- Grain: one row per rank, which is one row per customer.
-- Customers from the most to the least profitable, ties by id. Cumulative contribution
-- over the total; over its peak where the total is not positive, and the row says so.
-- A customer whose contribution is unknown keeps a rank at the end without a figure.
-- The band: cost by events that a driver cannot count may be another customer's. Pools
-- are given, so what the first customers may bear more, the others bear less.
with

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

customer_costs as (
    select * from {{ ref('rpt_cost_to_serve_by_customer_pool_month') }}
),

activities as (select * from {{ ref('fct_cost_activities') }}),

driver_coverage as (select * from {{ ref('rpt_driver_coverage_by_driver') }}),

uncertain_costs as (
    select
        customer_costs.customer_id,
        sum(
            -- Widened: 18 digits times 7 stay 18, eight of them after the point.
            cast(abs(customer_costs.allocated_amount_base_ccy) as decimal(28, 2))
            * cast(1 - driver_coverage.counted_event_ratio as decimal(7, 6))
        ) as uncertain_amount
    from customer_costs
    inner join activities
        using (
            entity_code, fiscal_period, cost_pool_code, carried_by_pool_code,
            activity_code
        )
    inner join driver_coverage using (driver_code)
    group by customer_costs.customer_id
),

customers as (
    select
        months.customer_id,
        min(months.contribution_basis) as contribution_basis,
        sum(months.net_sales_amount_base_ccy) as net_sales_amount,
        sum(months.cost_to_serve_amount_base_ccy) as cost_to_serve_amount,
        coalesce(min(uncertain_costs.uncertain_amount), 0) as uncertain_amount,
        case
            when count(*) = count(months.contribution_amount_base_ccy)
                then sum(months.contribution_amount_base_ccy)
        end as contribution_amount
    from customer_months as months
    left join uncertain_costs using (customer_id)
    group by months.customer_id
),

ranked_customers as (
    select
        *,
        row_number() over curve as rank,
        case
            when contribution_amount is not null
                then sum(contribution_amount) over curve
        end as cumulative_amount,
        count(contribution_amount) over () as known_customer_count,
        sum(contribution_amount) over () as total_amount,
        sum(uncertain_amount) over curve as uncertain_so_far_amount,
        sum(uncertain_amount) over () as uncertain_total_amount
    from customers
    window
        curve as (
            order by contribution_amount desc nulls last, customer_id
            rows unbounded preceding
        )
),

normalised_customers as (
    select
        *,
        case
            when total_amount > 0 then total_amount
            else nullif(greatest(max(cumulative_amount) over (), 0), 0)
        end as divisor_amount
    from ranked_customers
)

select
    rank,
    customer_id,
    cast(net_sales_amount as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(cost_to_serve_amount as decimal(18, 2)) as cost_to_serve_amount_base_ccy,
    cast(contribution_amount as decimal(18, 2)) as contribution_amount_base_ccy,
    cast(cumulative_amount as decimal(18, 2))
        as cumulative_contribution_amount_base_ccy,
    cast(cumulative_amount / divisor_amount as decimal(18, 6)) as cumulative_ratio,
    case
        when cumulative_amount is not null
            then cast(
                least(
                    uncertain_so_far_amount,
                    uncertain_total_amount - uncertain_so_far_amount
                ) / divisor_amount as decimal(18, 6)
            )
    end as uncertain_ratio,
    case
        when contribution_amount is not null
            then cast(rank / known_customer_count as decimal(18, 6))
    end as customer_ratio,
    case
        when divisor_amount is null then 'none'
        when total_amount > 0 then 'total'
        else 'peak'
    end as normalised_by,
    contribution_basis
from normalised_customers
