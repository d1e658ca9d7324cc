-- Sample standard deviation over the mean, from a count, a sum and a sum of squares:
-- sqrt(n * (n * sum(x^2) - sum(x)^2) / (n - 1)) / sum(x).
{% macro coefficient_of_variation(item_count, item_sum, squared_sum) -%}
sqrt(
    cast({{ item_count }} as double)
    * cast(
        {{ item_count }} * {{ squared_sum }} - {{ item_sum }} * {{ item_sum }}
        as double
    )
    / ({{ item_count }} - 1)
) / cast({{ item_sum }} as double)
{%- endmacro %}
