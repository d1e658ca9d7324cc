-- Whether a flag holds for an order: every line must meet it. A line still unshipped
-- after the due date fails it; any other unknown line leaves the order unknown.
{% macro holds_for_every_line(flag) -%}
case
    when count(shipped_qty) = 0 or count({{ flag }}) = 0 then null
    when not bool_and({{ flag }}) then false
    when
        count(shipped_qty) < count(*)
        and max(due_date) < {{ as_of_date() }}
        then false
    when count({{ flag }}) = count(*) then true
end
{%- endmacro %}
