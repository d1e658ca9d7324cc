-- Grain: one row per soft factor and customer it would move.
-- With the factor where it does not count, without it where it does; with the sales
-- that would move along.
with

influences as (select * from {{ ref('stg_segmentation__feature_influence') }}),

features as (select * from {{ ref('ftr_customers') }})

select
    influences.factor_name,
    customer_id,
    influences.model_version,
    influences.is_in_model,
    influences.segment_code,
    influences.other_segment_code,
    influences.factor_value,
    features.net_sales_amount_base_ccy
from influences
inner join features using (customer_id)
