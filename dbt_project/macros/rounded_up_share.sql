-- Amount * quantity / total, rounded up: whole numbers, amount and quantity not negative.
-- A 128-bit division costs half a microsecond, a guess in floating point nothing: the
-- first is within thousands of the quotient, the second, of what the first left over,
-- within one; what that leaves over is exact and says whether to round up.
{% macro rounded_up_share(amount, qty, total) -%}
{%- set guess -%}
cast(cast({{ amount }} as double) * ({{ qty }}) / nullif({{ total }}, 0) as bigint)
{%- endset -%}
{%- set left_by_guess -%}
(cast({{ amount }} as hugeint) * ({{ qty }}) - cast({{ guess }} as hugeint) * {{ total }})
{%- endset -%}
{%- set nearest -%}
({{ guess }} + cast(cast({{ left_by_guess }} as double) / nullif({{ total }}, 0) as bigint))
{%- endset -%}
({{ nearest }} + cast(
    cast({{ amount }} as hugeint) * ({{ qty }}) > cast({{ nearest }} as hugeint) * {{ total }}
    as bigint
))
{%- endmacro %}
