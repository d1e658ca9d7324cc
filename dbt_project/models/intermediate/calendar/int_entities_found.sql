-- Grain: one row per entity that anything names.
-- One that only holds stock or is only owed money is an entity too.
with

named as (
    select entity_code from {{ ref('stg_erp__order_lines') }}
    union distinct
    select entity_code from {{ ref('stg_erp__customers') }}
    union distinct
    select entity_code from {{ ref('stg_erp__invoice_lines') }}
    union distinct
    select entity_code from {{ ref('stg_erp__receivables') }}
    union distinct
    select entity_code from {{ ref('stg_erp__charges') }}
    union distinct
    select entity_code from {{ ref('stg_tms__shipments') }}
    union distinct
    select entity_code from {{ ref('stg_tms__freight_charges') }}
    union distinct
    select entity_code from {{ ref('stg_wms__warehouses') }}
    union distinct
    select entity_code from {{ ref('stg_crm__service_cases') }}
    union distinct
    select entity_code from {{ ref('stg_crm__activities') }}
    union distinct
    select entity_code from {{ ref('stg_gl__journal_lines') }}
    union distinct
    select entity_code from {{ ref('stg_gl__periods') }}
)

select entity_code from named
where entity_code is not null
