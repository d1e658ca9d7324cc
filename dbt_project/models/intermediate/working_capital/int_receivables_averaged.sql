-- Grain: one row per customer and fiscal period.
-- What the customer owed on an average day of the period, at the rate of its last day;
-- null where there is none. An item is open from its posting (else from its due date)
-- to the day before it is cleared; one without an entity is that of the customer's home
-- entity, else of the first.
with

receivables as (select * from {{ ref('stg_erp__receivables') }}),

customers as (
    select * from {{ ref('int_customers_resolved') }}
    where source_system = 'erp'
),

home_entities as (select * from {{ ref('int_customer_home_entities_chosen') }}),

closing_rates as (
    select * from {{ ref('int_exchange_rates_daily') }}
    where rate_type = {{ setting('stock_rate_type') }}
),

periods as (
    select
        entity_code,
        fiscal_period,
        min(calendar_date) as first_date,
        max(calendar_date) as last_date,
        count(*) as day_count
    from {{ ref('int_fiscal_days') }}
    where calendar_date <= {{ as_of_date() }}
    group by all
),

open_items as (
    select
        coalesce(customers.customer_id, 'unattributed') as customer_id,
        coalesce(
            receivables.entity_code,
            home_entities.entity_code,
            (select min(periods.entity_code) from periods)
        ) as entity_code,
        receivables.local_currency_code,
        receivables.amount_local_ccy,
        coalesce(receivables.posting_date, receivables.due_date) as opened_date,
        coalesce(receivables.cleared_date, cast('9999-12-31' as date)) as cleared_date
    from receivables
    left join customers on receivables.customer_id = customers.source_customer_id
    left join home_entities on customers.customer_id = home_entities.customer_id
),

-- One row per item becomes one per period in which it was open.
open_days as (
    select
        open_items.customer_id,
        open_items.entity_code,
        periods.fiscal_period,
        periods.day_count,
        {{ to_base_amount(
            'open_items.amount_local_ccy', 'closing_rates.base_ccy_per_local_ccy'
        ) }} as amount_base_ccy,
        least(open_items.cleared_date, periods.last_date + 1)
        - greatest(open_items.opened_date, periods.first_date) as open_day_count
    from open_items
    inner join periods
        on
            open_items.entity_code = periods.entity_code
            and open_items.opened_date <= periods.last_date
            and open_items.cleared_date > periods.first_date
            -- Paid before it was due: not open on any day that is known.
            and open_items.cleared_date > open_items.opened_date
    left join closing_rates
        on
            open_items.local_currency_code = closing_rates.currency_code
            and periods.last_date = closing_rates.calendar_date
),

entity_balances as (
    select
        customer_id,
        entity_code,
        fiscal_period,
        cast(round(
            {{ known_sum('amount_base_ccy * open_day_count') }} / day_count, 2
        ) as decimal(18, 2)) as receivable_amount
    from open_days
    group by customer_id, entity_code, fiscal_period, day_count
)

select
    customer_id,
    fiscal_period,
    cast({{ known_sum('receivable_amount') }} as decimal(18, 2))
        as receivable_amount_base_ccy
from entity_balances
group by all
