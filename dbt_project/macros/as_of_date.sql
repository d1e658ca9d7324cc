-- The date every attribute is computed at; no model reads a clock.
{% macro as_of_date() -%}
(select refresh.as_of_date from {{ ref('stg_refresh__parameters') }} as refresh)
{%- endmacro %}
