-- Grain: one row per lane, fiscal period, line, carrying cost pool and activity.
{{ profit_and_loss_by_member('lane_code', ref('int_order_lines_routed')) }}
