-- Fails with each row that lacks a value: of policy the whole row, so that a person finds
-- it; of other tables nothing that could be personal.
{% test not_null(model, column_name) %}
select {{ '*' if model.schema == 'policy' else column_name }}
from {{ model }}
where {{ column_name }} is null
{% endtest %}
