-- Grain: one row per landing table and source, held against our own data.
-- An industry agrees if it equals the CRM's as far as both go; a pair of places if the
-- riskier one is also delivered late more often.
with

matches as (select * from {{ ref('int_external_values_matched') }}),

listed_sources as (
    select
        'ext__industries' as table_name,
        source_name,
        max(source_as_of_date) as latest_as_of_date,
        max(licence_note) as licence_note,
        count(distinct public_key) as key_count
    from {{ ref('stg_ext__industries') }}
    group by source_name
    union all
    select
        'ext__geo_risks' as table_name,
        source_name,
        max(source_as_of_date) as latest_as_of_date,
        max(licence_note) as licence_note,
        count(distinct place_key) as key_count
    from {{ ref('stg_ext__geo_risks') }}
    group by source_name
),

deliveries as (
    select * from {{ ref('int_deliveries_aggregated_to_customers') }}
    where as_of_date = {{ as_of_date() }}
),

own_values as (
    select
        *,
        {{ normalised_key('own_value') }} as own_key
    from matches
    where own_value is not null
),

late_places as (
    select
        matches.source_name,
        matches.matched_key,
        cast(matches.external_value as decimal(18, 4)) as risk_score,
        {{ ratio(
            'sum(deliveries.timed_order_count - deliveries.on_time_order_count)',
            'sum(deliveries.timed_order_count)'
        ) }} as late_ratio
    from matches
    inner join deliveries using (customer_id)
    where matches.table_name = 'ext__geo_risks'
    group by all
),

comparisons as (
    select
        table_name,
        source_name,
        starts_with({{ normalised_key('external_value') }}, own_key)
        or starts_with(own_key, {{ normalised_key('external_value') }})
            as is_agreeing
    from own_values
    union all
    select
        'ext__geo_risks' as table_name,
        places.source_name,
        (places.risk_score > compared.risk_score)
        = (places.late_ratio > compared.late_ratio) as is_agreeing
    from late_places as places
    inner join late_places as compared
        on
            places.source_name = compared.source_name
            and places.matched_key < compared.matched_key
            and places.risk_score != compared.risk_score
            and places.late_ratio != compared.late_ratio
),

agreements as (
    select
        table_name,
        source_name,
        count(*) as comparison_count,
        count(*) filter (where is_agreeing) as agreeing_count
    from comparisons
    group by all
)

select
    table_name,
    source_name,
    listed_sources.latest_as_of_date,
    listed_sources.licence_note,
    listed_sources.key_count,
    coalesce(agreements.comparison_count, 0) as comparison_count,
    coalesce(agreements.agreeing_count, 0) as agreeing_count
from listed_sources
left join agreements using (table_name, source_name)
