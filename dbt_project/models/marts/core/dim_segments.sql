-- Grain: one row per model version and segment.
-- Segments of former model versions stay: assignments made under them refer to them.
with

segments as (select * from {{ ref('stg_segmentation__segments') }}),

former_segments as (select * from {{ ref('stg_refresh__previous_segments') }})

select
    model_version,
    segment_code,
    segment_name,
    definition,
    cast(customer_count as bigint) as customer_count,
    mean_jaccard_ratio,
    label_fidelity_ratio,
    true as is_current
from segments
union all
select
    former_segments.model_version,
    former_segments.segment_code,
    former_segments.segment_name,
    former_segments.definition,
    former_segments.customer_count,
    former_segments.mean_jaccard_ratio,
    former_segments.label_fidelity_ratio,
    false as is_current
from former_segments
left join segments using (model_version, segment_code)
where segments.segment_code is null
