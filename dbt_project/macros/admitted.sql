-- An attribute as published: null where policy does not let it into a release.
{% macro admitted(attribute, data_type=none) -%}
case
    when admissions.is_published['{{ attribute }}']
        then {% if data_type -%}
            cast(attributes.{{ attribute }} as {{ data_type }})
        {%- else -%}
            attributes.{{ attribute }}
        {%- endif %}
end as {{ attribute }}
{%- endmacro %}
