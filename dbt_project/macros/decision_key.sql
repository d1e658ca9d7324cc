-- What makes one decision about a customer differ from the last: all but its wording.
{% macro decision_key() -%}
concat_ws(
    '|', model_version, model_segment_code, damped_segment_code, guarded_segment_code,
    segment_code, assigned_by, coalesce(decider_id, ''), coalesce(held_by, ''),
    coalesce(challenger_segment_code, ''), challenger_streak_count,
    coalesce(challenger_counted_date, date '1900-01-01')
)
{%- endmacro %}
