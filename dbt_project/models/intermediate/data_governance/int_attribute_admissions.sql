-- Grain: one row per customer attribute.
-- An attribute enters a release if it has an owner and its agreements, and the
-- segmentation if besides few enough customers lack it.
with

attributes as (select * from {{ ref('int_attributes_agreed') }}),

imputations as (
    select * from {{ in_force(ref('policy_imputation'), ['attribute']) }}
),

known_counts as (
    select
        count(*) as customer_count,
        {{ known_counts(measured_attributes()) }}
    from {{ ref('int_customer_attributes_joined') }}
    where is_current and order_count > 0 and not is_intercompany
),

gaps as (
    select
        attribute,
        known_count,
        {{ ratio('customer_count - known_count', 'customer_count') }} as missing_ratio
    from (
        unpivot known_counts
        on columns(* exclude (customer_count))
        into name attribute value known_count
    )
),

judged as (
    select
        attributes.*,
        attributes.refusal_reason is null as is_published,
        coalesce(imputations.method, 'none') as imputation_method,
        gaps.known_count,
        gaps.missing_ratio,
        gaps.known_count > 0 and gaps.missing_ratio > coalesce(
            imputations.max_missing_ratio,
            {{ threshold('missing_attribute_limit_ratio') }}
        ) as is_too_empty
    from attributes
    left join imputations using (attribute)
    left join gaps using (attribute)
)

select
    attribute,
    attribute_use,
    is_published,
    is_published and not coalesce(is_too_empty, false) as is_admitted,
    case
        when not is_published then refusal_reason
        when is_too_empty
            then 'missing for more customers than policy lets be filled'
    end as refusal_reason,
    is_published
    and attribute_use = 'segmentation'
    and imputation_method = 'none'
    and known_count > 0
    and not is_too_empty as is_required,
    owner as owner_team,
    deputy as deputy_team,
    sources as source_tables,
    review_by as review_by_date,
    review_by < {{ as_of_date() }} as is_review_overdue,
    agreement_codes,
    agreed_until_date,
    imputation_method,
    missing_ratio
from judged
