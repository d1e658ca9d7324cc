-- A cut as it holds for something already classified: moved away from where it was by a
-- share of itself, so that only a clear change crosses it. Unclassified before: the cut.
{% macro held_cut(cut_name, margin_name, was_beyond) -%}
cast(
    {{ threshold(cut_name) }} * case
        when {{ was_beyond }} then 1 - {{ threshold(margin_name) }}
        when not {{ was_beyond }} then 1 + {{ threshold(margin_name) }}
        else 1
    end as decimal(18, 6)
)
{%- endmacro %}
