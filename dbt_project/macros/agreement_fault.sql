-- Why an agreement does not let an attribute into a release.
{% macro agreement_fault() -%}
'agreement ' || agreements.agreement_code || ' on ' || agreements.field || case
    when agreements.valid_to <= {{ as_of_date() }}
        then ' expired on ' || agreements.valid_to
    when agreements.valid_from > {{ as_of_date() }}
        then ' begins only on ' || agreements.valid_from
    when agreements.masking != 'none' then ' masks it'
    else ' is for ' || agreements.purpose || ' only'
end
{%- endmacro %}
