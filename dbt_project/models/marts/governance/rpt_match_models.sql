-- Grain: one row, the match model this release was matched by.
with

match_models as (select * from {{ ref('stg_identity__match_models') }})

select
    model_version as match_model_version,
    settings_hash,
    weights_json,
    is_reused,
    cast(trained_as_of_date as date) as trained_as_of_date
from match_models
