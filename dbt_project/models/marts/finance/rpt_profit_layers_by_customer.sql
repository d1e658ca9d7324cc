-- Grain: one row per customer and layer of its profit and loss, last year.
-- A layer is what stands between list sales and contribution: discounts, returns,
-- goods, each activity. Its benchmark is the median share of list sales among the
-- customers of the segment; of all customers where the segment itself makes a loss.
with

years as (select * from {{ ref('rpt_profitability_by_customer_year') }}),

parts as (
    select * from {{ ref('rpt_profit_and_loss_by_customer_month') }}
    where line_type = 'part'
),

segments as (
    select * from {{ ref('dim_customer_segments') }}
    where is_current
),

customers as (
    select
        years.customer_id,
        years.year_from_fiscal_period,
        coalesce(segments.segment_code, 'unassigned') as segment_code,
        sum(years.contribution_amount_base_ccy)
            over (partition by segments.segment_code) as segment_contribution
    from years
    left join segments using (customer_id)
),

layers as (
    select
        customer_id,
        parts.line_code,
        parts.cost_pool_code,
        parts.activity_code,
        coalesce(
            parts.line_code || ':' || parts.cost_pool_code
            || ':' || parts.activity_code,
            parts.line_code
        ) as layer_code,
        case
            when count(*) = count(parts.amount_base_ccy)
                then -sum(parts.amount_base_ccy)
        end as cost_amount
    from parts
    inner join customers using (customer_id)
    where parts.fiscal_period >= customers.year_from_fiscal_period
    group by all
),

kinds as (
    select distinct
        line_code,
        cost_pool_code,
        activity_code,
        layer_code
    from layers
    where
        line_code not in (
            'list_sales', 'corrections', 'charges_passed_on', 'capital_charge'
        )
),

placed_layers as (
    select
        customers.customer_id,
        customers.segment_code,
        customers.segment_contribution,
        kinds.*,
        greatest(-sales.cost_amount, 0) as list_sales_amount,
        case
            when layers.customer_id is null then 0
            else layers.cost_amount
        end as cost_amount
    from customers
    inner join layers as sales
        on
            customers.customer_id = sales.customer_id
            and sales.layer_code = 'list_sales'
    cross join kinds
    left join layers
        on
            customers.customer_id = layers.customer_id
            and kinds.layer_code = layers.layer_code
),

shares as (
    select
        *,
        {{ ratio('cost_amount', 'list_sales_amount') }} as cost_share
    from placed_layers
),

medians as (
    select
        layer_code,
        segment_code,
        median(cost_share) as median_share
    from shares
    group by grouping sets ((layer_code, segment_code), (layer_code))
)

select
    shares.customer_id,
    shares.segment_code,
    shares.line_code,
    shares.cost_pool_code,
    shares.activity_code,
    cast(shares.list_sales_amount as decimal(18, 2)) as list_sales_amount_base_ccy,
    cast(shares.cost_amount as decimal(18, 2)) as cost_amount_base_ccy,
    case when medians.segment_code is null then 'company' else 'segment' end
        as benchmark_code,
    medians.median_share as benchmark_ratio,
    cast(
        round(coalesce(medians.median_share, 0) * shares.list_sales_amount, 2)
        as decimal(18, 2)
    ) as benchmark_amount_base_ccy,
    cast(
        cost_amount_base_ccy - benchmark_amount_base_ccy as decimal(18, 2)
    ) as excess_amount_base_ccy
from shares
inner join medians
    on
        shares.layer_code = medians.layer_code
        and medians.segment_code is not distinct from case
            when shares.segment_contribution >= 0 then shares.segment_code
        end
where shares.cost_amount is distinct from 0
