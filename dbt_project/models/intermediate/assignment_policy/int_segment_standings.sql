-- Grain: one row per customer with a segment before this refresh.
-- Where it is, since when, how often it moved of late, and who challenges that. Ways to
-- and from the codes that rules give are no moves.
with

intervals as (select * from {{ ref('int_segment_intervals_corrected') }}),

decisions as (select * from {{ ref('stg_refresh__previous_segment_decisions') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

compared as (
    select
        *,
        lag(segment_code) over customer_intervals as former_segment_code
    from intervals
    window customer_intervals as (
        partition by customer_id
        order by valid_from_date
    )
),

arrivals as (
    select
        compared.customer_id,
        max(compared.valid_from_date) as stay_since_date,
        count(*) filter (
            where
            compared.former_segment_code not in ('EXC', 'UNC')
            and compared.segment_code not in ('EXC', 'UNC')
            and compared.valid_from_date > refresh.as_of_date
            - cast({{ threshold('assignment_move_cap_days') }} as integer)
        ) as move_count
    from compared
    cross join refresh
    where compared.segment_code is distinct from compared.former_segment_code
    group by compared.customer_id
),

last_intervals as (
    select * from intervals
    qualify row_number() over (
        partition by customer_id
        order by valid_from_date desc
    ) = 1
),

last_decisions as (
    select * from decisions
    qualify row_number() over (
        partition by customer_id
        order by recorded_at desc
    ) = 1
)

select
    customer_id,
    last_intervals.segment_code,
    arrivals.stay_since_date,
    arrivals.move_count,
    last_decisions.challenger_segment_code,
    last_decisions.challenger_streak_count,
    last_decisions.challenger_counted_date
from last_intervals
inner join arrivals using (customer_id)
left join last_decisions using (customer_id)
