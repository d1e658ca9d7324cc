-- Fails with each row that ends before it begins. One that ends on the day it begins
-- was withdrawn: it is never in force, and kept.
{% test not_before(model, column_name, begins) %}
select {{ '*' if model.schema == 'policy' else column_name }}
from {{ model }}
where {{ column_name }} < {{ begins }}
{% endtest %}
