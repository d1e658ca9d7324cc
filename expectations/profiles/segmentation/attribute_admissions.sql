-- Grain: one row.
select
    count(*) as examined_row_count,
    count(*) filter (
        where
        contains(models.feature_names, '"' || admissions.attribute || '"')
        and not (
            admissions.is_admitted and admissions.attribute_use = 'segmentation'
        )
    ) as unadmitted_feature_count,
    count(*) filter (
        where admissions.is_admitted and admissions.attribute_use = 'segmentation'
    ) as admitted_attribute_count,
    min(admissions.attribute || ': ' || admissions.refusal_reason) as first_case
from intermediate.int_attribute_admissions as admissions
cross join segmentation.models
