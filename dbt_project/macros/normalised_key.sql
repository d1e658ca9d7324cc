-- A public key as compared: letters and digits of any script, upper case, empty is null.
{% macro normalised_key(column_name) -%}
nullif(
    regexp_replace(
        upper(nfc_normalize({{ column_name }})), '[^\p{L}\p{M}\p{N}]', '', 'g'
    ),
    ''
)
{%- endmacro %}
