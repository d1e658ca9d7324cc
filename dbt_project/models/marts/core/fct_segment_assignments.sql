-- Grain: one row per customer, valid-from date and recording.
-- Append-only and bitemporal: rows of former releases stay as they are. A move closes
-- the open interval by a new recording of the same valid-from date and opens another;
-- so does the beginning or end of a guard's or a person's word. A correction re-records
-- former intervals; an unchanged customer adds nothing. The last recorded row counts.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

history as (
    select * from {{ ref('stg_refresh__previous_segment_assignments') }}
),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

intervals as (select * from {{ ref('int_segment_intervals_corrected') }}),

last_intervals as (
    select * from intervals
    where is_last
),

compared as (
    select
        last_intervals.customer_id,
        last_intervals.valid_from_date,
        assignments.customer_id is not null
        and last_intervals.segment_code = assignments.segment_code
        and last_intervals.valid_to_date is null
        and (
            last_intervals.assigned_by = assignments.assigned_by
            or (
                last_intervals.assigned_by in ('model', 'rule')
                and assignments.assigned_by in ('model', 'rule')
            )
        ) as is_unchanged
    from last_intervals
    left join assignments using (customer_id)
),

-- A customer no longer assigned (merged into another) is closed, not forgotten.
former_rows as (
    select
        intervals.customer_id,
        intervals.segment_code,
        intervals.model_version,
        intervals.assigned_by,
        intervals.reason,
        intervals.valid_from_date,
        case
            when intervals.valid_to_date is null and not compared.is_unchanged
                then greatest(refresh.as_of_date, intervals.valid_from_date)
            else intervals.valid_to_date
        end as valid_to_date,
        intervals.is_correction
        or (intervals.valid_to_date is null and not compared.is_unchanged) as is_new
    from intervals
    cross join refresh
    left join compared using (customer_id, valid_from_date)
),

opened_rows as (
    select
        assignments.customer_id,
        assignments.segment_code,
        assignments.model_version,
        assignments.assigned_by,
        assignments.reason,
        -- Never before what is known already, even at an earlier as-of date.
        greatest(
            refresh.as_of_date,
            last_intervals.valid_from_date,
            last_intervals.valid_to_date
        ) as valid_from_date,
        cast(null as date) as valid_to_date
    from assignments
    cross join refresh
    left join last_intervals using (customer_id)
    left join compared using (customer_id)
    where not coalesce(compared.is_unchanged, false)
),

new_rows as (
    select former_rows.* exclude (former_rows.is_new)
    from former_rows
    left join opened_rows using (customer_id, valid_from_date)
    where former_rows.is_new and opened_rows.customer_id is null
    union all
    select * from opened_rows
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
