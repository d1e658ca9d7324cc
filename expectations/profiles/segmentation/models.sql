-- Grain: one row per model in force.
select
    models.model_version,
    models.mean_jaccard,
    models.window_ari,
    min(segments.label_fidelity_ratio) as lowest_label_fidelity_ratio,
    (select count(*) from segmentation.assignments) as examined_row_count
from segmentation.models
left join segmentation.segments
    on
        models.model_version = segments.model_version
        and segments.segment_code not in ('EXC', 'UNC')
group by models.model_version, models.mean_jaccard, models.window_ari
order by models.model_version
