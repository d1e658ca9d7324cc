-- Grain: one row per release, event, former and following segment.
-- What a new model made of the segments: a following segment inherits the code
-- (continued) or is new; a former one whose code is gone is retired. A former segment
-- that lost a policy share or more to each of several splits, a following one that took
-- as much of each of several merges. Append-only.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

models as (
    select * from {{ ref('stg_segmentation__models') }}
    where approval_status != 'in_force'
),

history as (select * from {{ ref('stg_refresh__previous_segment_events') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

shared as (
    select
        previous_segment_code as from_segment_code,
        model_segment_code as to_segment_code,
        count(*) as customer_count
    from assignments
    where model_segment_code not in ('EXC', 'UNC')
    group by all
),

flows as (
    select
        shared.*,
        shared.customer_count
        >= {{ threshold('segment_event_share_ratio') }}
        * sum(shared.customer_count)
            over (partition by shared.from_segment_code)
            as is_part
    from shared
    where shared.from_segment_code not in ('EXC', 'UNC')
),

parts as (
    select
        *,
        count(*) over (partition by from_segment_code) as following_count,
        count(*) over (partition by to_segment_code) as former_count
    from flows
    where is_part
),

sizes as (
    select
        to_segment_code,
        cast(sum(customer_count) as bigint) as customer_count
    from shared
    group by all
),

former_sizes as (
    select
        from_segment_code,
        cast(sum(customer_count) as bigint) as customer_count
    from flows
    group by all
),

events as (
    select
        case
            when former_sizes.from_segment_code is null then 'new' else 'continued'
        end as event_type,
        coalesce(former_sizes.from_segment_code, 'none') as from_segment_code,
        sizes.to_segment_code,
        sizes.customer_count
    from sizes
    left join former_sizes on sizes.to_segment_code = former_sizes.from_segment_code
    union all
    select
        'retired' as event_type,
        former_sizes.from_segment_code,
        'none' as to_segment_code,
        former_sizes.customer_count
    from former_sizes
    left join sizes on former_sizes.from_segment_code = sizes.to_segment_code
    where sizes.to_segment_code is null
    union all
    select
        'split' as event_type,
        from_segment_code,
        to_segment_code,
        customer_count
    from parts
    where following_count > 1
    union all
    select
        'merged' as event_type,
        from_segment_code,
        to_segment_code,
        customer_count
    from parts
    where former_count > 1
)

select
    release_id,
    model_version,
    event_type,
    from_segment_code,
    to_segment_code,
    customer_count,
    event_date,
    recorded_at
from history
union all
select
    refresh.release_id,
    models.model_version,
    events.event_type,
    events.from_segment_code,
    events.to_segment_code,
    events.customer_count,
    refresh.as_of_date,
    refresh.recorded_at
from events
cross join models
cross join refresh
