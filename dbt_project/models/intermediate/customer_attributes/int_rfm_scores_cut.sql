-- Grain: one row per customer and as-of date with an order in the window.
-- Cuts are the quintiles plus one, equal cuts merged, intervals [lower, upper): two
-- equal customers always score the same. The most recent scores highest.
with

customers as (
    select *
    from {{ ref('int_customer_attributes_joined') }}
    where order_count > 0 and not is_intercompany
),

cuts as (
    select
        as_of_date,
        {{ quintile_cuts('recency_days') }} as recency_cuts,
        {{ quintile_cuts('order_count') }} as frequency_cuts,
        {{ quintile_cuts('net_sales_amount_base_ccy') }} as monetary_cuts
    from customers
    group by as_of_date
),

scores as (
    select
        customers.customer_id,
        as_of_date,
        1 + len(cuts.recency_cuts)
        - {{ cuts_reached('cuts.recency_cuts', 'customers.recency_days') }}
            as recency_score,
        1 + {{ cuts_reached('cuts.frequency_cuts', 'customers.order_count') }}
            as frequency_score,
        1 + {{ cuts_reached(
            'cuts.monetary_cuts', 'customers.net_sales_amount_base_ccy'
        ) }} as monetary_score
    from customers
    inner join cuts using (as_of_date)
)

select
    customer_id,
    as_of_date,
    cast(recency_score as integer) as recency_score,
    cast(frequency_score as integer) as frequency_score,
    cast(monetary_score as integer) as monetary_score,
    concat(recency_score, frequency_score, monetary_score) as rfm_score
from scores
