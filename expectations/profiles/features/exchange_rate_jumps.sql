-- Grain: one row.
-- From one quote to the next, up or down. A limit that policy lacks counts as none.
with

limits as (
    select arg_max(value, valid_from) as jump_ratio
    from policy.policy_thresholds
    cross join raw.refresh_parameters
    where name = 'exchange_rate_jump_ratio' and valid_from <= as_of_date
),

steps as (
    select
        currency_code,
        rate_date,
        rate_type,
        base_ccy_per_local_ccy as rate,
        lag(base_ccy_per_local_ccy) over (
            partition by currency_code, rate_type
            order by rate_date
        ) as former_rate
    from intermediate.int_exchange_rates_quoted
),

jumps as (
    select steps.*
    from steps
    inner join limits
        on
            steps.rate > steps.former_rate * limits.jump_ratio
            or steps.former_rate > steps.rate * limits.jump_ratio
)

select
    (select count(*) from raw.erp__exchange_rates) as examined_row_count,
    count(*) as jump_count,
    min(currency_code || ' on ' || rate_date || ', ' || rate_type) as first_case
from jumps
