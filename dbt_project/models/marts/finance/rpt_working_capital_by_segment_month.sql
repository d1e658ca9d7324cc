-- Grain: one row per segment and fiscal period.
-- Customers added up under their current segment; days follow from the sums. What no
-- customer stands for is a segment of its own, `unattributed`.
with

working_capital as (
    select * from {{ ref('rpt_working_capital_by_customer_month') }}
),

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

current_segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

segment_months as (
    select
        case
            when working_capital.customer_id = 'unattributed' then 'unattributed'
            else coalesce(current_segments.segment_code, 'unassigned')
        end as segment_code,
        fiscal_period,
        max(working_capital.day_count) as day_count,
        {{ known_sum('working_capital.receivable_amount_base_ccy') }}
            as receivable_amount,
        {{ known_sum('working_capital.inventory_amount_base_ccy') }}
            as inventory_amount,
        {{ known_sum('working_capital.receivable_charge_amount_base_ccy') }}
            as receivable_charge,
        {{ known_sum('working_capital.inventory_charge_amount_base_ccy') }}
            as inventory_charge,
        {{ known_sum('working_capital.capital_charge_amount_base_ccy') }}
            as capital_charge,
        sum(customer_months.net_sales_amount_base_ccy) as net_sales_amount,
        case
            when
                count(customer_months.customer_id)
                = count(customer_months.cogs_amount_base_ccy)
                then sum(customer_months.cogs_amount_base_ccy)
        end as cogs_amount
    from working_capital
    left join customer_months using (customer_id, fiscal_period)
    left join current_segments using (customer_id)
    group by all
)

select
    segment_code,
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
    cast(receivable_charge as decimal(18, 2)) as receivable_charge_amount_base_ccy,
    cast(inventory_charge as decimal(18, 2)) as inventory_charge_amount_base_ccy,
    cast(capital_charge as decimal(18, 2)) as capital_charge_amount_base_ccy
from segment_months
