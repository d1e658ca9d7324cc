-- Grain: one row per customer and valid-from date that an override re-records.
-- Known intervals are cut where the override begins and ends; in between it decides,
-- before and after what was known stays. The mistake stays too: as recorded earlier.
with

intervals as (select * from {{ ref('int_segment_history_known') }}),

overrides as (
    select * from {{ ref('int_segment_overrides_judged') }}
    where is_last_correction
),

mistakes as (
    select
        intervals.*,
        overrides.override_id,
        overrides.segment_code as right_segment_code,
        overrides.reason as override_reason,
        overrides.approved_by,
        greatest(overrides.valid_from_date, intervals.valid_from_date)
            as wrong_from_date,
        case
            when overrides.valid_to_date <= {{ as_of_date() }}
                then least(overrides.valid_to_date, intervals.valid_to_date)
            else intervals.valid_to_date
        end as wrong_to_date
    from intervals
    inner join overrides
        on
            intervals.customer_id = overrides.customer_id
            and intervals.segment_code != overrides.segment_code
            and coalesce(intervals.valid_to_date, cast('9999-12-31' as date))
            > overrides.valid_from_date
            and intervals.valid_from_date < overrides.valid_to_date
),

pieces as (
    select
        customer_id,
        segment_code,
        model_version,
        assigned_by,
        reason,
        valid_from_date,
        wrong_from_date as valid_to_date
    from mistakes
    where valid_from_date < wrong_from_date
    union all
    select
        customer_id,
        right_segment_code as segment_code,
        model_version,
        'override' as assigned_by,
        'override ' || override_id || ' instead of ' || segment_code
        || ', approved by ' || approved_by || ': ' || override_reason as reason,
        wrong_from_date as valid_from_date,
        wrong_to_date as valid_to_date
    from mistakes
    union all
    select
        customer_id,
        segment_code,
        model_version,
        assigned_by,
        reason,
        wrong_to_date as valid_from_date,
        valid_to_date
    from mistakes
    where wrong_to_date is distinct from valid_to_date
)

select
    customer_id,
    segment_code,
    model_version,
    assigned_by,
    reason,
    valid_from_date,
    valid_to_date
from pieces
