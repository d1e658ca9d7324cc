-- Grain: one row, this release compared with the one before.
-- Share of common customers that stayed, and the adjusted Rand index of where the model
-- wants them now against where they were: from pairs of customers put together.
with

assignments as (
    select * from {{ ref('stg_segmentation__assignments') }}
    where
        previous_segment_code not in ('EXC', 'UNC')
        and model_segment_code not in ('EXC', 'UNC')
),

models as (select * from {{ ref('stg_segmentation__models') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

cells as (
    select
        previous_segment_code,
        model_segment_code,
        count(*) as customer_count
    from assignments
    group by all
),

former_segments as (
    select sum(customer_count) as customer_count
    from cells
    group by previous_segment_code
),

wanted_segments as (
    select sum(customer_count) as customer_count
    from cells
    group by model_segment_code
),

pairs as (
    select
        sum({{ pairs_of('customer_count') }}) as together_count,
        (
            select sum({{ pairs_of('customer_count') }}) from former_segments
        ) as former_pair_count,
        (
            select sum({{ pairs_of('customer_count') }}) from wanted_segments
        ) as wanted_pair_count,
        {{ pairs_of('sum(customer_count)') }} as pair_count
    from cells
),

indices as (
    select
        case
            when pair_count = 0 then null
            when former_pair_count + wanted_pair_count = 2 * together_count then 1
            else
                (together_count - former_pair_count * wanted_pair_count / pair_count)
                / (
                    (former_pair_count + wanted_pair_count) / 2
                    - former_pair_count * wanted_pair_count / pair_count
                )
        end as rand_index
    from pairs
),

counts as (
    select
        count(*) as common_customer_count,
        count(*) filter (where not has_moved) as stayed_customer_count
    from assignments
)

select
    refresh.release_id,
    models.model_version,
    models.approval_status,
    counts.common_customer_count,
    counts.stayed_customer_count,
    {{ ratio('counts.stayed_customer_count', 'counts.common_customer_count') }}
        as stayed_ratio,
    indices.rand_index as membership_rand_index,
    case
        when indices.rand_index is null then 'nothing_to_compare'
        when
            indices.rand_index >= {{ threshold('membership_keep_rand_index') }}
            then 'keep'
        when
            indices.rand_index >= {{ threshold('membership_recalibrate_rand_index') }}
            then 'recalibrate'
        else 're_cluster'
    end as verdict
from refresh
cross join models
cross join counts
cross join indices
