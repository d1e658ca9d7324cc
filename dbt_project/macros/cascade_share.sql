-- Exact integer share of an amount: the step between two floored running totals.
-- Shares of one amount add up to it whatever the weights; a negative amount mirrors.
{% macro cascade_share(amount, running_qty, own_qty, total_qty) -%}
sign({{ amount }}) * (
    cast(abs({{ amount }}) as hugeint) * {{ running_qty }} // {{ total_qty }}
    - cast(abs({{ amount }}) as hugeint)
    * ({{ running_qty }} - {{ own_qty }}) // {{ total_qty }}
)
{%- endmacro %}
