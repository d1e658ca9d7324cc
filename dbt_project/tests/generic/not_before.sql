-- Fails with each row that ends before it begins: it would never be in force.
{% test not_before(model, column_name, begins) %}
select {{ '*' if model.schema == 'policy' else column_name }}
from {{ model }}
where {{ column_name }} < {{ begins }}
{% endtest %}
