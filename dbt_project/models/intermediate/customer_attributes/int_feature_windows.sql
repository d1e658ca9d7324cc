-- Grain: one row per date attributes are computed at: now, and one earlier window that
-- shows how stable they are over time.
with

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

as_of_dates as (
    select
        as_of_date,
        true as is_current
    from refresh
    union all
    select
        {{ add_months(
            'as_of_date', '-' ~ threshold('window_shift_months')
        ) }} as as_of_date,
        false as is_current
    from refresh
)

select
    as_of_date,
    is_current,
    {{ add_months('as_of_date', '-' ~ threshold('feature_window_months')) }} + 1
        as window_start_date
from as_of_dates
