-- Labels every linked identifier with the smallest identifier it can be reached from.
-- Each round passes on only labels that just shrank, so it ends after as many rounds
-- as the longest chain has links.
{% macro connected_components(links) -%}
with recursive

directed_links as (
    select from_key, to_key from {{ links }}
    union
    select to_key as from_key, from_key as to_key from {{ links }}
),

labels (identifier_key, component_key) using key (identifier_key) as (
    select from_key, least(from_key, min(to_key))
    from directed_links
    group by from_key
    union
    select directed_links.to_key, min(labels.component_key)
    from labels
    inner join directed_links
        on labels.identifier_key = directed_links.from_key
    inner join recurring.labels as known
        on directed_links.to_key = known.identifier_key
    where labels.component_key < known.component_key
    group by directed_links.to_key
)

select identifier_key, component_key from labels
{%- endmacro %}
