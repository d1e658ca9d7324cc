-- Grain: one row per product, fiscal period, line, carrying cost pool and activity.
{{ profit_and_loss_by_member('product_id', ref('dim_cost_objects')) }}
