-- Grain: one row per segment of the model; exceptions and unclassified set apart.
select
    segments.segment_code,
    segments.mean_jaccard,
    segments.label_fidelity_ratio,
    models.window_ari,
    count(assignments.customer_id) as examined_row_count
from segmentation.segments
inner join segmentation.models using (model_version)
left join segmentation.assignments using (segment_code)
where segments.segment_code not in ('EXC', 'UNC')
group by all
order by segments.segment_code
