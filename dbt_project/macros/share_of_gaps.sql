-- Of the attributes that can be filled, the share a customer lacks.
{% macro share_of_gaps(attributes) -%}
(
    {%- for attribute in attributes %}
    cast(
        customers.{{ attribute }} is null and everyone.{{ attribute }} is not null
        as integer
    ){{ ' +' if not loop.last }}
    {%- endfor %}
)
/ nullif(
    {%- for attribute in attributes %}
    cast(everyone.{{ attribute }} is not null as integer){{ ' +' if not loop.last }}
    {%- endfor %},
    0
)
{%- endmacro %}
