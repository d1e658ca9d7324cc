-- Whether the squared sample variation reaches a limit, without dividing:
-- n * (n * sum(x^2) - sum(x)^2) >= limit * (n - 1) * sum(x)^2.
{% macro varies_at_least(item_count, item_sum, squared_sum, squared_limit) -%}
{{ item_count }}
* ({{ item_count }} * {{ squared_sum }} - {{ item_sum }} * {{ item_sum }})
>= {{ squared_limit }} * ({{ item_count }} - 1) * {{ item_sum }} * {{ item_sum }}
{%- endmacro %}
