-- Grain: one row per customer and as-of date, the date of the refresh.
{{ customer_features(is_current=true) }}
