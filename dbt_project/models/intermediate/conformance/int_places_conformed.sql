-- Grain: one row per source system and account, its place as policy spells it.
-- The zone is that of the most specific policy row: the longest postcode prefix, then
-- the region, then the country; without a row the country is the zone.
with

accounts as (select * from {{ ref('int_customer_accounts_unioned') }}),

places as (
    select
        source_system,
        source_customer_id,
        country_code as stated_country,
        region_name as stated_region,
        postal_code
    from accounts
),

spellings as (
    select * from {{ in_force(
        ref('policy_spellings'), ['attribute', 'country_code', 'spelling']
    ) }}
),

zones as (
    select * from {{ in_force(
        ref('policy_zones'), ['country_code', 'region_name', 'postal_prefix']
    ) }}
),

countries as (
    select
        places.*,
        coalesce(spellings.conformed_value, upper(trim(places.stated_country)))
            as country_code
    from places
    left join spellings
        on
            spellings.attribute = 'country_code'
            and {{ normalised_key('places.stated_country') }}
            = {{ normalised_key('spellings.spelling') }}
),

regions as (
    select
        countries.*,
        coalesce(spellings.conformed_value, trim(countries.stated_region))
            as region_name
    from countries
    left join spellings
        on
            spellings.attribute = 'region_name'
            and countries.country_code = spellings.country_code
            and {{ normalised_key('countries.stated_region') }}
            = {{ normalised_key('spellings.spelling') }}
)

select
    regions.source_system,
    regions.source_customer_id,
    regions.stated_country,
    regions.stated_region,
    regions.country_code,
    regions.region_name,
    regions.postal_code,
    coalesce(zones.zone_code, regions.country_code) as zone_code
from regions
left join zones
    on
        regions.country_code = zones.country_code
        and (
            zones.region_name = '*'
            or {{ normalised_key('regions.region_name') }}
            = {{ normalised_key('zones.region_name') }}
        )
        and starts_with(
            coalesce({{ normalised_key('regions.postal_code') }}, ''),
            coalesce({{ normalised_key('zones.postal_prefix') }}, '')
        )
qualify row_number() over (
    partition by regions.source_system, regions.source_customer_id
    order by
        length({{ normalised_key('zones.postal_prefix') }}) desc nulls last,
        zones.region_name != '*' desc nulls last,
        zones.zone_code
) = 1
