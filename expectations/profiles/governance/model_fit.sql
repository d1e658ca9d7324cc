-- Grain: one row, what this release finds.
select
    red_sign_count,
    cast(over_limit_since_date is not null as integer) as over_limit_count,
    drifted as first_case
from core.fct_segmentation_reviews
inner join raw.refresh_parameters using (release_id)
