-- Grain: one row per landing table and source.
-- Coverage: share of the customers with sales it speaks of. Freshness falls to 0 at the
-- age policy gives. A source nobody can check, or without a licence, is not used.
with

matches as (select * from {{ ref('int_external_values_matched') }}),

agreements as (select * from {{ ref('int_external_agreements_counted') }}),

policies as (
    select * from {{ in_force(ref('policy_external_sources'), ['table_name']) }}
),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

buyers as (
    select * from {{ ref('int_customer_attributes_joined') }}
    where is_current and order_count > 0 and not is_intercompany
),

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

coverages as (
    select
        matches.table_name,
        matches.source_name,
        count(*) as covered_count
    from matches
    inner join buyers using (customer_id)
    group by all
),

measures as (
    select
        table_name,
        source_name,
        listed_sources.key_count,
        listed_sources.latest_as_of_date,
        listed_sources.licence_note,
        policies.minimum_score_ratio,
        coalesce(agreements.comparison_count, 0) as comparison_count,
        {{ ratio('coalesce(coverages.covered_count, 0)', 'buyer_totals.buyer_count') }}
            as coverage_ratio,
        greatest(0, 1 - {{ ratio(
            'refresh.as_of_date - listed_sources.latest_as_of_date',
            'policies.max_age_days'
        ) }}) as freshness_ratio,
        case
            when agreements.comparison_count >= policies.minimum_agreement_count
                then agreements.agreeing_count / agreements.comparison_count
        end as agreement_ratio,
        {{ ratio(
            'policies.coverage_weight * coverage_ratio'
            ~ ' + policies.freshness_weight * freshness_ratio'
            ~ ' + policies.agreement_weight * agreement_ratio',
            'policies.coverage_weight + policies.freshness_weight'
            ~ ' + policies.agreement_weight'
        ) }} as score_ratio
    from listed_sources
    inner join policies using (table_name)
    cross join refresh
    cross join (select count(*) as buyer_count from buyers) as buyer_totals
    left join coverages using (table_name, source_name)
    left join agreements using (table_name, source_name)
)

select
    table_name,
    source_name,
    key_count,
    latest_as_of_date,
    licence_note,
    coverage_ratio,
    freshness_ratio,
    comparison_count,
    agreement_ratio,
    score_ratio,
    minimum_score_ratio,
    case
        when licence_note is null then 'do not use: no licence is stated'
        when agreement_ratio is null
            then 'do not use: too few of our own values to compare it with'
        when score_ratio < minimum_score_ratio
            then 'do not use: its score is below ' || minimum_score_ratio
        else 'use'
    end as verdict
from measures
