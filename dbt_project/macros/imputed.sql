-- An attribute with its gap filled, and the flag that says so.
{% macro imputed(attribute) -%}
case
    when customers.order_count > 0 and not customers.is_intercompany
        then coalesce(
            customers.{{ attribute }}, peers.{{ attribute }}, everyone.{{ attribute }}
        )
    else customers.{{ attribute }}
end as {{ attribute }},
    coalesce(
        customers.order_count > 0
        and not customers.is_intercompany
        and customers.{{ attribute }} is null
        and coalesce(peers.{{ attribute }}, everyone.{{ attribute }}) is not null,
        false
    ) as is_imputed_{{ attribute }}
{%- endmacro %}
