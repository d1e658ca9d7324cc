-- Grain: one row per customer of a service tier that policy has a threshold for.
-- Is its contribution below what the tier asks of net sales, and not by chance? Sign
-- test: the probability of so many months below if below and above were equally likely.
-- Acting takes a window below, that probability within what the confidence leaves, and
-- more months below in a row than are waited for.
with

customer_months as (select * from {{ ref('rpt_profitability_by_customer_month') }}),

customers as (select * from {{ ref('int_service_tiers_chosen') }}),

adjusting_periods as (select * from {{ ref('int_adjusting_periods_found') }}),

thresholds as {{ in_force(ref('policy_premium_thresholds'), ['service_tier']) }},

periods as (
    select
        fiscal_period,
        row_number() over (order by fiscal_period desc) as months_ago
    from (select distinct customer_months.fiscal_period from customer_months) as months
    where
        fiscal_period not in (
            select adjusting_periods.fiscal_period from adjusting_periods
        )
),

months as (
    select
        customers.customer_id,
        customers.is_strategic,
        thresholds.*,
        periods.months_ago,
        customer_months.net_sales_amount_base_ccy as net_sales_amount,
        customer_months.contribution_amount_base_ccy as contribution_amount,
        {{ rounded_part(
            'customer_months.net_sales_amount_base_ccy',
            'thresholds.minimum_contribution_ratio'
        ) }} as asked_amount,
        contribution_amount < asked_amount as is_below,
        coalesce(
            min(periods.months_ago) filter (where not is_below)
                over (partition by customers.customer_id),
            thresholds.window_months + 1
        ) as last_kept_months_ago
    from customers
    inner join thresholds using (service_tier)
    inner join periods on thresholds.window_months >= periods.months_ago
    inner join customer_months using (customer_id, fiscal_period)
),

windows as (
    select
        customer_id,
        service_tier,
        is_strategic,
        minimum_contribution_ratio,
        grace_months,
        confidence_ratio,
        options_text,
        count(*) as month_count,
        count(*) filter (where is_below) as below_month_count,
        -- Months below since one was kept; a month without sales or cost is neither.
        count(*) filter (where is_below and months_ago < last_kept_months_ago)
            as below_in_a_row_count,
        sum(net_sales_amount) as net_sales_amount,
        case when count(*) = count(is_below) then sum(contribution_amount) end
            as contribution_amount,
        sum(asked_amount) as asked_amount,
        list_sum(list_transform(
            range(below_month_count, month_count + 1),
            lambda k: {{ combinations('month_count', 'k') }}
        )) / power(2, month_count) as noise_probability
    from months
    group by all
)

select
    customer_id,
    service_tier,
    is_strategic,
    minimum_contribution_ratio,
    month_count,
    below_month_count,
    below_in_a_row_count,
    cast(net_sales_amount as decimal(18, 2)) as net_sales_amount_base_ccy,
    cast(contribution_amount as decimal(18, 2)) as contribution_amount_base_ccy,
    cast(asked_amount as decimal(18, 2)) as asked_contribution_amount_base_ccy,
    cast(noise_probability as decimal(18, 6)) as noise_probability,
    case
        when contribution_amount is null then 'unknown'
        when contribution_amount >= asked_amount then 'keeps'
        when noise_probability > 1 - confidence_ratio then 'noise'
        when below_in_a_row_count <= grace_months then 'grace'
        when is_strategic then 'exempt'
        else 'act'
    end as verdict,
    case when verdict = 'act' then options_text end as options_text
from windows
