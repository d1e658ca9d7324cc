-- Grain: one row per landing table, source and customer it says something of.
-- Industries come by tax id or DUNS number, risks by region, else by country; the last
-- value known counts. Our own value stands beside it: the industry of the CRM.
with

resolved as (select * from {{ ref('int_customers_resolved') }}),

customers as (select * from {{ ref('stg_erp__customers') }}),

industries as (
    select * from {{ ref('stg_ext__industries') }}
    qualify row_number() over (
        partition by source_name, {{ normalised_key('public_key') }}
        order by source_as_of_date desc, public_key
    ) = 1
),

geo_risks as (
    select * from {{ ref('stg_ext__geo_risks') }}
    qualify row_number() over (
        partition by
            source_name,
            {{ normalised_key("split_part(place_key, ':', 1)") }},
            {{ normalised_key("split_part(place_key, ':', 2)") }}
        order by source_as_of_date desc, place_key
    ) = 1
),

public_keys as (
    select distinct
        resolved.customer_id,
        unnest([
            {{ normalised_key('customers.tax_id') }},
            {{ normalised_key('customers.duns') }}
        ]) as public_key
    from customers
    inner join resolved
        on
            resolved.source_system = 'erp'
            and customers.customer_id = resolved.source_customer_id
),

masters as (
    select
        entity_key as customer_id,
        max(chosen_value) filter (where attribute = 'country_code') as country_code,
        max(chosen_value) filter (where attribute = 'region_name') as region_name,
        max(chosen_value) filter (where attribute = 'industry_code') as industry_code
    from {{ ref('int_master_values_chosen') }}
    where entity_type = 'customer' and chosen_from != 'ineffective'
    group by entity_key
),

matches as (
    select
        'ext__industries' as table_name,
        industries.source_name,
        public_keys.customer_id,
        public_keys.public_key as matched_key,
        industries.industry_code as external_value,
        masters.industry_code as own_value,
        1 as precision_rank,
        industries.source_as_of_date
    from industries
    inner join public_keys
        on {{ normalised_key('industries.public_key') }} = public_keys.public_key
    left join masters using (customer_id)
    union all
    select
        'ext__geo_risks' as table_name,
        geo_risks.source_name,
        masters.customer_id,
        geo_risks.place_key as matched_key,
        cast(geo_risks.risk_score as varchar) as external_value,
        null as own_value,
        case when contains(geo_risks.place_key, ':') then 1 else 2 end
            as precision_rank,
        geo_risks.source_as_of_date
    from geo_risks
    inner join masters
        on
            {{ normalised_key("split_part(geo_risks.place_key, ':', 1)") }}
            = {{ normalised_key('masters.country_code') }}
            and (
                not contains(geo_risks.place_key, ':')
                or {{ normalised_key("split_part(geo_risks.place_key, ':', 2)") }}
                = {{ normalised_key('masters.region_name') }}
            )
)

select * exclude (precision_rank)
from matches
qualify row_number() over (
    partition by table_name, source_name, customer_id
    order by precision_rank, source_as_of_date desc, matched_key
) = 1
