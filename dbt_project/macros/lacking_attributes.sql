-- The attributes that policy lets nobody be without and a customer lacks, or null.
{% macro lacking_attributes(attributes) -%}
nullif(concat_ws(
    ', '
    {%- for attribute in attributes %},
    case
        when
            customers.{{ attribute }} is null
            and list_contains(requirements.attributes, '{{ attribute }}')
            then '{{ attribute }}'
    end
    {%- endfor %}
), '')
{%- endmacro %}
