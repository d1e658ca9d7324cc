-- Grain: one row per customer attribute.
-- An attribute that policy refuses is null in the published features and no part of the
-- segmentation; one that is admitted may still go unused, by the model's own reasons.
with

admissions as (select * from {{ ref('int_attribute_admissions') }}),

models as (select * from {{ ref('stg_segmentation__models') }})

select
    admissions.attribute,
    admissions.attribute_use,
    admissions.is_admitted,
    coalesce(admissions.refusal_reason, 'admitted') as admission_reason,
    admissions.is_published,
    contains(models.feature_names, '"' || admissions.attribute || '"')
        as is_used_by_model,
    admissions.owner_team,
    admissions.deputy_team,
    admissions.review_by_date,
    admissions.is_review_overdue,
    admissions.source_tables,
    admissions.agreement_codes,
    admissions.agreed_until_date,
    admissions.imputation_method,
    admissions.missing_ratio
from admissions
cross join models
