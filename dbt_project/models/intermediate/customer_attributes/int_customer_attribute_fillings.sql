-- Grain: one row per as-of date and group of peers: what fills a missing attribute.
-- Peers are the customers of one segment of the release in force; the group `everyone`
-- serves who has none. Null where policy fills nothing.
with

customers as (
    select
        *,
        coalesce(previous_segment_code, 'none before') as peer_group_code
    from {{ ref('int_customer_attributes_joined') }}
    where order_count > 0 and not is_intercompany
),

policies as (
    select
        map(
            list(attribute order by attribute),
            list({
                'method': method,
                'constant_value': constant_value,
                'minimum_peer_count': minimum_peer_count,
                'max_missing_ratio': max_missing_ratio
            } order by attribute)
        ) as rules
    from {{ in_force(ref('policy_imputation'), ['attribute']) }}
),

measures as (
    select
        as_of_date,
        case
            when grouping(peer_group_code) = 0 then peer_group_code else 'everyone'
        end as peer_group_code,
        grouping(peer_group_code) = 1 as is_everyone,
        count(*) as customer_count,
        {{ known_and_median('monthly_sales_variation') }},
        {{ known_and_median('gross_margin_ratio') }},
        {{ known_and_median('discount_ratio') }},
        {{ known_and_median('return_line_ratio') }},
        {{ known_and_median('electronic_order_ratio') }},
        {{ known_and_median('order_change_count_per_order') }},
        {{ known_and_median('on_time_ratio') }},
        {{ known_and_median('otif_ratio') }},
        {{ known_and_median('perfect_order_ratio') }},
        {{ known_and_median('on_time_sensitivity') }},
        {{ known_and_median('average_order_weight_kg') }},
        {{ known_and_median('shipment_count_per_order') }}
    from customers
    group by grouping sets ((as_of_date), (as_of_date, peer_group_code))
)

select
    as_of_date,
    measures.peer_group_code,
    {{ filling_value('monthly_sales_variation') }},
    {{ filling_value('gross_margin_ratio') }},
    {{ filling_value('discount_ratio') }},
    {{ filling_value('return_line_ratio') }},
    {{ filling_value('electronic_order_ratio') }},
    {{ filling_value('order_change_count_per_order') }},
    {{ filling_value('on_time_ratio') }},
    {{ filling_value('otif_ratio') }},
    {{ filling_value('perfect_order_ratio') }},
    {{ filling_value('on_time_sensitivity') }},
    {{ filling_value('average_order_weight_kg') }},
    {{ filling_value('shipment_count_per_order') }}
from measures
inner join measures as everyone using (as_of_date)
cross join policies
where everyone.is_everyone
