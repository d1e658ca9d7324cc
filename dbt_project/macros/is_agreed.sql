-- Whether an agreement covers the attribute's use on the as-of date, unmasked.
{% macro is_agreed() -%}
agreements.valid_from <= {{ as_of_date() }}
and coalesce(agreements.valid_to > {{ as_of_date() }}, true)
and agreements.purpose in ('any', owned_attributes.attribute_use)
and agreements.masking = 'none'
{%- endmacro %}
