-- Grain: one row per segment of the model, or one row if the model has none.
with

members as (
    select
        segment_code,
        count(*) as customer_count
    from segmentation.assignments
    group by segment_code
)

select
    segments.segment_code,
    models.segment_count,
    models.window_ari,
    segments.mean_jaccard,
    segments.label_fidelity_ratio,
    case
        when segments.segment_code != 'UNC' then coalesce(members.customer_count, 0)
    end as member_count,
    coalesce(members.customer_count, 0) as examined_row_count
from segmentation.segments
inner join segmentation.models using (model_version)
left join members using (segment_code)
where
    segments.segment_code not in ('EXC', 'UNC')
    or (models.segment_count = 0 and segments.segment_code = 'UNC')
order by segments.segment_code
