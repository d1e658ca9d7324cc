-- Exact integer share of an amount: the step between two running shares, each rounded
-- up, so that odd cents go to whoever comes first.
-- Shares of one amount add up to it whatever the weights; a negative amount mirrors.
{% macro cascade_share(amount, running_qty, own_qty, total_qty) -%}
sign({{ amount }}) * (
    (
        cast(abs({{ amount }}) as hugeint) * {{ running_qty }} + {{ total_qty }} - 1
    ) // {{ total_qty }}
    - (
        cast(abs({{ amount }}) as hugeint) * ({{ running_qty }} - {{ own_qty }})
        + {{ total_qty }} - 1
    ) // {{ total_qty }}
)
{%- endmacro %}
