-- Every customer attribute that needs an owner before it may enter a release: the
-- columns of ftr_customers that say something of a customer.
{% macro governed_attributes() -%}
{{ return(measured_attributes() + [
    'recency_score',
    'frequency_score',
    'monetary_score',
    'rfm_score',
    'is_strategic',
]) }}
{%- endmacro %}
