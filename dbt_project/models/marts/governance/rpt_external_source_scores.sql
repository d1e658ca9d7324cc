-- Grain: one row per third-party landing table and source.
with

sources as (select * from {{ ref('int_external_sources_scored') }})

select
    table_name,
    source_name,
    cast(key_count as bigint) as key_count,
    latest_as_of_date,
    licence_note,
    coverage_ratio,
    freshness_ratio,
    cast(comparison_count as bigint) as comparison_count,
    agreement_ratio,
    score_ratio,
    minimum_score_ratio,
    verdict = 'use' as is_used,
    verdict
from sources
