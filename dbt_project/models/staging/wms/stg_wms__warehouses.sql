select
    -- ids
    warehouse_id,
    entity_code,

    -- attributes
    name as warehouse_name,
    country_code,
    region as region_name,
    capacity_unit as capacity_unit_code,
    temperature_class,

    -- measures
    capacity as capacity_qty
from {{ source('raw', 'wms__warehouses') }}
