-- Grain: one row per customer and as-of date, gaps filled as the policy says.
-- Customers without a sale and intercompany accounts keep their gaps and are excluded,
-- as is a customer lacking too many of the attributes others have, or one that policy
-- does not fill.
with

customers as (select * from {{ ref('int_customer_attributes_joined') }}),

fillings as (select * from {{ ref('int_customer_attribute_fillings') }}),

everyone as (
    select * from fillings
    where peer_group_code = 'everyone'
),

requirements as (
    select list(attribute order by attribute) as attributes
    from {{ ref('int_attribute_admissions') }}
    where is_required
),

scores as (select * from {{ ref('int_rfm_scores_cut') }}),

missing_shares as (
    select
        customers.customer_id,
        as_of_date,
        {{ share_of_gaps(imputed_attributes()) }} as missing_ratio
    from customers
    inner join everyone using (as_of_date)
),

exclusions as (
    select
        customers.customer_id,
        as_of_date,
        case
            when customers.is_intercompany then 'intercompany'
            when customers.order_count = 0 then 'no_sale_in_window'
            when
                missing_shares.missing_ratio
                > {{ threshold('missing_attribute_limit_ratio') }}
                then 'insufficient_data'
            when
                customers.effective_order_count
                < {{ threshold('effective_order_minimum') }}
                then 'too_few_effective_orders'
            else 'missing: ' || {{ lacking_attributes(measured_attributes()) }}
        end as exclusion_reason
    from customers
    cross join requirements
    left join missing_shares using (customer_id, as_of_date)
)

select
    customers.customer_id,
    as_of_date,
    customers.is_current,
    customers.business_unit,
    customers.first_order_date,
    customers.recency_days,
    customers.tenure_days,
    customers.order_count,
    customers.order_frequency_per_year,
    customers.net_sales_amount_base_ccy,
    customers.average_order_value_amount_base_ccy,
    customers.line_count_per_order,
    customers.unit_count_per_line,
    customers.product_count,
    customers.decayed_order_count,
    customers.decayed_net_sales_amount_base_ccy,
    customers.effective_order_count,
    {{ imputed('monthly_sales_variation') }},
    {{ imputed('gross_margin_ratio') }},
    {{ imputed('discount_ratio') }},
    {{ imputed('return_line_ratio') }},
    customers.rush_order_ratio,
    {{ imputed('electronic_order_ratio') }},
    {{ imputed('order_change_count_per_order') }},
    {{ imputed('on_time_ratio') }},
    {{ imputed('otif_ratio') }},
    {{ imputed('perfect_order_ratio') }},
    {{ imputed('on_time_sensitivity') }},
    {{ imputed('average_order_weight_kg') }},
    {{ imputed('shipment_count_per_order') }},
    customers.service_case_count_per_order,
    customers.has_otif_clause,
    customers.contracted_order_frequency_per_year,
    customers.contract_penalty_ratio,
    scores.recency_score,
    scores.frequency_score,
    scores.monetary_score,
    scores.rfm_score,
    customers.is_strategic,
    exclusions.exclusion_reason is not null as is_excluded,
    exclusions.exclusion_reason
from customers
inner join exclusions using (customer_id, as_of_date)
left join everyone using (as_of_date)
left join fillings as peers
    on
        customers.as_of_date = peers.as_of_date
        and customers.previous_segment_code = peers.peer_group_code
left join scores using (customer_id, as_of_date)
