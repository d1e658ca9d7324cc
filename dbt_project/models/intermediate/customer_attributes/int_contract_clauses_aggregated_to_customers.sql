-- Grain: one row per customer and as-of date, where contracts are delivered.
-- Of several clauses in force the strictest counts; who has none promised nothing. A
-- clause in a unit that policy cannot convert makes its measure unknown, not zero.
with

customers as (select * from {{ ref('int_customers_resolved') }}),

contracts as (select * from {{ ref('stg_crm__contracts') }}),

windows as (select * from {{ ref('int_feature_windows') }}),

units as (
    select
        unit_spelling,
        factor_to_base,
        case dimension when 'share' then 'penalty' else dimension end as clause_type
    from {{ in_force(ref('policy_units'), ['unit_spelling']) }}
),

clauses as (
    select
        customers.customer_id,
        contracts.clause_type,
        contracts.valid_from_date,
        contracts.valid_to_date,
        contracts.clause_value * units.factor_to_base as clause_value
    from contracts
    inner join customers
        on
            customers.source_system = 'crm'
            and contracts.account_id = customers.source_customer_id
    left join units
        on
            {{ unit_spelling('contracts.clause_unit') }} = units.unit_spelling
            and contracts.clause_type = units.clause_type
),

customer_dates as (
    select distinct
        customers.customer_id,
        windows.as_of_date
    from customers
    cross join windows
    where {{ is_available('crm__contracts') }}
)

select
    customer_dates.customer_id,
    customer_dates.as_of_date,
    count(*) filter (where clauses.clause_type = 'otif') > 0 as has_otif_clause,
    {{ strictest_clause('frequency') }} as contracted_order_frequency_per_year,
    {{ strictest_clause('penalty') }} as contract_penalty_ratio
from customer_dates
left join clauses
    on
        customer_dates.customer_id = clauses.customer_id
        and customer_dates.as_of_date >= clauses.valid_from_date
        and coalesce(customer_dates.as_of_date < clauses.valid_to_date, true)
group by all
