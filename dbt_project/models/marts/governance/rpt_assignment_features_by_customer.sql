-- Grain: one row per customer of this release and attribute of the segmentation.
with

contributions as (select * from {{ ref('stg_segmentation__assignment_reasons') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }})

select
    contributions.customer_id,
    refresh.release_id,
    contributions.model_version,
    contributions.segment_code,
    contributions.feature_name,
    contributions.feature_value,
    contributions.scaled_value,
    contributions.centroid_value,
    contributions.contribution_ratio,
    contributions.flip_feature_value,
    contributions.flips_to_segment_code
from contributions
cross join refresh
