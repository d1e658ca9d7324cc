-- Grain: one row per cost level and fiscal period with sales or cost.
-- The level is `cost_level_code` of policy_settings: the account goods go to, the
-- customer, or the head of its family. What a customer with several accounts costs as a
-- whole stands in a row of its own id.
{{ profitability_by_month(
    'cost_level_id',
    ref('int_sales_aggregated_to_cost_levels'),
    ref('rpt_cost_to_serve_by_cost_level_pool_month')
) }}
