-- Grain: one row per kind of holder (segment, customer) and holder.
-- The test of incremental and stand-alone cost (Faulhaber) by every accepted method,
-- over the last year: who does not bring what it alone adds receives, who
-- brings more than serving it alone would cost pays. It counts if all methods agree.
with

method_costs as (select * from {{ ref('rpt_cost_to_serve_by_customer_method') }}),

years as (select * from {{ ref('rpt_profitability_by_customer_year') }}),

pools as (select * from {{ ref('fct_cost_pools') }}),

segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

company as {{ profit_company() }},

-- What no customer bears stays whoever goes: whoever was served alone would bear it.
unborne_costs as (
    select
        coalesce(sum(
            unused_capacity_amount_base_ccy + unallocated_amount_base_ccy
            + sustaining_amount_base_ccy
        ), 0) as amount
    from pools
    where fiscal_period >= (select min(years.year_from_fiscal_period) from years)
),

incremental_costs as (
    select
        method_code,
        {{ known_sum('incremental_amount_base_ccy') }} as amount
    from method_costs
    group by method_code
),

accepted_methods as {{ in_force(
    ref('policy_accepted_methods'), ['method_code', 'driver_code']
) }},

-- Every accepted method counts, also where no customer bears any cost.
methods as (
    select
        accepted_methods.method_code,
        (select coalesce(sum(years.cost_to_serve_amount_base_ccy), 0) from years)
        + min(unborne_costs.amount)
        - if(
            count(incremental_costs.method_code) = 0, 0, min(incremental_costs.amount)
        ) as common_amount
    from accepted_methods
    cross join unborne_costs
    left join incremental_costs using (method_code)
    group by accepted_methods.method_code
),

customers as (
    select
        years.customer_id,
        unnest(['segment', 'customer']) as holder_type,
        unnest([coalesce(segments.segment_code, 'unassigned'), years.customer_id])
            as holder_id,
        case
            when company.contribution_basis = 'after_cogs'
                then
                    years.contribution_amount_base_ccy
                    + years.cost_to_serve_amount_base_ccy
        end as margin_amount
    from years
    cross join company
    left join segments using (customer_id)
),

holders as (
    select
        customers.holder_type,
        customers.holder_id,
        methods.method_code,
        min(methods.common_amount) as common_amount,
        case
            when count(*) = count(customers.margin_amount)
                then sum(customers.margin_amount)
        end as margin_amount,
        coalesce(sum(method_costs.cost_to_serve_amount_base_ccy), 0) as cost_amount,
        case
            when
                count(method_costs.cost_to_serve_amount_base_ccy)
                = count(method_costs.incremental_amount_base_ccy)
                then coalesce(sum(method_costs.incremental_amount_base_ccy), 0)
        end as incremental_amount
    from customers
    cross join methods
    left join method_costs using (customer_id, method_code)
    group by all
)

select
    holder_type,
    holder_id,
    count(*) as method_count,
    count(*) filter (where margin_amount < incremental_amount)
        as receiving_method_count,
    count(*) filter (where margin_amount > incremental_amount + common_amount)
        as paying_method_count,
    case
        when receiving_method_count = method_count then 'receives'
        when paying_method_count = method_count then 'pays'
        when count(margin_amount - incremental_amount - common_amount) < method_count
            then 'unknown'
        when receiving_method_count + paying_method_count = 0 then 'neither'
        else 'depends on the method'
    end as verdict,
    cast(min(margin_amount) as decimal(18, 2)) as margin_amount_base_ccy,
    cast(if(
        count(incremental_amount) = method_count, min(incremental_amount), null
    ) as decimal(18, 2))
        as least_incremental_amount_base_ccy,
    cast(if(
        count(incremental_amount + common_amount) = method_count,
        min(incremental_amount + common_amount), null
    ) as decimal(18, 2))
        as least_stand_alone_amount_base_ccy,
    cast(min(margin_amount - cost_amount) as decimal(18, 2))
        as least_surplus_amount_base_ccy,
    -- What is received or paid whichever method counts.
    cast(case verdict
        when 'receives' then min(incremental_amount - margin_amount)
        when 'pays' then min(margin_amount - incremental_amount - common_amount)
        else 0
    end as decimal(18, 2)) as robust_amount_base_ccy
from holders
group by holder_type, holder_id
