-- Grain: one row per landing table and source.
-- Coverage: share of the customers with sales it speaks of. Freshness falls to 0 at the
-- age policy gives. Agreement counts beyond what chance would give. A source nobody can
-- check, or without a licence, is not used.
with

matches as (select * from {{ ref('int_external_values_matched') }}),

sources as (select * from {{ ref('int_external_sources_compared') }}),

policies as (
    select * from {{ in_force(ref('policy_external_sources'), ['table_name']) }}
),

refresh as (select * from {{ ref('stg_refresh__parameters') }}),

buyers as (
    select * from {{ ref('int_customer_attributes_joined') }}
    where is_current and order_count > 0 and not is_intercompany
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
        sources.key_count,
        sources.latest_as_of_date,
        sources.licence_note,
        policies.minimum_score_ratio,
        sources.comparison_count,
        {{ ratio('coalesce(coverages.covered_count, 0)', 'buyer_totals.buyer_count') }}
            as coverage_ratio,
        greatest(0, 1 - {{ ratio(
            'refresh.as_of_date - sources.latest_as_of_date',
            'policies.max_age_days'
        ) }}) as freshness_ratio,
        case
            when sources.comparison_count >= policies.minimum_agreement_count
                then greatest(0, {{ ratio(
                    'sources.agreeing_count / sources.comparison_count'
                    ~ ' - policies.chance_agreement_ratio',
                    '1 - policies.chance_agreement_ratio'
                ) }})
        end as agreement_ratio,
        {{ ratio(
            'policies.coverage_weight * coverage_ratio'
            ~ ' + policies.freshness_weight * freshness_ratio'
            ~ ' + policies.agreement_weight * agreement_ratio',
            'policies.coverage_weight + policies.freshness_weight'
            ~ ' + policies.agreement_weight'
        ) }} as score_ratio
    from sources
    inner join policies using (table_name)
    cross join refresh
    cross join (select count(*) as buyer_count from buyers) as buyer_totals
    left join coverages using (table_name, source_name)
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
