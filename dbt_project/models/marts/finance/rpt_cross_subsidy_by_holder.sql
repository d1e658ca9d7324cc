-- Grain: one row per kind of holder (segment, customer) and holder.
-- The test of incremental and stand-alone cost (Faulhaber) by every accepted method,
-- over the last year: who does not bring what it alone adds receives, who
-- brings more than serving it alone would cost pays. It counts if all methods agree.
with

method_costs as (select * from {{ ref('rpt_cost_to_serve_by_holder_method') }}),

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

accepted_methods as {{ in_force(
    ref('policy_accepted_methods'), ['method_code', 'driver_code']
) }},

-- Every accepted method counts, also where no customer bears any cost. Common is what
-- would stay if all customers went.
methods as (
    select
        accepted_methods.method_code,
        (select coalesce(sum(years.cost_to_serve_amount_base_ccy), 0) from years)
        + min(unborne_costs.amount)
        - if(
            count(company_costs.method_code) = 0, 0,
            min(company_costs.incremental_amount_base_ccy)
        ) as common_amount
    from accepted_methods
    cross join unborne_costs
    left join method_costs as company_costs
        on
            accepted_methods.method_code = company_costs.method_code
            and company_costs.holder_type = 'company'
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
        case
            when count(*) = count(customers.margin_amount)
                then sum(customers.margin_amount)
        end as margin_amount
    from customers
    group by all
),

tests as (
    select
        holders.holder_type,
        holders.holder_id,
        holders.margin_amount,
        coalesce(method_costs.cost_to_serve_amount_base_ccy, 0) as cost_amount,
        if(
            method_costs.holder_id is null, 0, method_costs.incremental_amount_base_ccy
        ) as incremental_amount,
        if(
            method_costs.holder_id is null, 0,
            method_costs.avoidable_alone_amount_base_ccy
        ) + methods.common_amount as stand_alone_amount
    from holders
    cross join methods
    left join method_costs using (holder_type, holder_id, method_code)
)

select
    holder_type,
    holder_id,
    count(*) as method_count,
    count(*) filter (where margin_amount < incremental_amount)
        as receiving_method_count,
    count(*) filter (where margin_amount > stand_alone_amount)
        as paying_method_count,
    case
        when receiving_method_count = method_count then 'receives'
        when paying_method_count = method_count then 'pays'
        when
            count(margin_amount - incremental_amount - stand_alone_amount)
            < method_count
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
        count(stand_alone_amount) = method_count, min(stand_alone_amount), null
    ) as decimal(18, 2))
        as least_stand_alone_amount_base_ccy,
    cast(min(margin_amount - cost_amount) as decimal(18, 2))
        as least_surplus_amount_base_ccy,
    -- What is received or paid whichever method counts.
    cast(case verdict
        when 'receives' then min(incremental_amount - margin_amount)
        when 'pays' then min(margin_amount - stand_alone_amount)
        else 0
    end as decimal(18, 2)) as robust_amount_base_ccy
from tests
group by holder_type, holder_id
