select
    -- ids
    product_id,
    supplier_id,

    -- attributes
    product_code,
    name as product_name,
    category_1,
    category_2,
    category_3,
    base_uom,
    temperature_class,
    coalesce(is_hazardous, false) as is_hazardous,
    currency_code as local_currency_code,
    lifecycle_stage,

    -- measures
    weight_kg,
    volume_m3,
    units_per_case,
    shelf_life_days,
    standard_cost as standard_cost_local_ccy,
    list_price as list_price_local_ccy,
    lead_time_days,
    lead_time_sd_days,

    -- dates
    valid_from as valid_from_date
from {{ source('raw', 'erp__products') }}
