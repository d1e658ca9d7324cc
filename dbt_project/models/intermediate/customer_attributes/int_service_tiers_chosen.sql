-- Grain: one row per customer with a CRM account.
-- Of several accounts the best tier counts: tiers are lettered. One strategic account
-- makes the customer strategic.
with

accounts as (select * from {{ ref('stg_crm__accounts') }}),

identifiers as (
    select * from {{ ref('int_customers_resolved') }}
    where source_system = 'crm'
)

select
    identifiers.customer_id,
    min(accounts.crm_tier_code) as service_tier,
    bool_or(accounts.is_strategic) as is_strategic
from accounts
inner join identifiers on accounts.account_id = identifiers.source_customer_id
group by identifiers.customer_id
