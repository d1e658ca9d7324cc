-- A short hash of the given parts: the same parts give the same key everywhere.
{% macro surrogate_key(parts, prefix) -%}
'{{ prefix }}' || substr(md5(concat_ws('|', {{ parts | join(', ') }})), 1, 16)
{%- endmacro %}
