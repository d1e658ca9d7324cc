-- Exact integer share of an amount: the step between two running shares, each rounded
-- up, so that odd cents go to whoever comes first.
-- Shares of one amount add up to it whatever the weights; a negative amount mirrors.
{% macro cascade_share(amount, running_qty, own_qty, total_qty) -%}
sign({{ amount }}) * (
    {{ rounded_up_share('abs(' ~ amount ~ ')', running_qty, total_qty) }}
    - {{ rounded_up_share(
        'abs(' ~ amount ~ ')', running_qty ~ ' - ' ~ own_qty, total_qty
    ) }}
)
{%- endmacro %}
