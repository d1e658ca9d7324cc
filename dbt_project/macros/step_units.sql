-- Driver quantity of an activity in the units a step is measured in: minutes where the
-- activity takes minutes of the pool, else the driver's own.
{% macro step_units(activities, driver_qty) -%}
{{ driver_qty }} * 0.000001 * case
    when {{ activities }}.driver_unit = 'minutes' then 1
    else coalesce({{ activities }}.unit_minutes, 1)
end
{%- endmacro %}
