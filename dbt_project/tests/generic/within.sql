-- Fails with each row whose value lies outside: below the least, above the most, or not
-- above what it must be above. Of policy it selects the whole row, as not_null does.
{% test within(model, column_name, least=none, most=none, above=none) %}
select {{ '*' if model.schema == 'policy' else column_name }}
from {{ model }}
where
    false
    {% if least is not none %} or {{ column_name }} < {{ least }} {% endif %}
    {% if most is not none %} or {{ column_name }} > {{ most }} {% endif %}
    {% if above is not none %} or {{ column_name }} <= {{ above }} {% endif %}
{% endtest %}
