-- The currency every amount is reported in.
{% macro base_currency() -%}
(
    select refresh.base_currency_code
    from {{ ref('stg_refresh__parameters') }} as refresh
)
{%- endmacro %}
