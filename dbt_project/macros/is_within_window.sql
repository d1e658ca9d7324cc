-- Whether a delivery fell within the agreed days around its due date; null if unknown.
{% macro is_within_window(delivered_date, due_date) -%}
(
    {{ delivered_date }} - {{ due_date }}
    between - {{ threshold('otif_early_days') }}
    and {{ threshold('otif_late_days') }}
)
{%- endmacro %}
