-- Grain: one row per customer, valid-from date and recording.
-- Append-only and bitemporal: rows of former releases stay as they are. A move closes
-- the open interval by a new recording of the same valid-from date and opens another;
-- an unchanged customer adds nothing. The last recorded row of an interval counts.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

history as (
    select * from {{ ref('stg_refresh__previous_segment_assignments') }}
),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

intervals_in_force as (
    select *
    from history
    qualify row_number() over (
        partition by customer_id
        order by valid_from_date desc, recorded_at desc
    ) = 1
),

-- A customer no longer assigned (merged into another) is closed, not forgotten.
closed_intervals as (
    select
        intervals_in_force.customer_id,
        intervals_in_force.segment_code,
        intervals_in_force.model_version,
        intervals_in_force.assigned_by,
        intervals_in_force.reason,
        intervals_in_force.valid_from_date,
        greatest(refresh.as_of_date, intervals_in_force.valid_from_date)
            as valid_to_date
    from intervals_in_force
    cross join refresh
    left join assignments using (customer_id)
    where
        intervals_in_force.valid_to_date is null
        and intervals_in_force.segment_code is distinct from assignments.segment_code
),

opened_intervals as (
    select
        assignments.customer_id,
        assignments.segment_code,
        assignments.model_version,
        assignments.assigned_by,
        assignments.reason,
        -- Never before what is known already, even at an earlier as-of date.
        greatest(
            refresh.as_of_date,
            intervals_in_force.valid_from_date,
            intervals_in_force.valid_to_date
        ) as valid_from_date,
        cast(null as date) as valid_to_date
    from assignments
    cross join refresh
    left join intervals_in_force using (customer_id)
    where
        intervals_in_force.segment_code is distinct from assignments.segment_code
        or intervals_in_force.valid_to_date is not null
),

new_rows as (
    select closed_intervals.*
    from closed_intervals
    left join opened_intervals using (customer_id, valid_from_date)
    where opened_intervals.customer_id is null
    union all
    select * from opened_intervals
)

select
    customer_id,
    segment_code,
    model_version,
    assigned_by,
    reason,
    valid_from_date,
    valid_to_date,
    recorded_at,
    release_id
from history
union all
select
    new_rows.customer_id,
    new_rows.segment_code,
    new_rows.model_version,
    new_rows.assigned_by,
    new_rows.reason,
    new_rows.valid_from_date,
    new_rows.valid_to_date,
    refresh.recorded_at,
    refresh.release_id
from new_rows
cross join refresh
