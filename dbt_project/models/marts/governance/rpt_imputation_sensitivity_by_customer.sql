-- Grain: one row per customer of this release.
-- A segment is decided by imputation where another plausible value of what was filled
-- in would have led elsewhere; who lacks too much is in no segment and says why.
with

sensitivities as (select * from {{ ref('stg_segmentation__imputation_sensitivity') }}),

features as (select * from {{ ref('ftr_customers') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }})

select
    customer_id,
    refresh.release_id,
    sensitivities.model_version,
    sensitivities.segment_code,
    sensitivities.imputed_attributes,
    sensitivities.alternative_count,
    sensitivities.is_decided_by_imputation,
    sensitivities.alternative_segments,
    features.exclusion_reason,
    features.net_sales_amount_base_ccy
from sensitivities
inner join features using (customer_id)
cross join refresh
