-- Grain: one row per customer and as-of date, one window earlier than the refresh.
{{ customer_features(is_current=false) }}
