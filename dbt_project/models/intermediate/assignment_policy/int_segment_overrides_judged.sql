-- Grain: one row per override a person gave.
-- Of several in time for one customer the one decided last counts. One that began on a
-- former day also corrects what was recorded of the days since.
with

overrides as (select * from {{ ref('policy_segment_overrides') }}),

customers as (
    select distinct customer_id
    from {{ ref('int_customers_resolved') }}
),

dated as (
    select
        *,
        decided_on <= {{ as_of_date() }} as is_decided,
        decided_on <= {{ as_of_date() }}
        and valid_from <= {{ as_of_date() }}
        and valid_to > {{ as_of_date() }} as is_in_time,
        decided_on <= {{ as_of_date() }}
        and valid_from < {{ as_of_date() }} as is_correction
    from overrides
),

ranked as (
    select
        *,
        row_number() over (
            partition by customer_id, is_in_time
            order by decided_on desc, override_id desc
        ) as in_time_rank,
        row_number() over (
            partition by customer_id, is_correction
            order by decided_on desc, override_id desc
        ) as correction_rank
    from dated
)

select
    ranked.override_id,
    ranked.customer_id,
    ranked.segment_code,
    ranked.valid_from as valid_from_date,
    ranked.valid_to as valid_to_date,
    ranked.reason,
    ranked.requested_by,
    ranked.approved_by,
    ranked.decided_on as decided_date,
    case
        when not ranked.is_decided or ranked.valid_from > {{ as_of_date() }}
            then 'not_yet_in_force'
        when not ranked.is_in_time then 'expired'
        when customers.customer_id is null then 'unknown_customer'
        when ranked.in_time_rank > 1 then 'superseded'
        else 'in_force'
    end as override_status,
    ranked.is_correction and ranked.correction_rank = 1 as is_last_correction
from ranked
left join customers using (customer_id)
