-- Grain: one row per feature table, attribute and landing column it is made of.
with

lineage as (select * from {{ ref('ref_attribute_lineage') }})

select
    table_name,
    attribute,
    source_table,
    source_column
from lineage
