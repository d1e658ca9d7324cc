-- Grain: one row per entity that anything names.
-- One that only holds stock or is only owed money is an entity too.
{% for model in [
    'stg_erp__order_lines', 'stg_erp__customers', 'stg_erp__invoice_lines',
    'stg_erp__receivables', 'stg_erp__charges', 'stg_tms__shipments',
    'stg_tms__freight_charges', 'stg_wms__warehouses', 'stg_crm__service_cases',
    'stg_crm__activities', 'stg_gl__journal_lines', 'stg_gl__periods'
] %}
    select entity_code from {{ ref(model) }}
    where entity_code is not null
    {% if not loop.last %}union{% endif %}
{% endfor %}
