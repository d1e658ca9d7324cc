-- Grain: one row per customer and fiscal period with sales or cost.
-- Contribution is net sales less cost of goods less cost to serve. Where a line of the
-- month lacks its cost of goods, cogs, gross margin and contribution are null. Where a
-- company knows no cost of goods at all it is measured before them and the row says so.
-- Where it knows no cost at all, cost to serve and contribution are null, not zero.
{{ profitability_by_month(
    'customer_id',
    ref('int_sales_aggregated_to_months'),
    ref('rpt_cost_to_serve_by_customer_pool_month')
) }}
