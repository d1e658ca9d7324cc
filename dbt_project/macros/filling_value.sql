-- What fills the gaps of an attribute, as policy says; null where nobody has the
-- attribute or too many lack it. Peers fill only under the method segment_median.
{% macro filling_value(attribute) -%}
{%- set rule = "policies.rules['" ~ attribute ~ "']" -%}
case
    when
        everyone.known_{{ attribute }} = 0
        or everyone.customer_count - everyone.known_{{ attribute }}
        > everyone.customer_count * {{ rule }}.max_missing_ratio
        then null
    when not measures.is_everyone and {{ rule }}.method = 'segment_median'
        then case
            when measures.known_{{ attribute }} >= {{ rule }}.minimum_peer_count
                then measures.median_{{ attribute }}
        end
    when not measures.is_everyone then null
    when {{ rule }}.method in ('median', 'segment_median')
        then everyone.median_{{ attribute }}
    when {{ rule }}.method = 'zero' then 0
    when {{ rule }}.method = 'constant' then cast({{ rule }}.constant_value as double)
end as {{ attribute }}
{%- endmacro %}
