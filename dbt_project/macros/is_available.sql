-- True where the deliveries hold the contract table: absent is null, never zero.
{% macro is_available(table_name) -%}
(
    select availability.is_available
    from {{ ref('stg_refresh__table_availability') }} as availability
    where availability.table_name = '{{ table_name }}'
)
{%- endmacro %}
