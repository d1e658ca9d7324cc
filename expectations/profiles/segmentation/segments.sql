-- Grain: one row per segment of the model; exceptions and unclassified set apart.
select
    segments.segment_code,
    segments.segment_name,
    segments.definition,
    count(assignments.customer_id) as examined_row_count
from segmentation.segments
left join segmentation.assignments using (segment_code)
where segments.segment_code not in ('EXC', 'UNC')
group by segments.segment_code, segments.segment_name, segments.definition
order by segments.segment_code
