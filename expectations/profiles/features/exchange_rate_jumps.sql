-- Grain: one row.
-- From one quote to the next, up or down; the largest step is named.
with

quotes as (
    select
        currency_code || ' on ' || rate_date || ', ' || rate_type as quote,
        cast(base_ccy_per_local_ccy as double) as rate,
        cast(lag(base_ccy_per_local_ccy) over (
            partition by currency_code, rate_type
            order by rate_date
        ) as double) as former_rate
    from intermediate.int_exchange_rates_quoted
),

steps as (
    select
        quote,
        greatest(rate / former_rate, former_rate / rate) as step_ratio
    from quotes
    where rate > 0 and former_rate > 0
)

select
    (select count(*) from raw.erp__exchange_rates) as examined_row_count,
    coalesce(max(step_ratio), 1) as largest_step_ratio,
    (select quote from steps order by step_ratio desc, quote limit 1) as first_case
from steps
