-- Grain: one row per customer and fiscal period with receivables, stock or sales.
-- Averages over the period's days; a table that is not delivered, or a period none of
-- whose stock has a value, leaves its part null, and the charge is for the parts that
-- are known. What no customer stands for is
-- `unattributed`. The charge is of capital, and in no allocated cost.
with

receivables as (select * from {{ ref('int_receivables_averaged') }}),

stocks as (select * from {{ ref('int_stock_values_shared') }}),

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

period_days as (
    select
        entity_code,
        fiscal_period,
        count(*) as day_count
    from {{ ref('int_fiscal_days') }}
    where calendar_date <= {{ as_of_date() }}
    group by all
),

periods as (
    select
        fiscal_period,
        max(day_count) as day_count
    from period_days
    group by fiscal_period
),

stocked_periods as (select distinct fiscal_period from stocks),

balances as (
    select
        customer_id,
        fiscal_period,
        periods.day_count,
        customer_months.net_sales_amount_base_ccy as net_sales_amount,
        customer_months.cogs_amount_base_ccy as cogs_amount,
        case
            when not {{ is_available('erp__receivables') }} then null
            when receivables.customer_id is null then 0
            else receivables.receivable_amount_base_ccy
        end as receivable_amount,
        case
            when not {{ is_available('wms__inventory_balances') }} then null
            when stocks.customer_id is null
                then if(stocked_periods.fiscal_period is null, null, 0)
            else stocks.inventory_amount_base_ccy
        end as inventory_amount,
        {{ threshold('capital_charge_ratio_per_year') }}
        * periods.day_count / {{ threshold('days_per_year') }} as charge_ratio
    from customer_months
    full outer join receivables using (customer_id, fiscal_period)
    full outer join stocks using (customer_id, fiscal_period)
    inner join periods using (fiscal_period)
    left join stocked_periods using (fiscal_period)
    where
        {{ is_available('erp__receivables') }}
        or {{ is_available('wms__inventory_balances') }}
),

charges as (
    select
        *,
        cast(round(receivable_amount * charge_ratio, 2) as decimal(18, 2))
            as receivable_charge,
        cast(round(inventory_amount * charge_ratio, 2) as decimal(18, 2))
            as inventory_charge
    from balances
)

select
    customer_id,
    fiscal_period,
    day_count,
    cast(receivable_amount as decimal(18, 2)) as receivable_amount_base_ccy,
    cast(inventory_amount as decimal(18, 2)) as inventory_amount_base_ccy,
    case
        when net_sales_amount > 0
            then cast(
                receivable_amount * day_count / net_sales_amount as decimal(18, 2)
            )
    end as receivable_days,
    case
        when cogs_amount > 0
            then cast(inventory_amount * day_count / cogs_amount as decimal(18, 2))
    end as inventory_days,
    receivable_charge as receivable_charge_amount_base_ccy,
    inventory_charge as inventory_charge_amount_base_ccy,
    case
        when receivable_charge is not null or inventory_charge is not null
            then cast(
                coalesce(receivable_charge, 0) + coalesce(inventory_charge, 0)
                as decimal(18, 2)
            )
    end as capital_charge_amount_base_ccy
from charges
