-- One address: the folder's schema is the DuckDB schema, without dbt's target prefix.
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
