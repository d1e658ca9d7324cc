-- Grain: one row per source system and identifier a customer is known by.
-- Ids met only on order lines or in references count too: nothing disappears.
with

erp_customers as (select * from {{ ref('stg_erp__customers') }}),

crm_accounts as (select * from {{ ref('stg_crm__accounts') }}),

tms_consignees as (select * from {{ ref('stg_tms__consignees') }}),

id_references as (select * from {{ ref('stg_mdm__id_references') }}),

order_lines as (select * from {{ ref('stg_erp__order_lines') }}),

identifiers as (
    select
        'erp' as source_system,
        customer_id as source_customer_id,
        tax_id,
        duns,
        opened_date
    from erp_customers
    union all
    select
        'crm' as source_system,
        account_id as source_customer_id,
        null as tax_id,
        null as duns,
        null as opened_date
    from crm_accounts
    union all
    select
        'tms' as source_system,
        consignee_id as source_customer_id,
        tax_id,
        null as duns,
        null as opened_date
    from tms_consignees
    union all
    select distinct
        'erp' as source_system,
        sold_to_id as source_customer_id,
        null as tax_id,
        null as duns,
        null as opened_date
    from order_lines
    union all
    select
        from_system as source_system,
        from_id as source_customer_id,
        null as tax_id,
        null as duns,
        null as opened_date
    from id_references
    union all
    select
        to_system as source_system,
        to_id as source_customer_id,
        null as tax_id,
        null as duns,
        null as opened_date
    from id_references
)

select
    source_system || ':' || source_customer_id as identifier_key,
    source_system,
    source_customer_id,
    max({{ normalised_key('tax_id') }}) as tax_key,
    max({{ normalised_key('duns') }}) as duns_key,
    min(opened_date) as opened_date
from identifiers
where source_customer_id is not null
group by all
