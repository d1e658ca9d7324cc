-- The landing tables each mart declares in `meta.requires`, from the project's graph;
-- `a or b` declares that either will do.
{% macro mart_requirements() -%}
{%- set marts = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and 'marts' in node.fqn -%}
        {%- for table_name in node.config.meta.get('requires', []) or [none] -%}
            {%- do marts.append((node.schema, node.name, table_name)) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endif -%}
select
    cast(schema_name as varchar) as schema_name,
    cast(mart_name as varchar) as mart_name,
    cast(table_name as varchar) as table_name
from (
    values
    (null, null, null)
    {%- for schema_name, mart_name, table_name in marts | sort(attribute='1,2') %},
    ('{{ schema_name }}', '{{ mart_name }}',
        {{- " '" ~ table_name ~ "'" if table_name else ' null' }})
    {%- endfor %}
) as declared (schema_name, mart_name, table_name)
where mart_name is not null
{%- endmacro %}
