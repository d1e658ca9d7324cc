-- What a year in one segment rather than in another costs at a customer's sales.
{% macro yearly_cost(allowed, wanted) -%}
cast(round(
    yearly.net_sales_amount_base_ccy
    * ({{ allowed }}.cost_to_serve_ratio - {{ wanted }}.cost_to_serve_ratio), 2
) as decimal(18, 2))
{%- endmacro %}
