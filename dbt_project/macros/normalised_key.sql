-- A public key as compared: letters and digits only, upper case, empty is null.
{% macro normalised_key(column_name) -%}
nullif(regexp_replace(upper({{ column_name }}), '[^A-Z0-9]', '', 'g'), '')
{%- endmacro %}
